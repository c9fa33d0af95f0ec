import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { marksQuery } from '../data/marketQueries.ts';
import { coin, shortId } from '../format.ts';
import { Facts } from '../ui/sheets.tsx';
import { Money } from '../ui/Money.tsx';
import { Ruler } from '../ui/Ruler.tsx';

type Position = NonNullable<PurchaseOrderAnswer['position']>;

/** "BTC long 8×" where the position is known, else the instrument, else the order's short name. */
export function useOrderTitle(): (order: PurchaseOrderAnswer) => string {
  const { t } = useTranslation('trader');
  return (order) => {
    if (order.position)
      return `${coin(order.position.inst_id)} ${t(`side.${order.position.side}`)} ${order.position.leverage}×`;
    return order.okx_meta_json ? order.okx_meta_json.instId : t('order.of', { id: shortId(order.id) });
  };
}

/** Over, one way or the other: no price moves towards it any more. */
const OVER: ReadonlySet<PurchaseOrderAnswer['status']> = new Set([
  'REFUND_DUE',
  'REFUNDED',
  'LAPSED',
  'EXPIRED',
  'SETTLED',
]);

/** The ruler with the mark as it moves while there is something to cover (`live`), and what was bought. */
export function OrderSummary({ order, live = true }: { order: PurchaseOrderAnswer; live?: boolean }) {
  const { t } = useTranslation('trader');
  // Where there is no cover none is drawn.
  const pays = order.refund_reason === null && order.status !== 'LAPSED';
  const position = live && !OVER.has(order.status) ? order.position : undefined;
  return (
    <aside className="sheet min-w-0 lg:sticky lg:top-6" aria-label={t('order.summary')}>
      {position && <LiveRuler position={position} payout={order.policy_params_json.payout_fixed_usdc} />}
      <div className={`grid gap-3 p-4 ${position ? 'border-t border-line' : ''}`}>
        <Facts
          rows={[
            pays
              ? [
                  t('quote.pays'),
                  <Money key="p" usdc={order.policy_params_json.payout_fixed_usdc} className="font-semibold" />,
                ]
              : null,
            [t('buy.premium'), <Money key="m" usdc={order.premium_amount_usdc} />],
            order.okx_meta_json
              ? [
                  t('order.okx_order'),
                  <span key="o" className="num break-all">
                    {order.okx_meta_json.ordId}
                  </span>,
                ]
              : null,
            order.okx_meta_json
              ? [
                  t('buy.instrument'),
                  <span key="i" className="num">
                    {order.okx_meta_json.instId}
                  </span>,
                ]
              : null,
            order.attested === null
              ? null
              : [
                  t('order.binding'),
                  <span key="a">{order.attested ? t('order.attested') : t('order.unattested')}</span>,
                ],
            [
              t('order.id'),
              <span key="d" className="num">
                {shortId(order.id)}
              </span>,
            ],
          ]}
        />
      </div>
    </aside>
  );
}

function LiveRuler({ position, payout }: { position: Position; payout: string }) {
  const marks = useQuery(marksQuery);
  const mark = marks.data?.items.find((m) => m.inst_id === position.inst_id)?.mark_px ?? position.mark_px;
  return (
    <div className="px-4 pt-3">
      <Ruler
        side={position.side}
        mark={Number(mark)}
        entry={Number(position.mark_px)}
        liq={Number(position.liq_px)}
        payout={payout}
        height={220}
      />
    </div>
  );
}
