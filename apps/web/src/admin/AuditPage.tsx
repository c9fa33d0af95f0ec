import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Button, buttonClass, Skeleton } from '../ui/kit.tsx';
import { Sheet } from '../ui/sheets.tsx';
import { Hash } from '../ui/Money.tsx';
import { Page } from '../ui/Shell.tsx';
import { auditQuery } from './queries.ts';

/** Who did what, from, to, when, why; each row chained to the one before by its hash. */
export function AuditPage() {
  const { t } = useTranslation('admin');
  const [subject, setSubject] = useState('');
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
      <input
        aria-label={t('audit.subject')}
        placeholder={t('audit.subject')}
        value={subject}
        onChange={(event) => setSubject(event.target.value.trim())}
        className="num field-box max-w-120 text-sm"
      />
      <ErrorNote error={audit.error} onRetry={() => void audit.refetch()} />
      <Sheet>
        {audit.isPending ? (
          <div className="p-4">
            <Skeleton lines={6} />
          </div>
        ) : rows.length === 0 ? (
          <p className="p-4 text-sm text-muted">{t('audit.none')}</p>
        ) : (
          <div className="relative overflow-x-auto" tabIndex={0} role="region" aria-label={t('audit.title')}>
            <table className="w-full min-w-240 text-left text-sm">
              <thead className="border-b border-line text-xs text-muted">
                <tr>
                  {(['at', 'actor', 'action', 'about', 'change', 'why', 'hash'] as const).map((key) => (
                    <th key={key} scope="col" className="px-4 py-2 font-medium">
                      {t(`audit.${key}`)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody className="divide-y divide-line">
                {rows.map((row) => (
                  <tr key={row.id} className="align-top">
                    <td className="px-4 py-2">
                      <Instant at={row.at} />
                    </td>
                    <td className="px-4 py-2">{row.actor}</td>
                    <td className="num px-4 py-2">{row.action}</td>
                    <td className="num px-4 py-2">
                      <button type="button" className="link" onClick={() => setSubject(row.subject)}>
                        {row.subject.length > 20 ? `${row.subject.slice(0, 18)}…` : row.subject}
                      </button>
                    </td>
                    <td className="num px-4 py-2">
                      {row.from === row.to ? '' : `${row.from ?? ''} → ${row.to ?? ''}`}
                    </td>
                    <td className="min-w-56 px-4 py-2">{row.why}</td>
                    <td className="px-4 py-2 whitespace-nowrap text-muted">
                      <Hash value={row.hash} label={t('audit.hash')} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
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
