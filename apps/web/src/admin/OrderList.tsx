import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { coin, money, shortId, span } from '../format.ts';
import { useNow } from '../ui/Instant.tsx';
import { Button } from '../ui/kit.tsx';
import { Tag } from '../ui/sheets.tsx';
import { Hash, Money } from '../ui/Money.tsx';
import { orderTone } from '../ui/statusTone.ts';
import { Address } from './Address.tsx';
import { ConfirmPremium } from './ConfirmPremium.tsx';
import { chainQuery } from './queries.ts';
import { useMay } from './useOperator.ts';

/** Orders, with the reported transaction and the button that confirms it. */
export function OrderList({ orders }: { orders: readonly PurchaseOrderAnswer[] }) {
  const { t, i18n } = useTranslation('admin');
  const { t: ts } = useTranslation('shared');
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
                <Link to="/admin/policies/$id" params={{ id: order.id }} className="num link font-semibold">
                  {shortId(order.id)}
                </Link>{' '}
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
                <Tag tone={orderTone[order.status]}>{ts(`order_status.${order.status}`)}</Tag>
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
      {confirming && <ConfirmPremium order={confirming} onClose={() => setConfirming(null)} />}
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
      {to === null ? t('refund.sender') : <Address value={to} label={t('refund.to')} explorer={explorer} />}
    </span>
  );
}
