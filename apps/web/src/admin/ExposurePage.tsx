import type { Exposure } from '@liqpass/api/operators';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { axisNumber, coin, money, percent, shownPrice } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Note, Sheet } from '../ui/sheets.tsx';
import { Skeleton } from '../ui/kit.tsx';
import { Money } from '../ui/Money.tsx';
import { Page } from '../ui/Shell.tsx';
import { WhenSeen } from '../ui/WhenSeen.tsx';
import { exposureQuery } from './queries.ts';

const TimeChart = lazy(() => import('../ui/TimeChart.tsx'));

/** What the book carries against what it may: by side and distance, the reserve, the loss ratio, and how it went. */
export function ExposurePage() {
  const { t } = useTranslation('admin');
  const { t: tc } = useTranslation();
  const exposure = useQuery(exposureQuery);
  const e = exposure.data;
  if (!e)
    return (
      <Page wide>
        {exposure.error ? (
          <ErrorNote error={exposure.error} onRetry={() => void exposure.refetch()} />
        ) : (
          <Skeleton lines={8} />
        )}
      </Page>
    );
  return (
    <Page wide>
      <div className="flex flex-wrap items-end justify-between gap-3">
        <h1 className="text-2xl">{t('exposure.title')}</h1>
        <p className="text-sm text-muted">
          {t('exposure.as_of')} <Instant at={e.at} />
        </p>
      </div>
      <div className="grid gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-3 lg:grid-cols-6">
        <Figure label={t('exposure.capital')}>
          <Money usdc={e.capital_usdc} />
        </Figure>
        <Figure label={t('exposure.in_force')}>
          <Money usdc={e.book.used_usdc} />
          {e.held_by_quotes.quotes > 0 && (
            <span className="block text-sm font-normal text-muted">
              {t('exposure.held', { amount: money(e.held_by_quotes.payout_usdc), count: e.held_by_quotes.quotes })}
            </span>
          )}
        </Figure>
        <Figure label={t('exposure.reserve')}>
          <Money usdc={e.reserve_usdc} />
        </Figure>
        <Figure label={t('exposure.policies')}>
          <span className="num">{e.policies}</span>
        </Figure>
        <Figure label={t('exposure.loss_ratio')}>
          <span className="num">{e.loss_ratio === null ? '–' : percent(e.loss_ratio, 1)}</span>
        </Figure>
        <Figure label={t('exposure.claims')}>
          <span className="num">
            {e.claims_seen} / {e.claims_expected === null ? '–' : e.claims_expected.toFixed(2)}
          </span>
        </Figure>
      </div>
      <div className="grid gap-5 lg:grid-cols-2">
        <Sheet title={t('exposure.limits')}>
          <div className="grid gap-5 p-4">
            <Bar label={t('exposure.book')} used={e.book.used_usdc} limit={e.book.limit_usdc} />
            {e.sides.map((side) => (
              <div key={side.side} className="grid gap-3 border-t border-line pt-4">
                <Bar label={t(`side.${side.side}`)} used={side.in_force.used_usdc} limit={side.in_force.limit_usdc} />
                <Bar label={t('exposure.near')} used={side.near.used_usdc} limit={side.near.limit_usdc} />
                <Bar label={t('exposure.hour')} used={side.this_hour.used_usdc} limit={side.this_hour.limit_usdc} />
                {side.stopped_reason && <Note tone="wait">{tc(`sales_stop.${side.stopped_reason}`)}</Note>}
              </div>
            ))}
            {e.not_bound_yet.policies > 0 && (
              <p className="text-sm text-muted">
                {t('exposure.both_sides', { amount: money(e.not_bound_yet.payout_usdc) })}
              </p>
            )}
            <p className="text-sm text-muted">
              {t('exposure.per', { account: money(e.per_account_limit_usdc), policy: money(e.per_policy_limit_usdc) })}
            </p>
          </div>
        </Sheet>
        <Buckets e={e} />
      </div>
      <Days e={e} />
    </Page>
  );
}

function Figure({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="bg-surface p-4">
      <p className="text-sm text-muted">{label}</p>
      <p className="text-lg font-semibold">{children}</p>
    </div>
  );
}

function Bar({ label, used, limit }: { label: string; used: string; limit: string }) {
  const share = Number(limit) === 0 ? 0 : Math.min(1, Number(used) / Number(limit));
  return (
    <div className="grid gap-1 text-sm">
      <p className="flex justify-between gap-3">
        <span>{label}</span>
        <span className="num">
          {shownPrice(money(used))} / {shownPrice(money(limit))} <span className="text-muted">{percent(share, 0)}</span>
        </span>
      </p>
      <div className="h-3 border border-edge" aria-hidden="true">
        <div className={`h-full ${share > 0.9 ? 'bg-wait' : 'bg-floor'}`} style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}

function Buckets({ e }: { e: Exposure }) {
  const { t } = useTranslation('admin');
  const buckets = e.buckets.filter((bucket) => bucket.policies > 0);
  const most = Math.max(1, ...buckets.map((bucket) => Number(bucket.payout_usdc)));
  return (
    <Sheet title={t('exposure.by_distance')}>
      {buckets.length === 0 ? (
        <p className="p-4 text-sm text-muted">{t('exposure.nothing')}</p>
      ) : (
        <table className="w-full text-left text-sm">
          <thead className="text-xs text-muted">
            <tr>
              <th scope="col" className="px-4 py-2 font-medium">
                {t('exposure.position')}
              </th>
              <th scope="col" className="px-4 py-2 font-medium">
                {t('exposure.distance')}
              </th>
              <th scope="col" className="px-4 py-2 text-right font-medium">
                {t('exposure.policies')}
              </th>
              <th scope="col" className="px-4 py-2 text-right font-medium">
                USDC
              </th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t border-line">
            {buckets.map((bucket) => (
              <tr key={`${bucket.inst_id}${bucket.side}${bucket.from_sigma}`}>
                <td className="px-4 py-2">
                  {bucket.inst_id === null || bucket.side === null ? (
                    t('exposure.not_bound')
                  ) : (
                    <>
                      {coin(bucket.inst_id)} {t(`side.${bucket.side}`)}
                    </>
                  )}
                </td>
                <td className="px-4 py-2">
                  <span className="num">
                    {bucket.inst_id === null
                      ? '–'
                      : `${bucket.from_sigma}${bucket.to_sigma === null ? '+' : `–${bucket.to_sigma}`} σ`}
                  </span>
                  <span
                    aria-hidden="true"
                    className={`mt-1 block h-1.5 ${bucket.side === 'long' ? 'bg-floor' : 'hatch border border-floor'}`}
                    style={{ width: `${(Number(bucket.payout_usdc) / most) * 100}%` }}
                  />
                </td>
                <td className="num px-4 py-2 text-right">{bucket.policies}</td>
                <td className="num px-4 py-2 text-right">{money(bucket.payout_usdc)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot className="border-t border-edge font-semibold">
            <tr>
              <th scope="row" colSpan={2} className="px-4 py-2">
                {t('exposure.together')}
              </th>
              <td className="num px-4 py-2 text-right">{buckets.reduce((sum, bucket) => sum + bucket.policies, 0)}</td>
              <td className="num px-4 py-2 text-right">{money(e.book.used_usdc)}</td>
            </tr>
          </tfoot>
        </table>
      )}
    </Sheet>
  );
}

function Days({ e }: { e: Exposure }) {
  const { t, i18n } = useTranslation('admin');
  const times = e.days.map((day) => Date.parse(`${day.day}T00:00:00Z`) / 1000);
  const numbers = (key: 'premiums_usdc' | 'payouts_usdc' | 'in_force_usdc' | 'reserve_usdc') =>
    e.days.map((day) => (day[key] === null ? null : Number(day[key])));
  const value = (v: number): string => axisNumber(v, i18n.language);
  const time = (sec: number): string => new Date(sec * 1000).toISOString().slice(5, 10);
  if (times.length < 2) return null;
  return (
    <div className="grid gap-5 lg:grid-cols-2">
      <Sheet title={t('exposure.money_days')}>
        <div className="p-4">
          <WhenSeen>
            <Suspense fallback={<Skeleton lines={4} />}>
              <TimeChart
                times={times}
                zero
                value={value}
                time={time}
                series={[
                  { label: t('exposure.premiums'), values: numbers('premiums_usdc'), color: '--floor', fill: true },
                  { label: t('exposure.payouts'), values: numbers('payouts_usdc'), color: '--liq', dash: [5, 4] },
                ]}
              />
            </Suspense>
          </WhenSeen>
          <DayTable e={e} />
        </div>
      </Sheet>
      <Sheet title={t('exposure.book_days')}>
        <div className="p-4">
          <WhenSeen>
            <Suspense fallback={<Skeleton lines={4} />}>
              <TimeChart
                times={times}
                zero
                value={value}
                time={time}
                series={[
                  { label: t('exposure.in_force'), values: numbers('in_force_usdc'), color: '--ink' },
                  { label: t('exposure.reserve'), values: numbers('reserve_usdc'), color: '--wait', dash: [5, 4] },
                ]}
              />
            </Suspense>
          </WhenSeen>
        </div>
      </Sheet>
    </div>
  );
}

function DayTable({ e }: { e: Exposure }) {
  const { t } = useTranslation('admin');
  return (
    <details className="mt-3 text-sm">
      <summary>{t('exposure.as_table')}</summary>
      <table className="mt-2 w-full text-left">
        <thead className="text-xs text-muted">
          <tr>
            <th scope="col">{t('exposure.day')}</th>
            <th scope="col" className="text-right">
              {t('exposure.premiums')}
            </th>
            <th scope="col" className="text-right">
              {t('exposure.payouts')}
            </th>
            <th scope="col" className="text-right">
              {t('exposure.in_force')}
            </th>
          </tr>
        </thead>
        <tbody>
          {e.days.toReversed().map((day) => (
            <tr key={day.day} className="num">
              <td>{day.day}</td>
              <td className="text-right">{money(day.premiums_usdc)}</td>
              <td className="text-right">{money(day.payouts_usdc)}</td>
              <td className="text-right">{money(day.in_force_usdc)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
