import { markOrderPaid } from '@liqpass/api/operatorCalls';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { cleanAddress } from '@liqpass/api/pasted';
import { isTxHash } from '@liqpass/kernel/ids';
import { isUsdcText } from '@liqpass/kernel/money';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '../data/serverTime.ts';
import { coin, money, shortId, span, zone } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant, useNow } from '../ui/Instant.tsx';
import { Button } from '../ui/kit.tsx';
import { Field } from '../ui/fields.tsx';
import { Facts, Tag, Note } from '../ui/sheets.tsx';
import { Modal } from '../ui/Modal.tsx';
import { Hash, Money } from '../ui/Money.tsx';
import { orderTone } from '../ui/statusTone.ts';
import { api } from './operatorApi.ts';
import { PaymentPreview } from './PaymentPreview.tsx';
import { chainQuery } from './queries.ts';
import { useMay } from './useOperator.ts';

/** Orders, with the reported transaction and the button that confirms it. */
export function OrderList({ orders }: { orders: readonly PurchaseOrderAnswer[] }) {
  const { t, i18n } = useTranslation('admin');
  const { t: tc } = useTranslation();
  const chain = useQuery(chainQuery);
  const now = useNow(30_000);
  const [confirming, setConfirming] = useState<PurchaseOrderAnswer | null>(null);
  const explorer = chain.data?.explorer_url ?? null;
  const mayConfirm = useMay('treasurer');
  return (
    <>
      <ul className="divide-y divide-line">
        {orders.map((order) => {
          const tx = order.payment_tx_hash ?? order.reported_tx_hash;
          return (
            <li
              key={order.id}
              className="grid items-center gap-x-5 gap-y-1 px-4 py-2 text-sm lg:grid-cols-[1.2fr_1fr_1fr_1.4fr_7rem]"
            >
              <span className="min-w-0">
                <span className="num font-semibold">{shortId(order.id)}</span>{' '}
                {order.position
                  ? `${coin(order.position.inst_id)} ${t(`side.${order.position.side}`)} ${order.position.leverage}×`
                  : (order.okx_meta_json?.instId ?? '')}
                <span className="block text-muted">
                  {order.policy_type} ·{' '}
                  {t('payments.made_ago', { span: span(now - Date.parse(order.created_at), i18n.language) })}
                  {order.attested === false && ` · ${t('claim.unattested')}`}
                  {order.order_number_doubt && (
                    <span className="text-wait"> · {t(`doubt.${order.order_number_doubt}`)}</span>
                  )}
                </span>
              </span>
              <span className="num">
                {money(order.premium_amount_usdc)} → <Money usdc={order.policy_params_json.payout_fixed_usdc} />
              </span>
              <span>
                <Tag tone={orderTone[order.status]}>{tc(`order_status.${order.status}`)}</Tag>
                {order.refund_reason && <span className="block text-wait">{t(`refund.${order.refund_reason}`)}</span>}
                {order.status === 'REFUND_DUE' && <GoesBack order={order} explorer={explorer} />}
              </span>
              <span className="min-w-0">
                {order.reported_at && order.paid_at === null && (
                  <span className="block text-wait">
                    {t('payments.reported_ago', { span: span(now - Date.parse(order.reported_at), i18n.language) })}
                  </span>
                )}
                {tx ? (
                  <Hash value={tx} label={t('payments.transaction')} href={explorer && `${explorer}/tx/${tx}`} />
                ) : order.paid_at === null ? (
                  <span className="text-muted">{t('payments.no_hash')}</span>
                ) : null}
              </span>
              <span className="flex gap-3 lg:justify-end">
                {order.claim_id && (
                  <Link
                    to="/admin/claims/$id"
                    params={{ id: order.claim_id }}
                    search={{}}
                    className="link inline-flex min-h-9 items-center"
                  >
                    {t('payments.claim')}
                  </Link>
                )}
                {order.paid_at === null && mayConfirm && (
                  <Button kind={order.reported_at ? 'solid' : 'quiet'} size="sm" onClick={() => setConfirming(order)}>
                    {t('payments.confirm')}
                  </Button>
                )}
              </span>
            </li>
          );
        })}
      </ul>
      {confirming && <Confirm order={confirming} onClose={() => setConfirming(null)} />}
    </>
  );
}

/** What is to be sent back, and to whom: the buyer's own address, or where the money came from. */
function GoesBack({ order, explorer }: { order: PurchaseOrderAnswer; explorer: string | null }) {
  const { t } = useTranslation('admin');
  const amount = order.paid_amount_usdc ?? order.premium_amount_usdc;
  const to = order.payout_address ?? order.owner;
  return (
    <span className="flex flex-wrap items-center gap-x-1">
      {t('refund.send')} <Money usdc={amount} className="font-semibold" />
      <span aria-hidden="true">→</span>
      {to === null ? (
        t('refund.sender')
      ) : (
        <Hash value={to} label={t('refund.to')} href={explorer && `${explorer}/address/${to}`} />
      )}
    </span>
  );
}

/** Marks a premium as paid: what came, and with which transaction. */
function Confirm({ order, onClose }: { order: PurchaseOrderAnswer; onClose: () => void }) {
  const { t } = useTranslation('admin');
  const client = useQueryClient();
  const chain = useQuery(chainQuery);
  const [amount, setAmount] = useState(order.premium_amount_usdc);
  const [hash, setHash] = useState(order.reported_tx_hash ?? '');
  const [payer, setPayer] = useState('');
  const [paidAt, setPaidAt] = useState('');
  const [note, setNote] = useState('');
  const [wrong, setWrong] = useState({ amount: false, hash: false, paidAt: false });
  const mark = useMutation({
    mutationFn: () =>
      markOrderPaid(api, order.id, {
        premiumAmountUsdc: amount,
        ...(paidAt === '' ? {} : { paidAt: new Date(paidAt).toISOString() }),
        ...(hash === '' ? {} : { txHash: hash }),
        ...(payer === '' ? {} : { payer }),
        ...(note === '' ? {} : { note }),
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['admin-orders'] });
      onClose();
    },
  });
  return (
    <Modal title={t('payments.confirm_title', { id: shortId(order.id) })} onClose={onClose}>
      <form
        className="grid gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const bad = {
            amount: !isUsdcText(amount),
            hash: hash !== '' && !isTxHash(hash),
            paidAt: paidAt !== '' && !(Date.parse(paidAt) <= serverNow()),
          };
          setWrong(bad);
          if (!Object.values(bad).includes(true)) mark.mutate();
        }}
      >
        {order.order_number_doubt && (
          <Note tone="wait" title={t(`doubt.${order.order_number_doubt}`)}>
            <span className="num break-all">{order.okx_meta_json?.ordId}</span>
          </Note>
        )}
        <p className="text-sm text-muted">{t('payments.confirm_why')}</p>
        {chain.data && (
          <Facts
            rows={[
              hash !== '' && isTxHash(hash)
                ? [
                    t('payments.look_up'),
                    <Hash
                      key="h"
                      value={hash}
                      label={t('payments.transaction')}
                      href={chain.data.explorer_url && `${chain.data.explorer_url}/tx/${hash}`}
                    />,
                  ]
                : null,
              [t('payments.token'), `${chain.data.token} · ${chain.data.chain_name} (${chain.data.chain_id})`],
              chain.data.treasury_safe === null
                ? null
                : [
                    t('payments.receiver'),
                    <Hash key="r" value={chain.data.treasury_safe} label={t('payments.receiver')} />,
                  ],
              order.reported_at === null
                ? null
                : [t('payments.reported_at'), <Instant key="a" at={order.reported_at} />],
            ]}
          />
        )}
        {order.okx_meta_json === null && <p className="text-sm text-wait">{t('payments.unbound')}</p>}
        <Field
          label={t('payments.amount')}
          hint={t('payments.amount_hint', { amount: money(order.premium_amount_usdc) })}
          error={wrong.amount ? t('payments.amount_wrong') : undefined}
        >
          {(aria) => (
            <input
              {...aria}
              data-autofocus
              value={amount}
              onChange={(event) => setAmount(event.target.value.trim())}
              inputMode="decimal"
              className="num field-box"
            />
          )}
        </Field>
        <Field label={t('payments.transaction')} error={wrong.hash ? t('decide.hash_wrong') : undefined}>
          {(aria) => (
            <input
              {...aria}
              value={hash}
              onChange={(event) => setHash(event.target.value.trim())}
              className="num field-box text-sm"
              autoComplete="off"
              spellCheck={false}
              placeholder="0x…"
            />
          )}
        </Field>
        <Field label={t('payments.payer')}>
          {(aria) => (
            <input
              {...aria}
              value={payer}
              onChange={(event) => setPayer(cleanAddress(event.target.value))}
              className="num field-box text-sm"
              autoComplete="off"
              spellCheck={false}
              placeholder="0x…"
            />
          )}
        </Field>
        <Field
          label={t('payments.paid_at', { zone: zone(serverNow()) })}
          hint={
            <>
              {t('payments.paid_at_hint')}
              {order.pay_by !== undefined && (
                <>
                  {' '}
                  {t('payments.pay_by')} <Instant at={order.pay_by} />
                </>
              )}
            </>
          }
          error={wrong.paidAt ? t('payments.paid_at_wrong') : undefined}
        >
          {(aria) => (
            <input
              {...aria}
              type="datetime-local"
              step={1}
              value={paidAt}
              onChange={(event) => setPaidAt(event.target.value)}
              className="num field-box"
            />
          )}
        </Field>
        <Field label={t('payments.note')}>
          {(aria) => (
            <input
              {...aria}
              value={note}
              onChange={(event) => setNote(event.target.value)}
              maxLength={500}
              className="field-box"
            />
          )}
        </Field>
        <PaymentPreview orderId={order.id} typed={{ amount, hash, payer, paidAt }} />
        <ErrorNote error={mark.error} />
        <div className="flex justify-end gap-3">
          <Button kind="quiet" onClick={onClose}>
            {t('decide.cancel')}
          </Button>
          <Button type="submit" busy={mark.isPending}>
            {t('payments.mark_paid')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
