import type { TraderClaim } from '@liqpass/api/events';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { DAY_MS } from '@liqpass/kernel/time';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { claimQuery } from '../data/claimQueries.ts';
import { countdown, shortId } from '../format.ts';
import { ProofPanel } from '../proof/ProofPanel.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant, useNow } from '../ui/Instant.tsx';
import { Facts, Note, Tag } from '../ui/sheets.tsx';
import { Skeleton } from '../ui/kit.tsx';
import { LiveDot } from '../ui/LiveDot.tsx';
import { Page } from '../ui/Shell.tsx';
import { claimTone } from '../ui/statusTone.ts';
import { Timeline, type Step } from '../ui/Timeline.tsx';
import { CancelOrder } from './CancelOrder.tsx';
import { CoverAgain } from './CoverAgain.tsx';
import { ClaimPanel, FileClaim, isStillOpen } from './ClaimPanel.tsx';
import { ExchangeNote } from './ExchangeNote.tsx';
import { MessagesSent } from './MessagesSent.tsx';
import { OrderError } from './OrderError.tsx';
import { OrderSummary, useOrderTitle } from './OrderSummary.tsx';
import { OrderTag } from './OrderTag.tsx';
import { PaymentSeen } from './PaymentSeen.tsx';
import { RefundNote } from './RefundNote.tsx';
import { WatchPanel } from './WatchPanel.tsx';
import { useOrder } from './useOrder.ts';
import { ExcessNote } from './ExcessNote.tsx';

// Only for whoever comes by the reminder.
const AgainStep = lazy<(props: { order: PurchaseOrderAnswer }) => ReactNode>(() =>
  import('./AgainStep.tsx').catch(() => ({ default: () => null })),
);

/** OKX answers about orders of the last three months: later nothing can be proven. */
export const CLAIM_WITHIN_MS = 80 * DAY_MS;

/** One cover: what is left of it, its claim, and what has happened. */
export function PolicyPage({ id, again }: { id: string; again: boolean }) {
  const { t } = useTranslation('trader');
  const { t: ts } = useTranslation('shared');
  const title = useOrderTitle();
  const { order, error, refetch, live } = useOrder(id);
  const claimed = order?.claim_id !== null && order?.claim_id !== undefined;
  const claim = useQuery({
    ...claimQuery(id),
    enabled: claimed,
    refetchInterval: (query) =>
      query.state.data?.claim.status === 'VERIFYING' ? 2_000 : live === 'live' ? 30_000 : 5_000,
  });
  if (!order) return <Page>{error ? <OrderError error={error} onRetry={refetch} /> : <Skeleton lines={8} />}</Page>;
  const shown = claim.data?.claim;
  // Not decided: the cover goes on, and can be claimed again.
  const covers = !claimed || shown?.status === 'FAILED';
  return (
    <Page>
      <div className="flex flex-wrap items-end justify-between gap-3 border-b border-line pb-6">
        <div>
          <p className="num text-sm text-muted">{t('policy.of', { id: shortId(order.id) })}</p>
          <h1 className="text-4xl">{title(order)}</h1>
        </div>
        <div className="flex flex-wrap items-center gap-3">
          {shown && !isStillOpen(shown) ? (
            <Tag tone={claimTone[shown.status]}>{ts(`claim_status.${shown.status}`)}</Tag>
          ) : (
            <OrderTag order={order} />
          )}
          <LiveDot state={live} />
        </div>
      </div>
      <div className="grid items-start gap-8 lg:grid-cols-[1fr_340px] lg:gap-12">
        <div className="grid min-w-0 gap-8">
          <ExchangeNote />
          {order.paid_at !== null && <PaymentSeen order={order} />}
          <ExcessNote order={order} />
          {again && covers && order.coverage_end_at !== null && order.paid_at !== null && (
            <Suspense fallback={<Skeleton lines={4} />}>
              <AgainStep order={order} />
            </Suspense>
          )}
          {order.refund_reason !== null ? (
            <RefundNote order={order} />
          ) : (
            covers && <Cover order={order} again={again} />
          )}
          {claimed &&
            (claim.data ? (
              <ClaimPanel order={order} shown={claim.data} />
            ) : claim.error ? (
              <ErrorNote error={claim.error} onRetry={() => void claim.refetch()} />
            ) : (
              <Skeleton lines={6} />
            ))}
          {order.refund_reason === null && <WatchPanel order={order} />}
          {order.paid_at !== null && <ProofPanel order={order} claim={shown} />}
          <MessagesSent orderId={order.id} />
          <History order={order} claim={claim.data} />
        </div>
        <OrderSummary order={order} live={covers} />
      </div>
    </Page>
  );
}

function Cover({ order, again }: { order: PurchaseOrderAnswer; again: boolean }) {
  const { t } = useTranslation('trader');
  const now = useNow();
  if (order.status === 'AWAITING_BINDING')
    return (
      <>
        <Note tone="wait" title={t('policy.not_bound')}>
          <Link className="link" to="/buy" search={{ order: order.id }}>
            {t('pay.to_bind')}
          </Link>
        </Note>
        <CancelOrder order={order} />
      </>
    );
  if (order.status === 'AWAITING_PAYMENT')
    return (
      <>
        <Note tone="wait" title={order.reported_at ? t('pay.reported') : t('policy.not_paid')}>
          <Link className="link" to="/pay/$id" params={{ id: order.id }}>
            {order.reported_at ? t('policy.to_report') : t('bind.to_pay')}
          </Link>
        </Note>
        <CancelOrder order={order} />
      </>
    );
  if (order.status === 'LAPSED')
    return (
      <Note title={order.cancelled_at ? t('cancel.done') : t('policy.lapsed')}>
        <Link className="link" to="/buy" search={{}}>
          {t('pay.lapsed_next')}
        </Link>
      </Note>
    );
  const start = order.effective_start_at ? Date.parse(order.effective_start_at) : null;
  const end = order.coverage_end_at ? Date.parse(order.coverage_end_at) : null;
  if (start === null || end === null) return null;
  const before = now < start;
  const over = now >= end;
  return (
    <section className="sheet grid gap-5 p-5 sm:grid-cols-[1fr_auto] sm:items-center" aria-label={t('policy.cover')}>
      <div className="grid gap-1">
        <p className="text-sm text-muted">
          {before ? t('policy.starts_in') : over ? t('policy.ended') : t('policy.ends_in')}
        </p>
        {over ? (
          <p className="text-lg">
            <Instant at={end} />
          </p>
        ) : (
          <p translate="no" role="timer" className="num text-4xl font-semibold">
            {countdown((before ? start : end) - now)}
          </p>
        )}
        <div className="mt-2">
          <Facts
            rows={[
              [t('policy.from'), <Instant key="f" at={start} seconds={false} />],
              [t('policy.until'), <Instant key="u" at={end} seconds={false} />],
              [t('policy.claim_by'), <Instant key="c" at={end + CLAIM_WITHIN_MS} seconds={false} />],
            ]}
          />
        </div>
      </div>
      {!before && <FileClaim order={order} />}
      {!again && (
        <div className="sm:col-span-2">
          <CoverAgain order={order} />
        </div>
      )}
    </section>
  );
}

/** Past, present and planned. */
function History({ order, claim }: { order: PurchaseOrderAnswer; claim: TraderClaim | undefined }) {
  const { t } = useTranslation('trader');
  const { t: ts } = useTranslation('shared');
  const now = useNow(30_000);
  const c = claim?.claim;
  // Nothing is covered, and nothing will be.
  const ended = order.refund_reason !== null || order.status === 'LAPSED';
  const past = (at: string | null | undefined): Step['state'] => (at && Date.parse(at) <= now ? 'past' : 'planned');
  const steps: Step[] = [
    { key: 'made', label: t('history.made'), at: order.created_at, state: 'past' },
    ...(ended && order.okx_meta_json === null
      ? []
      : [
          {
            key: 'bound',
            label: t('history.bound'),
            at: order.bound_at,
            state: order.okx_meta_json
              ? ('past' as const)
              : order.status === 'AWAITING_BINDING'
                ? ('now' as const)
                : ('planned' as const),
          },
        ]),
    ...(order.reported_at && !order.paid_at
      ? [{ key: 'reported', label: t('history.reported'), at: order.reported_at, state: 'now' as const }]
      : []),
    ...(order.status === 'LAPSED'
      ? [
          {
            key: 'lapsed',
            label: order.cancelled_at ? t('cancel.done') : ts('order_status.LAPSED'),
            at: order.cancelled_at,
            state: 'bad' as const,
          },
        ]
      : [
          {
            key: 'paid',
            label: t('history.paid'),
            at: order.paid_at,
            state: order.paid_at
              ? ('past' as const)
              : order.status === 'AWAITING_PAYMENT' && !order.reported_at
                ? ('now' as const)
                : ('planned' as const),
          },
        ]),
    ...(order.refund_reason !== null
      ? [
          {
            key: 'void',
            label: order.refund_reason === 'TOUCHED_BEFORE_COVER' ? t('history.void') : t('history.no_cover'),
            state: 'bad' as const,
          },
          order.refunded_at
            ? { key: 'refund', label: t('history.refunded'), at: order.refunded_at, state: 'past' as const }
            : { key: 'refund', label: t('history.refund'), state: 'now' as const },
        ]
      : []),
    ...(ended
      ? []
      : [
          {
            key: 'start',
            label: t('history.start'),
            at: order.effective_start_at ?? order.coverage_start_at,
            state: order.paid_at ? past(order.effective_start_at) : ('planned' as const),
          },
        ]),
    ...(claim?.liquidation
      ? [
          {
            key: 'liq',
            label: t('history.liquidated'),
            at: claim.liquidation.liquidation_time_ms,
            state: 'past' as const,
          },
        ]
      : []),
    ...(ended
      ? []
      : [
          {
            key: 'end',
            label: t('history.end'),
            at: order.coverage_end_at,
            state: order.paid_at ? past(order.coverage_end_at) : ('planned' as const),
          },
        ]),
    ...(c
      ? [
          { key: 'filed', label: t('history.filed'), at: c.created_at, state: 'past' as const },
          ...(c.status === 'REJECTED'
            ? [{ key: 'rejected', label: t('history.rejected'), at: c.updated_at, state: 'bad' as const }]
            : []),
          ...(c.status === 'VERIFYING' || c.status === 'FAILED'
            ? [{ key: 'verify', label: t('history.verifying'), state: 'now' as const }]
            : []),
          ...(c.status === 'VERIFIED_PENDING_REVIEW'
            ? [{ key: 'review', label: t('history.review'), state: 'now' as const }]
            : []),
          ...(c.approved_at && c.status !== 'REJECTED'
            ? [{ key: 'approved', label: t('history.approved'), at: c.approved_at, state: 'past' as const }]
            : []),
          ...(c.status === 'APPROVED_PENDING_MULTISIG'
            ? [{ key: 'paying', label: t('history.paying'), state: 'now' as const }]
            : []),
          ...(c.paid_at ? [{ key: 'payout', label: t('history.payout'), at: c.paid_at, state: 'past' as const }] : []),
        ]
      : []),
  ];
  const at = (step: Step): number =>
    step.at === null || step.at === undefined
      ? Number.POSITIVE_INFINITY
      : typeof step.at === 'number'
        ? step.at
        : Date.parse(step.at);
  const rank = { past: 0, bad: 0, now: 1, planned: 2 };
  const sorted = steps.toSorted((a, b) => rank[a.state] - rank[b.state] || at(a) - at(b));
  return (
    <section>
      <h2 className="mb-3 text-lg">{t('history.title')}</h2>
      <Timeline steps={sorted} label={t('history.title')} />
    </section>
  );
}
