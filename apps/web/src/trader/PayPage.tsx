import { reportPayment } from '@liqpass/api/orderCalls';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import type { PaymentInstructions } from '@liqpass/api/quotes';
import { cleanTxHash, wrongTxHash, type Wrong } from '@liqpass/api/pasted';
import { parseUsdc } from '@liqpass/kernel/money';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { api } from '../data/api.ts';
import { paymentInstructionsQuery } from '../data/marketQueries.ts';
import { orderQuery, paymentPreviewQuery } from '../data/orderQueries.ts';
import { removeStored, useStored } from '../data/stored.ts';
import { countdown, money, shortHex } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant, useNow } from '../ui/Instant.tsx';
import { Button, buttonClass, CopyButton, Skeleton } from '../ui/kit.tsx';
import { Facts, Note } from '../ui/sheets.tsx';
import { Field } from '../ui/fields.tsx';
import { LiveDot } from '../ui/LiveDot.tsx';
import { Hash, HexGroups } from '../ui/Money.tsx';
import { Page } from '../ui/Shell.tsx';
import { Steps } from '../ui/Steps.tsx';
import { TimeLeft } from '../ui/TimeLeft.tsx';
import { useWrong } from '../ui/useWrong.ts';
import { useWide } from '../ui/useWide.ts';
import { Contact } from './Contact.tsx';
import { CancelOrder } from './CancelOrder.tsx';
import { NextBegins } from './NextBegins.tsx';
import { NotSoldNow } from './NotSoldNow.tsx';
import { WatchPanel } from './WatchPanel.tsx';
import { OrderError } from './OrderError.tsx';
import { OrderSummary } from './OrderSummary.tsx';
import { PayFromWallet } from './PayFromWallet.tsx';
import { PaymentSeen } from './PaymentSeen.tsx';
import { PayoutAddress } from './PayoutAddress.tsx';
import { RefundNote } from './RefundNote.tsx';
import { useNetwork } from './useNetwork.ts';
import { useOrder } from './useOrder.ts';
import { ExcessNote } from './ExcessNote.tsx';

// Without a network there is no picture; the address goes on being there.
const Qr = lazy(() => import('../ui/Qr.tsx').catch(() => ({ default: () => null })));

/** Step 3: the exact amount, where it goes, and the report that it was sent. Nothing here marks anything as paid. */
export function PayPage({ id }: { id: string }) {
  const { t } = useTranslation('trader');
  const { order, error, refetch, live } = useOrder(id);
  const to = useQuery(paymentInstructionsQuery);
  const [perhaps, setPerhaps] = useState('');
  // Whoever has paid must not be asked for it again at the top of the page.
  const reported = order !== undefined && order.reported_at !== null;
  const isToPay = order?.status === 'AWAITING_PAYMENT' && !reported;
  const preview = useQuery({ ...paymentPreviewQuery(id), enabled: isToPay });
  const comesBack = preview.data?.outcome === 'REFUND' ? preview.data : null;
  if (!order) return <Page>{error ? <OrderError error={error} onRetry={refetch} /> : <Skeleton lines={8} />}</Page>;
  return (
    <Page>
      <div className="grid items-start gap-8 lg:grid-cols-[1fr_340px] lg:gap-14">
        <div className="grid min-w-0 gap-6">
          <Steps at={3} />
          <div className="flex flex-wrap items-center justify-between gap-3">
            <h1 className="text-4xl">
              {t(
                order.paid_at === null
                  ? 'pay.title'
                  : order.refund_reason !== null
                    ? 'pay.refund_title'
                    : 'pay.paid_title',
              )}
            </h1>
            <LiveDot state={live} />
          </div>
          {order.paid_at !== null ? (
            <Paid order={order} />
          ) : order.okx_meta_json === null ? (
            <Note tone="wait" title={t('pay.bind_first')}>
              <Link className="link" to="/buy" search={{ order: id }}>
                {t('pay.to_bind')}
              </Link>
            </Note>
          ) : order.status === 'LAPSED' ? (
            <>
              <Note tone="wait" title={t('pay.lapsed')}>
                <Link className="link" to="/buy" search={{}}>
                  {t('pay.lapsed_next')}
                </Link>
              </Note>
              <Report order={order} late />
            </>
          ) : (
            <>
              <PaymentSeen order={order} />
              {reported && <Report order={order} />}
              <ErrorNote error={to.error} onRetry={() => void to.refetch()} />
              {/* Whoever has paid is not invited to pay again. */}
              {!reported && comesBack && <NotSoldNow preview={comesBack} />}
              {!reported && !comesBack && (
                <>
                  {order.pay_by !== undefined && (
                    <TimeLeft
                      label={t('quote.held')}
                      from={Date.parse(order.bound_at ?? order.created_at)}
                      until={Date.parse(order.pay_by)}
                    />
                  )}
                  {order.follows !== undefined && (
                    <NextBegins at={preview.data?.effective_start_at ?? order.coverage_start_at ?? order.created_at} />
                  )}
                  {to.data ? (
                    <Instructions order={order} to={to.data} onPerhaps={setPerhaps} />
                  ) : (
                    !to.error && <Skeleton lines={6} />
                  )}
                </>
              )}
              <PayoutAddress order={order} />
              <WatchPanel order={order} />
              {reported ? (
                order.reported_tx_hash === null && <NotPaidAfterAll order={order} />
              ) : (
                <>
                  <Report key={perhaps} order={order} perhaps={perhaps} />
                  <WhatIf />
                  <p className="text-sm">
                    <Link className="link" to="/buy" search={{ order: id }}>
                      {t('pay.rebind')}
                    </Link>
                  </p>
                  <CancelOrder order={order} />
                </>
              )}
            </>
          )}
        </div>
        <OrderSummary order={order} />
      </div>
    </Page>
  );
}

function Paid({ order }: { order: PurchaseOrderAnswer }) {
  const { t } = useTranslation('trader');
  return (
    <div className="grid gap-4">
      <PaymentSeen order={order} />
      <ExcessNote order={order} />
      {order.refund_reason !== null ? (
        <RefundNote order={order} />
      ) : (
        <>
          <Note tone="floor" role="status" title={<PaidTitle order={order} />}>
            {order.effective_start_at && order.coverage_end_at && (
              <Facts
                rows={[
                  [t('policy.from'), <Instant key="f" at={order.effective_start_at} />],
                  [t('policy.until'), <Instant key="u" at={order.coverage_end_at} />],
                ]}
              />
            )}
          </Note>
          <PayoutAddress order={order} />
        </>
      )}
      <div>
        <Link to="/policies/$id" params={{ id: order.id }} className={buttonClass('solid', 'lg')}>
          {t('pay.view_policy')}
        </Link>
      </div>
    </div>
  );
}

/** "Covered" is said of who is covered: before that, when it begins. */
function PaidTitle({ order }: { order: PurchaseOrderAnswer }) {
  const { t } = useTranslation('trader');
  const now = useNow();
  if (order.status === 'ACTIVE') return t('pay.covered');
  const start = order.effective_start_at === null ? null : Date.parse(order.effective_start_at);
  if (order.status !== 'SCHEDULED' || start === null) return t('pay.received');
  return (
    <>
      {t('pay.covered_in')}{' '}
      <span translate="no" role="timer" className="num">
        {countdown(start - now)}
      </span>
    </>
  );
}

/** Reported without a hash, by mistake perhaps: how to pay is a click away, and not in the way. */
function NotPaidAfterAll({ order }: { order: PurchaseOrderAnswer }) {
  const { t } = useTranslation('trader');
  const to = useQuery(paymentInstructionsQuery);
  const [shown, setShown] = useState(false);
  if (shown && to.data) return <Instructions order={order} to={to.data} onPerhaps={() => undefined} />;
  return (
    <p>
      <button type="button" className="link min-h-6 text-sm" onClick={() => setShown(true)}>
        {t('pay.not_paid_after_all')}
      </button>
    </p>
  );
}

function Instructions({
  order,
  to,
  onPerhaps,
}: {
  order: PurchaseOrderAnswer;
  to: PaymentInstructions;
  onPerhaps: (txHash: string) => void;
}) {
  const { t } = useTranslation('trader');
  const amount = money(order.amount_due_usdc);
  const wide = useWide();
  if (to.treasury_safe === null)
    return (
      <Note tone="wait" title={t('pay.no_treasury')}>
        <p>{t('pay.no_treasury_next', { amount })}</p>
        <Contact />
      </Note>
    );
  const units = parseUsdc(order.amount_due_usdc);
  const uri = `ethereum:${to.token_address}@${to.chain_id}/transfer?address=${to.treasury_safe}&uint256=${units ?? 0n}`;
  return (
    <>
      <section className="sheet" aria-label={t('pay.instructions')}>
        <div className="flex items-center justify-between gap-3 p-4 pb-3">
          <div>
            <p className="text-sm text-muted">{t('pay.exactly')}</p>
            <p translate="no" className="num text-2xl font-semibold" data-testid="exact">
              {amount} <span className="text-sm font-normal">{to.token}</span>
            </p>
          </div>
          <CopyButton text={order.amount_due_usdc} label={t('pay.amount')} />
        </div>
        <div className="flex items-center justify-between gap-3 border-t border-line p-4 pb-3">
          <div>
            <p className="text-sm text-muted">{t('pay.address')}</p>
            <HexGroups value={to.treasury_safe} />
          </div>
          <CopyButton text={to.treasury_safe} label={t('pay.address')} />
        </div>
        <div className="grid gap-2 border-t border-line p-4">
          <Facts
            rows={[
              ...(order.pay_by === undefined
                ? []
                : [[t('pay.pay_by'), <Instant key="b" at={order.pay_by} />] as const]),
              [
                t('pay.chain'),
                <span key="c" className="num">
                  {to.chain_name} ({to.chain_id})
                </span>,
              ],
              [
                t('pay.token'),
                <span key="t" className="num">
                  {to.token} {shortHex(to.token_address)}
                </span>,
              ],
            ]}
          />
        </div>
        <details open={wide} className="border-t border-line p-4 text-sm sm:open:pb-6">
          <summary className="font-semibold">{t('pay.qr')}</summary>
          <div className="pt-3">
            <Suspense fallback={<Skeleton lines={2} />}>
              <Qr text={uri} label={t('pay.qr_label', { amount })} />
            </Suspense>
          </div>
        </details>
      </section>
      <details className="text-sm">
        <summary className="font-semibold">{t('pay.exchange')}</summary>
        <p className="pt-2">{t('pay.exchange_fee', { amount, network: to.chain_name })}</p>
        <p className="pt-2 text-muted">{t('pay.exchange_next')}</p>
      </details>
      <PayFromWallet order={order} to={to} safe={to.treasury_safe} units={units ?? 0n} onPerhaps={onPerhaps} />
    </>
  );
}

/** "I have paid": it puts the order before the operators, with the hash; also where it may have come too late. */
function Report({
  order,
  late = false,
  perhaps = '',
}: {
  order: PurchaseOrderAnswer;
  late?: boolean;
  /** What may be the hash of what a wallet may have sent. */
  perhaps?: string;
}) {
  const { t } = useTranslation('trader');
  const client = useQueryClient();
  const to = useQuery(paymentInstructionsQuery);
  const draft = `lp.hash.${order.id}`;
  const [hash, setHash] = useStored(draft, z.string(), '');
  useEffect(() => {
    if (perhaps !== '') setHash(perhaps);
  }, [perhaps, setHash]);
  const [wrong, setWrong] = useState<Wrong | null>(null);
  const say = useWrong();
  const report = useMutation({
    mutationFn: () => reportPayment(api, order.id, hash === '' ? {} : { txHash: cleanTxHash(hash) }),
    onSuccess: (answer) => {
      removeStored(draft);
      client.setQueryData(orderQuery(order.id).queryKey, answer);
    },
  });
  if (order.reported_at !== null)
    return (
      <Note tone="wait" role="status" title={t('pay.reported')}>
        <p>{late ? t('pay.late_next') : t('pay.reported_next')}</p>
        {to.data?.usual_confirmation_minutes && (
          <p>{t('pay.usually', { count: to.data.usual_confirmation_minutes })}</p>
        )}
        <p className="mt-1 flex flex-wrap gap-x-3 text-sm">
          <Instant at={order.reported_at} />
          {order.reported_tx_hash && (
            <Hash
              value={order.reported_tx_hash}
              label={t('pay.hash')}
              href={to.data?.explorer_url ? `${to.data.explorer_url}/tx/${order.reported_tx_hash}` : null}
            />
          )}
        </p>
      </Note>
    );
  return (
    <form
      className="grid gap-3 border-t border-line pt-5"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const bad = hash === '' ? null : wrongTxHash(cleanTxHash(hash));
        setWrong(bad);
        if (bad === null) report.mutate();
      }}
    >
      <h2 className="text-lg">{late ? t('pay.late_title') : t('pay.report_title')}</h2>
      {late && <p className="text-sm text-muted">{t('pay.late_why')}</p>}
      <Field label={t('pay.hash')} hint={t('pay.hash_hint')} error={say(wrong)}>
        {(aria) => (
          <input
            {...aria}
            value={hash}
            onChange={(event) => setHash(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            className="num field-box text-sm"
            placeholder="0x…"
          />
        )}
      </Field>
      <ErrorNote error={report.error} />
      <div>
        <Button type="submit" kind="quiet" busy={report.isPending}>
          {t('pay.i_have_paid')}
        </Button>
      </div>
    </form>
  );
}

function WhatIf() {
  const { t } = useTranslation('trader');
  const network = useNetwork();
  const cases = ['late', 'short', 'over', 'network'] as const;
  return (
    <section className="grid gap-2 border-t border-line pt-5 text-sm">
      <h2 className="font-semibold">{t('what_if.title')}</h2>
      <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[auto_1fr]">
        {cases.map((key) => (
          <div key={key} className="contents">
            <dt className="font-medium">{t(`what_if.${key}`)}</dt>
            <dd className="text-muted">{t(`what_if.${key}_next`, { network })}</dd>
          </div>
        ))}
      </dl>
      <Contact />
    </section>
  );
}
