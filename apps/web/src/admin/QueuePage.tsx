import type { AdminClaimItem } from '@liqpass/api/operators';
import { CLAIM_SORTS } from '@liqpass/api/operators';
import { CLAIM_STATUSES, HOLD_REASONS } from '@liqpass/kernel/vocabulary';
import { HOUR_MS } from '@liqpass/kernel/time';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import clsx from 'clsx';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { coin, money, shortHex, shortId, span } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { useNow } from '../ui/Instant.tsx';
import { FlagIcon, SearchIcon } from '../ui/pageIcons.tsx';
import { Button, Skeleton } from '../ui/kit.tsx';
import { Tag } from '../ui/sheets.tsx';
import { Page } from '../ui/Shell.tsx';
import { claimTone } from '../ui/statusTone.ts';
import { counted, countedTogether } from './counted.ts';
import { claimsQuery } from './queries.ts';
import { toQuery, type QueueFilter } from './queueFilter.ts';
import { ApproveTogether, isClean } from './ApproveTogether.tsx';
import { nameOfActor } from './auditWords.tsx';
import { useAddressName } from './Address.tsx';
import { useKeys } from './useKeys.ts';
import { useMay, useOperator } from './useOperator.ts';

/** Whether the state of a claim lets it be approved, or rejected. */
const isAllowed = (item: AdminClaimItem, act: 'a' | 'r'): boolean =>
  item.status === 'VERIFIED_PENDING_REVIEW' && (act === 'r' || item.hold_reasons.length === 0);

/** What needs a person stands first, all of it together last. */
const ORDER = [
  'VERIFIED_PENDING_REVIEW',
  'APPROVED_PENDING_MULTISIG',
  'VERIFYING',
  'FAILED',
  'REJECTED',
  'PAID',
  'all',
];
const firstThingsFirst = (a: string, b: string): number => ORDER.indexOf(a) - ORDER.indexOf(b);

/** The queue: by status, age, amount and flags; filters in the URL; J/K, Enter, /, A and R. */
export function QueuePage({ filter }: { filter: QueueFilter }) {
  const { t } = useTranslation('admin');
  const { t: ts } = useTranslation('shared');
  const { t: tk } = useTranslation('checks');
  const navigate = useNavigate();
  const claims = useInfiniteQuery({ ...claimsQuery(filter), refetchInterval: 15_000 });
  const mayReview = useMay('reviewer');
  const shown = toQuery(filter);
  const items = claims.data?.pages.flatMap((page) => page.items) ?? [];
  const counts = claims.data?.pages[0]?.counts;
  const [at, setAt] = useState(0);
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [together, setTogether] = useState(false);
  const clean = mayReview ? items.filter(isClean) : [];
  const change = (next: Partial<Record<keyof QueueFilter, string | undefined>>): void => {
    setAt(0);
    void navigate({ to: '/admin/claims', search: (before: QueueFilter) => ({ ...before, ...next }), replace: true });
  };
  const focusRow = (index: number): boolean => {
    const row = list.current?.querySelectorAll<HTMLElement>('a[data-row]')[index];
    row?.focus();
    return row !== undefined;
  };
  /** Whether a key has moved the mark to a row that is on its way: then the focus follows once it is there. */
  const onItsWay = useRef(false);
  const move = async (step: number): Promise<void> => {
    const wanted = Math.max(0, at + step);
    // The last row that is here is not the last there is.
    if (wanted >= items.length && claims.hasNextPage) {
      if (claims.isFetchingNextPage) return;
      const { data } = await claims.fetchNextPage();
      const count = data?.pages.reduce((sum, page) => sum + page.items.length, 0) ?? 0;
      onItsWay.current = true;
      setAt(Math.max(0, Math.min(count - 1, wanted)));
      return;
    }
    const next = Math.max(0, Math.min(items.length - 1, wanted));
    setAt(next);
    focusRow(next);
  };
  useEffect(() => {
    if (onItsWay.current && focusRow(at)) onItsWay.current = false;
  }, [at, items.length]);
  const open = (act?: 'a' | 'r'): void => {
    const item = items[at];
    // On what is not allowed a key does nothing.
    if (act && !(item && mayReview && isAllowed(item, act))) return;
    if (item) void navigate({ to: '/admin/claims/$id', params: { id: item.id }, search: filter, hash: act ?? '' });
  };
  useKeys({
    j: () => void move(1),
    k: () => void move(-1),
    a: () => open('a'),
    r: () => open('r'),
    Enter: () => open(),
    '/': () => search.current?.focus(),
  });
  return (
    <Page wide>
      <div className="flex flex-wrap items-end justify-between gap-3">
        <h1 className="text-2xl">{t('queue.title')}</h1>
        {counts && (
          <p className="text-sm text-muted">
            <span className="num text-base font-semibold text-ink">{counted(counts.VERIFIED_PENDING_REVIEW)}</span>{' '}
            {t('queue.to_review')} ·{' '}
            <span className="num text-base font-semibold text-ink">{counted(counts.APPROVED_PENDING_MULTISIG)}</span>{' '}
            {t('queue.to_pay')}
          </p>
        )}
      </div>
      <section className="sheet min-w-0">
        <div className="flex flex-wrap items-center justify-between gap-3 border-b border-line p-3">
          <div className="flex max-w-full gap-1 overflow-x-auto" role="group" aria-label={t('queue.status')}>
            {([...CLAIM_STATUSES, 'all'] as const).toSorted(firstThingsFirst).map((status) => (
              <button
                key={status}
                type="button"
                aria-pressed={(shown.status ?? 'all') === status}
                onClick={() => change({ status })}
                className="flex min-h-11 items-center gap-1.5 border-b-2 border-transparent px-2 text-sm whitespace-nowrap text-muted hover:text-ink aria-pressed:border-floor aria-pressed:font-semibold aria-pressed:text-ink"
              >
                {status === 'all' ? t('queue.all') : ts(`claim_status.${status}`)}
                {counts && (
                  <span className="num text-xs">
                    {status === 'all' ? countedTogether(Object.values(counts)) : counted(counts[status])}
                  </span>
                )}
              </button>
            ))}
          </div>
          <Filters filter={filter} change={change} search={search} />
        </div>
        <div className="flex flex-wrap items-center justify-between gap-3 px-4 py-2 empty:hidden">
          <p className="hidden text-xs text-muted lg:block">{t('queue.keys')}</p>
          {clean.length > 1 && (
            <Button kind="quiet" size="sm" onClick={() => setTogether(true)}>
              {t('queue.approve_clean', { count: clean.length })}
            </Button>
          )}
        </div>
        {together && <ApproveTogether claims={clean} onClose={() => setTogether(false)} />}
        {claims.error && !claims.data ? (
          <div className="p-4">
            <ErrorNote error={claims.error} onRetry={() => void claims.refetch()} />
          </div>
        ) : claims.isPending ? (
          <div className="p-4">
            <Skeleton lines={8} />
          </div>
        ) : items.length === 0 ? (
          <p className="p-6 text-sm text-muted">{t('queue.none')}</p>
        ) : (
          <>
            <p
              aria-hidden="true"
              className={`hidden border-t border-line px-4 py-2 text-xs text-muted lg:grid ${COLUMNS}`}
            >
              <span>{t('queue.column.claim')}</span>
              <span>{t('queue.column.position')}</span>
              <span>{t('queue.column.checks')}</span>
              <span>{t('queue.column.status')}</span>
              <span className="text-right">{t('queue.column.payout')}</span>
              <span className="text-right">{t('queue.column.age')}</span>
            </p>
            <ul ref={list} className="divide-y divide-line border-t border-line" aria-label={t('queue.title')}>
              {items.map((item, index) => (
                <Row
                  key={item.id}
                  item={item}
                  filter={filter}
                  withinMs={(claims.data?.pages[0]?.review_within_hours ?? 24) * HOUR_MS}
                  active={index === at}
                  onFocus={() => setAt(index)}
                  flags={
                    item.flags.length + item.hold_reasons.length > 0
                      ? [...new Set([...item.hold_reasons, ...item.flags])]
                      : []
                  }
                  label={(flag) => {
                    const known = HOLD_REASONS.find((f) => f === flag);
                    return known ? tk(`flag.${known}`) : flag;
                  }}
                />
              ))}
            </ul>
          </>
        )}
        {claims.hasNextPage && (
          <div className="border-t border-line p-3">
            <Button kind="quiet" busy={claims.isFetchingNextPage} onClick={() => void claims.fetchNextPage()}>
              {t('more')}
            </Button>
          </div>
        )}
      </section>
    </Page>
  );
}

function Filters({
  filter,
  change,
  search,
}: {
  filter: QueueFilter;
  change: (next: Partial<Record<keyof QueueFilter, string | undefined>>) => void;
  search: React.RefObject<HTMLInputElement | null>;
}) {
  const { t } = useTranslation('admin');
  const { t: tk } = useTranslation('checks');
  const [q, setQ] = useState(filter.q ?? '');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (text: string): void => {
    setQ(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => change({ q: text === '' ? undefined : text }), 250);
  };
  const select =
    'min-h-11 w-[calc(50%-4px)] rounded-md sm:w-auto sm:max-w-60 border border-edge bg-surface px-2 text-sm';
  return (
    <div className="flex w-full min-w-0 flex-wrap items-center gap-2 sm:w-auto">
      <label className="relative w-full sm:w-auto">
        <span className="sr-only">{t('queue.search')}</span>
        <SearchIcon size={16} className="absolute top-3.5 left-3 text-muted" />
        <input
          ref={search}
          value={q}
          onChange={(event) => type(event.target.value)}
          placeholder={t('queue.search')}
          className="field-box pl-9! text-sm sm:w-64!"
        />
      </label>
      <select
        aria-label={t('queue.flag')}
        className={select}
        value={filter.flag ?? ''}
        onChange={(event) => change({ flag: event.target.value || undefined })}
      >
        <option value="">{t('queue.any_flag')}</option>
        {HOLD_REASONS.map((flag) => (
          <option key={flag} value={flag}>
            {tk(`flag.${flag}`)}
          </option>
        ))}
      </select>
      <select
        aria-label={t('queue.sort')}
        className={select}
        value={toQuery(filter).sort}
        onChange={(event) => change({ sort: event.target.value })}
      >
        {CLAIM_SORTS.map((sort) => (
          <option key={sort} value={sort}>
            {t(`sort.${sort}`)}
          </option>
        ))}
      </select>
      <Amount
        key={`min${filter.min ?? ''}`}
        label={t('queue.min')}
        value={filter.min ?? ''}
        onChange={(min) => change({ min: min || undefined })}
      />
      <Amount
        key={`max${filter.max ?? ''}`}
        label={t('queue.max')}
        value={filter.max ?? ''}
        onChange={(max) => change({ max: max || undefined })}
      />
    </div>
  );
}

function Amount({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  return (
    <input
      aria-label={label}
      placeholder={label}
      inputMode="decimal"
      className="num field-box w-[calc(50%-4px)]! text-sm sm:w-28!"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => text !== value && onChange(text)}
      onKeyDown={(event) => event.key === 'Enter' && onChange(text)}
    />
  );
}

const COLUMNS = 'gap-x-4 lg:grid-cols-[1.4fr_1fr_1fr_1.2fr_0.8fr_0.8fr]';

function Row({
  item,
  filter,
  withinMs,
  active,
  onFocus,
  flags,
  label,
}: {
  item: AdminClaimItem;
  filter: QueueFilter;
  /** Within this time a claim is promised to be reviewed. */
  withinMs: number;
  active: boolean;
  onFocus: () => void;
  flags: string[];
  label: (flag: string) => string;
}) {
  const { t, i18n } = useTranslation('admin');
  const { t: ts } = useTranslation('shared');
  const now = useNow(30_000);
  const name = useAddressName(item.claimant);
  const me = useOperator().data?.name;
  const openBy = item.open_by.filter((each) => each !== me);
  const age = now - Date.parse(item.created_at);
  const waits = ['VERIFIED_PENDING_REVIEW', 'APPROVED_PENDING_MULTISIG', 'VERIFYING'].includes(item.status);
  const overdue = waits && age > withinMs;
  const soon = waits && !overdue && age > withinMs / 2;
  return (
    <li>
      <Link
        data-row
        to="/admin/claims/$id"
        params={{ id: item.id }}
        search={filter}
        onFocus={onFocus}
        className={clsx(
          'grid grid-cols-[1fr_auto] items-center gap-y-1 px-4 py-3 text-sm no-underline hover:bg-sunken ',
          COLUMNS,
          active && 'shadow-[inset_3px_0_0_var(--ink)]',
        )}
      >
        <span className="num">
          <span className="font-semibold">{shortId(item.id)}</span>{' '}
          <span className="text-muted">{shortHex(item.claimant)}</span>
          {name !== null && <span className="ml-2 font-sans">{name}</span>}
        </span>
        <span className="text-right lg:order-last lg:text-right">
          <span className={clsx('num', overdue && 'font-semibold text-liq', soon && 'font-semibold text-wait')}>
            {overdue && `${t('queue.overdue')} `}
            {soon && `${t('queue.soon')} `}
            {span(age, i18n.language)}
          </span>
        </span>
        <span>
          {item.inst_id ? coin(item.inst_id) : '–'} {item.side ? t(`side.${item.side}`) : ''}{' '}
          {item.leverage ? <span className="num">{item.leverage}×</span> : ''}
        </span>
        <Bars passed={item.checks_passed} total={item.checks_total} />
        <span className="flex flex-wrap items-center gap-2">
          <Tag tone={claimTone[item.status]}>{ts(`claim_status.${item.status}`)}</Tag>
          {item.hold_reasons.length > 0 && item.status === 'VERIFIED_PENDING_REVIEW' && (
            <Tag tone="wait">{t('queue.on_hold')}</Tag>
          )}
          {!item.attested && <Tag tone="wait">{t('queue.unattested')}</Tag>}
          {openBy.length > 0 && <Tag>{t('queue.open_by', { names: openBy.map(nameOfActor).join(', ') })}</Tag>}
          {item.notes > 0 && <Tag>{t('queue.notes', { count: item.notes })}</Tag>}
          {flags.length > 0 && (
            <span className="inline-flex items-center gap-1 text-wait" title={flags.map(label).join('; ')}>
              <FlagIcon size={15} />
              <span className="num">{flags.length}</span>
              <span className="sr-only">{flags.map(label).join('; ')}</span>
            </span>
          )}
        </span>
        <span className="num text-right">
          {item.payout_amount_usdc === null ? '–' : money(item.payout_amount_usdc)}
        </span>
      </Link>
    </li>
  );
}

/** How many checks passed. */
function Bars({ passed, total }: { passed: number; total: number }) {
  const { t } = useTranslation('admin');
  const filled = total === 0 ? 0 : Math.round((passed / total) * 8);
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden="true" className="flex gap-0.5">
        {Array.from({ length: 8 }, (_, index) => (
          <span key={index} className={clsx('h-3 w-1.5', index < filled ? 'bg-floor' : 'border border-edge')} />
        ))}
      </span>
      <span className="num">
        <span className="sr-only">{t('queue.checks')} </span>
        {passed}/{total}
      </span>
    </span>
  );
}
