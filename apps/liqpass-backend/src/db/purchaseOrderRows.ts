import type { ClaimStatus, PurchaseOrderStatus } from '@liqpass/kernel/vocabulary';
import { sql, type Selectable } from 'kysely';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import { amountOf, amountOrNull, msOrNull } from './platform/rows.ts';
import type { PurchaseOrdersTable } from './platform/tables.ts';

/** A row of an order, with what there is of its claim. */
export type OrderRow = Selectable<PurchaseOrdersTable> & {
  claim_id: string | null;
  claim_status: ClaimStatus | null;
  claim_reason: string | null;
  claim_payout: string | null;
};
/** An order (p) with what there is of its claim (c). */
export const WITH_CLAIM = sql`p.*, c.id as claim_id, c.status as claim_status, c.rejected_reason as claim_reason, c.payout_amount_usdc as claim_payout`;
/** The same of an order that has no claim yet. */
export const WITHOUT_CLAIM = sql`null as claim_id, null as claim_status, null as claim_reason, null as claim_payout`;

/** An audit row's from and to, as the domain derived them. */
export type StatusStep = { readonly from: PurchaseOrderStatus | null; readonly to: PurchaseOrderStatus };

export function toPurchaseOrder(row: OrderRow): PurchaseOrder {
  return {
    id: row.id,
    policyType: row.policy_type,
    chainId: row.chain_id,
    premium: amountOf(row.premium_amount_usdc),
    amountDue: amountOf(row.amount_due_usdc ?? row.premium_amount_usdc),
    paymentReference: row.payment_reference,
    paymentSeen:
      row.payment_seen_tx_hash !== null && row.payment_seen_block !== null
        ? {
            txHash: row.payment_seen_tx_hash,
            blockNumber: Number(row.payment_seen_block),
            final: row.payment_final,
          }
        : null,
    premiumVanished: row.premium_vanished_at !== null,
    policyParams: row.policy_params_json,
    payoutFixed: amountOf(row.policy_params_json.payout_fixed_usdc),
    payoutCap: amountOf(row.policy_params_json.payout_cap_usdc),
    window:
      row.coverage_start_at && row.coverage_end_at
        ? { startMs: row.coverage_start_at.getTime(), endMs: row.coverage_end_at.getTime() }
        : null,
    windowMoves: row.coverage_moves,
    owner: row.owner,
    payoutAddress: row.payout_address,
    follows: row.follows,
    binding:
      row.okx_meta_json && row.bound_at
        ? {
            ...row.okx_meta_json,
            boundAtMs: row.bound_at.getTime(),
            attested: row.attested === true,
            released: row.binding_released_at !== null,
          }
        : null,
    reported: row.reported_at ? { atMs: row.reported_at.getTime(), txHash: row.reported_tx_hash } : null,
    paidAtMs: msOrNull(row.paid_at),
    paidAmount: amountOrNull(row.paid_amount_usdc),
    paymentTxHash: row.payment_tx_hash,
    payer: row.payer,
    paidProbability: row.paid_probability,
    quoteHash: row.quote_hash,
    payByGrownMs: Number(row.pay_by_grown_ms),
    position: row.position_json
      ? {
          instId: row.position_json.inst_id,
          side: row.position_json.side,
          leverage: row.position_json.leverage,
          markPx: row.position_json.mark_px,
          liqPx: row.position_json.liq_px,
        }
      : null,
    refundReason: row.refund_reason,
    refunded:
      row.refunded_at && row.refund_to !== null && row.refund_tx_hash !== null
        ? { atMs: row.refunded_at.getTime(), to: row.refund_to, txHash: row.refund_tx_hash }
        : null,
    waitingCheck: row.waiting_check,
    claim:
      row.claim_id !== null && row.claim_status !== null
        ? {
            id: row.claim_id,
            status: row.claim_status,
            reason: row.claim_reason,
            payout: amountOrNull(row.claim_payout),
          }
        : null,
    cancelledAtMs: msOrNull(row.cancelled_at),
    version: row.version,
    createdAtMs: row.created_at.getTime(),
    updatedAtMs: row.updated_at.getTime(),
  };
}
