import type { TreasuryStanding } from '@liqpass/api/treasury';
import { parseUsdc } from '@liqpass/kernel/money';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { money, price, span } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant, useNow } from '../ui/Instant.tsx';
import { Skeleton } from '../ui/kit.tsx';
import { Hash, Money } from '../ui/Money.tsx';
import { Note, Sheet } from '../ui/sheets.tsx';
import { Page } from '../ui/Shell.tsx';
import { batchesQuery, chainQuery } from './queries.ts';
import { transfersQuery, treasuryQuery } from './treasuryQueries.ts';
import { Movements } from './Movements.tsx';
import { Unmatched } from './Unmatched.tsx';

/** A reader that has not looked for so long is late: it looks every few seconds. */
const LATE_MS = 60_000;
/** What can stop the reader, or the belief in what it read; each has its sentence. */
const TROUBLES = [
  'RPC_UNREACHABLE',
  'RPC_RATE_LIMITED',
  'RPC_RANGE_LIMITED',
  'RPC_ANSWERS_NONSENSE',
  'RPC_REFUSED',
  'RPC_BEHIND',
  'WRONG_CHAIN',
  'CHAIN_MOVED',
  'HISTORY_UNAVAILABLE',
  'RPCS_DISAGREE',
  'TREASURY_DIFFERENCE',
] as const;

/** The money: what is there, how it came and went, whose it is, and whether anything about it is wrong. */
export function TreasuryPage() {
  const { t } = useTranslation('admin');
  const { t: tt } = useTranslation('treasury');
  const treasury = useQuery(treasuryQuery);
  const chain = useQuery(chainQuery);
  const standing = treasury.data;
  const explorer = chain.data?.explorer_url ?? null;
  return (
    <Page wide>
      <div className="flex flex-wrap items-end justify-between gap-3">
        <h1 className="text-2xl">{tt('title')}</h1>
        {standing?.treasury_safe && (
          <p className="text-sm text-muted">
            {t('settings.treasury')}{' '}
            <Hash
              value={standing.treasury_safe}
              label={t('settings.treasury')}
              href={explorer && `${explorer}/address/${standing.treasury_safe}`}
            />
          </p>
        )}
      </div>
      {standing === undefined ? (
        treasury.error ? (
          <ErrorNote error={treasury.error} onRetry={() => void treasury.refetch()} />
        ) : (
          <Skeleton lines={8} />
        )
      ) : standing.watched ? (
        <>
          <Alarms standing={standing} />
          <Figures standing={standing} />
          <Unmatched explorer={explorer} />
          <div className="grid items-start gap-5 lg:grid-cols-2">
            <Equation standing={standing} />
            <Batches />
          </div>
          <Movements explorer={explorer} />
        </>
      ) : (
        <>
          <Note tone="wait" title={tt('not_watched')}>
            {tt('not_watched_next')}
          </Note>
          <Batches />
        </>
      )}
    </Page>
  );
}

/** What a person must look at, the worst first; and where the reader is. */
function Alarms({ standing: s }: { standing: TreasuryStanding }) {
  const { t: tt, i18n } = useTranslation('treasury');
  const now = useNow(5_000);
  const vanished = useQuery({ ...transfersQuery('vanished'), refetchInterval: 60_000 });
  const lateMs = s.read_at === null ? null : Math.max(0, now - Date.parse(s.read_at));
  const trouble = TROUBLES.find((each) => each === s.trouble?.code);
  const unproven = s.books?.unproven_out_usdc ?? '0.00';
  const gone = vanished.data?.items.length ?? 0;
  const alarms: readonly (readonly [key: string, title: string, body: ReactNode] | null)[] = [
    s.difference_usdc === null
      ? null
      : ['difference', tt('difference', { amount: price(s.difference_usdc) }), tt('difference_next')],
    s.trouble === null
      ? null
      : [
          'trouble',
          trouble ? tt(`trouble.${trouble}`) : s.trouble.code,
          <>
            <span lang="en" translate="no" className="num block break-all">
              {s.trouble.detail}
            </span>
            {tt('since')} <Instant at={s.trouble.since} />
          </>,
        ],
    lateMs !== null && lateMs <= LATE_MS
      ? null
      : [
          'late',
          lateMs === null ? tt('never_read') : tt('late', { span: span(lateMs, i18n.language) }),
          tt('late_next'),
        ],
    gone === 0 ? null : ['vanished', tt('vanished', { count: gone }), tt('vanished_next')],
    (parseUsdc(unproven) ?? 0n) === 0n
      ? null
      : ['unproven', tt('unproven', { amount: money(unproven) }), tt('unproven_next')],
  ];
  const raised = alarms.filter((each) => each !== null);
  return (
    <section className="grid gap-3" aria-label={tt('alarms')}>
      {raised.map(([key, title, body]) => (
        <Note key={key} tone={key === 'unproven' || key === 'late' ? 'wait' : 'liq'} title={title}>
          {body}
        </Note>
      ))}
      {raised.length === 0 && <Note tone="floor" title={tt('no_alarm')} />}
      {s.last_block !== null && s.read_at !== null && (
        <p className="text-sm text-muted">
          {tt('read_to', {
            last: price(String(s.last_block)),
            safe: price(String(s.safe_block ?? 0)),
            final: price(String(s.final_block ?? 0)),
          })}{' '}
          <Instant at={s.read_at} />
        </p>
      )}
    </section>
  );
}

function Figures({ standing: { books, due_usdc: due, capital_usdc: capital } }: { standing: TreasuryStanding }) {
  const { t } = useTranslation('admin');
  const { t: tt } = useTranslation('treasury');
  const figure = (label: string, usdc: string | undefined) => (
    <div className="bg-surface p-4">
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="text-lg font-semibold">{usdc === undefined ? '–' : <Money usdc={usdc} />}</dd>
    </div>
  );
  return (
    <dl className="grid gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-2 lg:grid-cols-4">
      {figure(tt('balance'), books?.balance_usdc)}
      {figure(tt('due'), due)}
      {figure(t('exposure.capital'), capital)}
      {figure(tt('unmatched'), books?.unmatched_usdc)}
    </dl>
  );
}

/** balance = opening + in − out, and what came in and went out as what. */
function Equation({ standing: { books } }: { standing: TreasuryStanding }) {
  const { t: tt } = useTranslation('treasury');
  const row = (kind: 'sum' | 'part' | 'end', sign: string, label: string, usdc: string) => (
    <tr className={kind === 'end' ? 'border-t border-edge font-semibold' : kind === 'part' ? 'text-muted' : ''}>
      <th scope="row" className={`px-4 py-1.5 text-left [font-weight:inherit] ${kind === 'part' ? 'pl-12' : ''}`}>
        {kind !== 'part' && (
          <span aria-hidden="true" className="num mr-2 inline-block w-3">
            {sign}
          </span>
        )}
        {label}
      </th>
      <td className="px-4 py-1.5 text-right">
        <Money usdc={usdc} />
      </td>
    </tr>
  );
  return (
    <Sheet title={tt('books')}>
      {books === null ? (
        <p className="p-4 text-sm text-muted">{tt('no_books')}</p>
      ) : (
        <>
          <table className="w-full text-sm">
            <tbody>
              {row('sum', '', tt('opening'), books.opening_usdc)}
              {row('sum', '+', tt('in'), books.in_usdc)}
              {row('part', '', tt('premiums'), books.premiums_usdc)}
              {row('part', '', tt('owed_back'), books.owed_back_usdc)}
              {row('part', '', tt('unmatched'), books.unmatched_usdc)}
              {row('sum', '−', tt('out'), books.out_usdc)}
              {row('part', '', tt('paid_out'), books.paid_out_usdc)}
              {row('part', '', tt('unproven_out'), books.unproven_out_usdc)}
              {row('end', '=', tt('balance'), books.balance_usdc)}
            </tbody>
          </table>
          <p className="border-t border-line px-4 py-2 text-sm text-muted">
            {tt('at_block', { block: price(String(books.block)) })}
          </p>
        </>
      )}
    </Sheet>
  );
}

/** Batches as they stand; they are made and recorded under Payouts. */
function Batches() {
  const { t } = useTranslation('admin');
  const { t: tt } = useTranslation('treasury');
  const batches = useQuery(batchesQuery);
  return (
    <Sheet
      title={tt('batches')}
      aside={
        <Link to="/admin/payouts" className="link text-sm">
          {tt('to_payouts')}
        </Link>
      }
    >
      {batches.error ? (
        <div className="p-4">
          <ErrorNote error={batches.error} onRetry={() => void batches.refetch()} />
        </div>
      ) : batches.data === undefined ? (
        <div className="p-4">
          <Skeleton lines={3} />
        </div>
      ) : batches.data.items.length === 0 ? (
        <p className="p-4 text-sm text-muted">{tt('no_batches')}</p>
      ) : (
        <ul className="divide-y divide-line text-sm">
          {batches.data.items.slice(0, 8).map((batch) => (
            <li key={batch.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-2">
              <span className="grid">
                <Hash value={batch.list_hash} label={t('payouts.list_hash')} />
                <Instant at={batch.created_at} seconds={false} />
              </span>
              <span className="grid justify-items-end">
                <Money usdc={batch.total_usdc} />
                <span className="text-muted">
                  {tt(`batch.${batch.status}`)} ·{' '}
                  {t('payouts.paid_of', { paid: String(batch.paid), count: batch.count })}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Sheet>
  );
}
