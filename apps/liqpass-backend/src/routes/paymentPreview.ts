import type { PaymentPreview as Wire } from '@liqpass/api/purchaseOrders';
import { formatUsdc } from '@liqpass/kernel/money';
import { formatIso, type EpochMs } from '@liqpass/kernel/time';
import { payBy, purchaseOrderStatus } from '../domain/purchaseOrder.ts';
import type { PaymentPreview } from '../services/payments.ts';

const isoOrNull = (ms: EpochMs | null): string | null => (ms === null ? null : formatIso(ms));

/** What a payment would buy, as the pages and the operators read it. */
export function previewToWire(
  { order, decision, refusal, naming, txHash, price }: PaymentPreview,
  nowMs: EpochMs,
): Wire {
  const isCovered = decision.refundReason === null;
  return {
    outcome: refusal ? 'REFUSED' : isCovered ? 'COVERED' : 'REFUND',
    refund_reason: decision.refundReason,
    effective_start_at: isoOrNull(decision.coverFromMs),
    coverage_end_at: isCovered ? isoOrNull(decision.window?.endMs ?? null) : null,
    pay_by: isoOrNull(payBy(order)),
    price:
      decision.price && price
        ? {
            mark_px: price.markPx,
            distance: decision.price.distance,
            probability: decision.price.probability,
            bound_probability: price.boundProbability,
            premium_usdc: formatUsdc(decision.price.premium),
          }
        : null,
    unjudged: [...decision.unjudged],
    refusal: refusal
      ? { error: refusal.code, message: refusal.message, reason: refusal.params?.['reason'] ?? null }
      : null,
    also_named: naming.map((other) => ({
      id: other.id,
      status: purchaseOrderStatus(other, nowMs),
      owner: other.owner,
      reported_at: isoOrNull(other.reported?.atMs ?? null),
      paid_by_it: txHash !== null && other.paymentTxHash === txHash,
    })),
  };
}
