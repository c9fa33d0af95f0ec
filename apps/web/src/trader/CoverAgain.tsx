import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { HOUR_MS } from '@liqpass/kernel/time';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Instant, useNow } from '../ui/Instant.tsx';
import { Button } from '../ui/kit.tsx';
import { emptyDraft, keepDraft } from './draft.ts';

/**
 * From a cover that has ended to the next one of the same position: as the exchange shows it, where a key has seen it, else filled in. In
 * its last hour the next one of a position that a key has seen, which begins at its end; of another, from when it can be had (`always`:
 * before, too).
 */
export function CoverAgain({ order, always = false }: { order: PurchaseOrderAnswer; always?: boolean }) {
  const { t } = useTranslation('trader');
  const navigate = useNavigate();
  const now = useNow(10_000);
  const { position } = order;
  const end = order.coverage_end_at === null ? null : Date.parse(order.coverage_end_at);
  // What has not begun has no next one yet.
  if (end === null || order.status === 'SCHEDULED') return null;
  const lastHour = end - now <= HOUR_MS;
  if (order.status === 'ACTIVE' && !(lastHour && order.attested === true))
    return !lastHour && !always ? null : (
      <p className="text-sm text-muted">
        {t('again.from')} <Instant at={end} seconds={false} />
      </p>
    );
  const again = (): void => {
    if (order.attested === true) {
      void navigate({ to: '/policies/$id', params: { id: order.id }, search: { again: 1 } });
      return;
    }
    if (position)
      keepDraft({
        ...emptyDraft,
        instId: position.inst_id,
        side: position.side,
        leverage: position.leverage,
        liqPx: position.liq_px,
        by: 'leverage',
        policyType: order.policy_type,
        payout: order.policy_params_json.payout_fixed_usdc,
      });
    void navigate({ to: '/buy', search: {} });
  };
  return (
    <div>
      <Button onClick={again}>{t('again.button')}</Button>
    </div>
  );
}
