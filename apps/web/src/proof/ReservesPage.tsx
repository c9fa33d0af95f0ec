import { getReserves } from '@liqpass/api/treasuryCalls';
import type { Reserves } from '@liqpass/api/treasury';
import { parseUsdc } from '@liqpass/kernel/money';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../data/api.ts';
import { paymentInstructionsQuery } from '../data/marketQueries.ts';
import { money, price } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Skeleton } from '../ui/kit.tsx';
import { Money } from '../ui/Money.tsx';
import { Note, Sheet } from '../ui/sheets.tsx';
import { Page } from '../ui/Shell.tsx';
import { LoggedTotal } from './LoggedTotal.tsx';

/** The money behind the book, for anybody: what is there, what it could have to pay, and how to check both without us. */
export function ReservesPage() {
  const { t } = useTranslation('proof');
  const reserves = useQuery({ queryKey: ['reserves'], queryFn: () => getReserves(api), refetchInterval: 30_000 });
  const to = useQuery(paymentInstructionsQuery);
  const r = reserves.data;
  const explorer = to.data?.explorer_url ?? null;
  return (
    <Page>
      <div className="grid gap-2">
        <h1 className="text-4xl">{t('reserves.title')}</h1>
        <p className="max-w-[44em] text-muted">{t('reserves.lead')}</p>
      </div>
      {r === undefined ? (
        reserves.error ? (
          <ErrorNote error={reserves.error} onRetry={() => void reserves.refetch()} />
        ) : (
          <Skeleton lines={6} />
        )
      ) : (
        <>
          <Standing r={r} />
          <Figures r={r} />
          <div className="grid items-start gap-5 lg:grid-cols-2">
            <Equation r={r} />
            <LoggedTotal liabilities={r.liabilities} />
          </div>
          <HowToCheck r={r} explorer={explorer} token={to.data?.token_address ?? null} />
        </>
      )}
    </Page>
  );
}

/** Whether the money is seen, and enough: in one sentence. */
function Standing({ r }: { r: Reserves }) {
  const { t } = useTranslation('proof');
  if (r.balance === null)
    return (
      <Note tone="wait" title={t('reserves.not_proven')}>
        {t('reserves.not_proven_why')}
      </Note>
    );
  if (r.difference !== null)
    return (
      <Note tone="liq" title={t('reserves.differs', { amount: price(r.difference) })}>
        {t('reserves.differs_next')}
      </Note>
    );
  const owed = parseUsdc(r.liabilities?.total ?? r.in_force) ?? 0n;
  const held = parseUsdc(r.balance) ?? 0n;
  return held >= owed ? (
    <Note tone="floor" title={t('reserves.covers')} />
  ) : (
    <Note tone="wait" title={t('reserves.covers_not')}>
      {t('reserves.covers_not_why')}
    </Note>
  );
}

function Figures({ r }: { r: Reserves }) {
  const { t } = useTranslation('proof');
  return (
    <dl className="grid gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-2 lg:grid-cols-4">
      <Figure
        label={t('reserves.balance')}
        below={
          r.block === null ? (
            t('reserves.balance_unread')
          ) : (
            <>
              {t('reserves.at_block', { block: price(String(r.block)) })} <Instant at={r.as_of} />
            </>
          )
        }
      >
        {r.balance === null ? '–' : <Money usdc={r.balance} />}
      </Figure>
      <Figure label={t('reserves.logged')} below={r.liabilities && <Instant at={r.liabilities.at} />}>
        {r.liabilities === null ? '–' : <Money usdc={r.liabilities.total} />}
      </Figure>
      <Figure
        label={t('reserves.in_force')}
        below={
          <>
            <span className="block">{t('reserves.policies', { count: r.policies })}</span>
            {t('reserves.reserve', { amount: money(r.reserve_99_9) })}
          </>
        }
      >
        <Money usdc={r.in_force} />
      </Figure>
      <Figure label={t('reserves.due')} below={t('reserves.due_next')}>
        <Money usdc={r.due} />
      </Figure>
    </dl>
  );
}

function Figure({ label, below, children }: { label: string; below: ReactNode; children: ReactNode }) {
  return (
    <div className="grid content-start gap-1 bg-surface p-4">
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="text-2xl font-semibold">{children}</dd>
      <dd className="text-sm text-muted">{below}</dd>
    </div>
  );
}

/** balance = opening + in − out, with the figures of the block. */
function Equation({ r: { books, balance, block, difference } }: { r: Reserves }) {
  const { t } = useTranslation('proof');
  const row = (sign: string, label: string, usdc: string, last = false) => (
    <tr className={last ? 'border-t border-edge font-semibold' : ''}>
      <th scope="row" className="px-4 py-2 text-left [font-weight:inherit]">
        <span aria-hidden="true" className="num mr-2 inline-block w-3">
          {sign}
        </span>
        {label}
      </th>
      <td className="px-4 py-2 text-right">
        <Money usdc={usdc} />
      </td>
    </tr>
  );
  return (
    <Sheet title={t('reserves.equation')}>
      {books === null || balance === null ? (
        <p className="p-4 text-sm text-muted">{t('reserves.no_equation')}</p>
      ) : (
        <>
          <table className="w-full text-sm">
            <tbody>
              {row('', t('reserves.opening'), books.opening)}
              {row('+', t('reserves.in'), books.in)}
              {row('−', t('reserves.out'), books.out)}
              {row('=', t('reserves.balance'), balance, true)}
            </tbody>
          </table>
          <p className="border-t border-line px-4 py-3 text-sm text-muted">
            {difference === null
              ? t('reserves.equation_holds', { block: price(String(block ?? 0)) })
              : t('reserves.differs', { amount: price(difference) })}
          </p>
        </>
      )}
    </Sheet>
  );
}

/** What anybody can look at without us. */
function HowToCheck({ r, explorer, token }: { r: Reserves; explorer: string | null; token: string | null }) {
  const { t } = useTranslation('proof');
  const out = (href: string, text: string) => (
    <a className="link num break-all" href={href} target="_blank" rel="noreferrer">
      {text}
    </a>
  );
  return (
    <section className="grid max-w-180 gap-3">
      <h2 className="text-lg">{t('reserves.how')}</h2>
      <ol className="grid list-decimal gap-3 pl-6 text-sm">
        <li>
          {t('reserves.how_balance')}{' '}
          {r.safe === null ? (
            t('reserves.no_safe')
          ) : explorer === null ? (
            <code className="num break-all">{r.safe}</code>
          ) : (
            out(token === null ? `${explorer}/address/${r.safe}` : `${explorer}/token/${token}?a=${r.safe}`, r.safe)
          )}
        </li>
        <li>
          {t('reserves.how_log')}
          <code className="num mt-1 block rounded-md bg-sunken px-3 py-2 break-all">
            npm run log -- verify {window.location.origin}/log --key &lt;vkey&gt; --state seen.json
          </code>
        </li>
        <li>{t('reserves.how_own')}</li>
        <li>
          {t('reserves.how_file')}{' '}
          <Link to="/check" className="link">
            {t('check.title')}
          </Link>
        </li>
      </ol>
      <p className="text-sm text-muted">{t('reserves.limits')}</p>
    </section>
  );
}
