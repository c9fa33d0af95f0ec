import type { AuditRow } from '@liqpass/api/operators';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { shortHex, shortId } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Button, buttonClass, Skeleton } from '../ui/kit.tsx';
import { Sheet } from '../ui/sheets.tsx';
import { Hash } from '../ui/Money.tsx';
import { Page } from '../ui/Shell.tsx';
import { reasonSentence } from '../ui/reason.ts';
import { AccountsSheet } from './AccountsSheet.tsx';
import { ShortAddress } from './Address.tsx';
import { Actor, useAuditWords } from './auditWords.tsx';
import { auditQuery } from './queries.ts';

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
const COLUMNS = 'gap-x-5 lg:grid-cols-[11rem_1fr_7rem_1.7fr_1fr_8.5rem]';

/** Who did what, from, to, when, why; each row chained to the one before by its hash. */
export function AuditPage({ subject }: { subject: string }) {
  const { t } = useTranslation('admin');
  const navigate = useNavigate();
  const [typed, setTyped] = useState(subject);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  /** Shows what is wanted once nothing else has been for a moment. */
  const show = (wanted: string, afterMs = 0): void => {
    setTyped(wanted);
    clearTimeout(timer.current);
    timer.current = setTimeout(
      () => void navigate({ to: '/admin/audit', search: wanted === '' ? {} : { subject: wanted }, replace: true }),
      afterMs,
    );
  };
  const audit = useInfiniteQuery({ ...auditQuery(subject), refetchInterval: 30_000 });
  const rows = audit.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page wide>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-2xl">{t('audit.title')}</h1>
        <a href="/admin/audit/export" download className={buttonClass('quiet', 'sm')}>
          {t('audit.export')}
        </a>
      </div>
      <p className="max-w-[48em] text-sm text-muted">{t('audit.lead')}</p>
      <AccountsSheet />
      <div className="flex flex-wrap gap-2">
        <input
          aria-label={t('audit.subject')}
          placeholder={t('audit.subject')}
          value={typed}
          onChange={(event) => show(event.target.value.trim(), 250)}
          className="field-box w-full text-sm sm:w-100!"
        />
        {subject !== '' && (
          <Button kind="quiet" onClick={() => show('')}>
            {t('audit.everything')}
          </Button>
        )}
      </div>
      <ErrorNote error={audit.error} onRetry={() => void audit.refetch()} />
      <Sheet>
        {audit.isPending ? (
          <div className="p-4">
            <Skeleton lines={6} />
          </div>
        ) : rows.length === 0 ? (
          <p className="p-4 text-sm text-muted">{t('audit.none')}</p>
        ) : (
          <>
            <p
              aria-hidden="true"
              className={`hidden border-b border-line px-4 py-2 text-xs text-muted lg:grid ${COLUMNS}`}
            >
              {(['at', 'action', 'about', 'change', 'actor', 'hash'] as const).map((key) => (
                <span key={key}>{t(`audit.${key}`)}</span>
              ))}
            </p>
            <ul className="divide-y divide-line" aria-label={t('audit.title')}>
              {rows.map((row) => (
                <Row key={row.id} row={row} onSubject={(wanted) => show(wanted)} />
              ))}
            </ul>
          </>
        )}
        {audit.hasNextPage && (
          <div className="border-t border-line p-3">
            <Button kind="quiet" busy={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
              {t('more')}
            </Button>
          </div>
        )}
      </Sheet>
    </Page>
  );
}

function Row({ row, onSubject }: { row: AuditRow; onSubject: (subject: string) => void }) {
  const { t } = useTranslation('admin');
  const { t: tk } = useTranslation('checks');
  const words = useAuditWords();
  const moved = row.from !== row.to && row.to !== null;
  return (
    <li className={`grid grid-cols-[1fr_auto] items-start gap-y-1 px-4 py-2 text-sm ${COLUMNS}`}>
      <span className="font-medium" title={row.action}>
        {words.action(row.action, row.to)}
      </span>
      <span>
        <button
          type="button"
          className="num link min-h-6 max-w-full text-left break-words"
          title={row.subject}
          onClick={() => onSubject(row.subject)}
        >
          {ADDRESS.test(row.subject) ? (
            <ShortAddress value={row.subject} />
          ) : row.subject.startsWith('0x') ? (
            shortHex(row.subject)
          ) : UUID.test(row.subject) ? (
            shortId(row.subject)
          ) : (
            row.subject
          )}
        </button>
      </span>
      <span className="col-span-2 lg:order-first lg:col-span-1">
        <Instant at={row.at} />
      </span>
      <span className="col-span-2 min-w-0 break-words lg:col-span-1">
        {moved && (
          <span className="block" title={`${row.from ?? ''} → ${row.to ?? ''}`}>
            {row.from !== null && `${words.status(row.from)} `}→ {words.status(row.to)}
          </span>
        )}
        {row.why !== null && <span className="block text-muted">{reasonSentence(tk, row.why)}</span>}
      </span>
      <span className="min-w-0">
        <Actor name={row.actor} />
      </span>
      <span className="text-muted">
        <Hash value={row.hash} label={t('audit.hash')} />
      </span>
    </li>
  );
}
