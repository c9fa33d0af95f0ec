import { paymentReference } from '@liqpass/chain/paymentReference';
import type { ClaimAnswer, ClaimSummary } from '@liqpass/api/claims';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { formatUsdc } from '@liqpass/kernel/money';
import { formatIso, type EpochMs } from '@liqpass/kernel/time';
import { doubtOfOrderNumber } from '@liqpass/kernel/orderNumber';
import { isUuid } from '@liqpass/kernel/ids';
import type { AuditRow } from '../db/audit/auditRepo.ts';
import type { OrderCursor } from '../db/orderPagesRepo.ts';
import type { Excess } from '../db/paymentsRepo.ts';
import type { Claim } from '../domain/claim.ts';
import { badCursor, openCursor, sealCursor } from './platform/pagination.ts';
import { isoOrNull, usdcOrNull } from './platform/wireValues.ts';
import { effectiveWindow, payBy, purchaseOrderStatus, type PurchaseOrder } from '../domain/purchaseOrder.ts';

// From what we hold to what we say: amounts as decimal strings, instants as ISO 8601.

/** What is known of an order's payment: what is seen on the chain, else what somebody recorded. */
function paymentToWire(order: PurchaseOrder): PurchaseOrderAnswer['payment'] {
  const { paymentSeen } = order;
  if (paymentSeen)
    return {
      status: paymentSeen.final ? 'final' : 'seen',
      tx_hash: paymentSeen.txHash,
      block_number: paymentSeen.blockNumber,
    };
  return {
    status: order.paidAtMs === null || order.premiumVanished ? 'none' : 'final',
    tx_hash: order.paymentTxHash,
    block_number: null,
  };
}

export function purchaseOrderToWire(order: PurchaseOrder, nowMs: EpochMs): PurchaseOrderAnswer {
  const deadlineMs = payBy(order);
  return {
    id: order.id,
    policy_type: order.policyType,
    chain_id: order.chainId,
    premium_amount_usdc: formatUsdc(order.premium),
    amount_due_usdc: formatUsdc(order.amountDue),
    payment_reference: order.paymentReference ?? paymentReference(order.id),
    payment: paymentToWire(order),
    policy_params_json: order.policyParams,
    coverage_start_at: isoOrNull(order.window?.startMs ?? null),
    coverage_end_at: isoOrNull(order.window?.endMs ?? null),
    okx_meta_json: order.binding ? { ordId: order.binding.ordId, instId: order.binding.instId } : null,
    paid_at: isoOrNull(order.paidAtMs),
    quote_hash: order.quoteHash,
    payout_address: order.payoutAddress,
    status: purchaseOrderStatus(order, nowMs),
    created_at: formatIso(order.createdAtMs),
    updated_at: formatIso(order.updatedAtMs),
    owner: order.owner,
    bound_at: isoOrNull(order.binding?.boundAtMs ?? null),
    attested: order.binding?.attested ?? null,
    ...doubtOf(order),
    reported_at: isoOrNull(order.reported?.atMs ?? null),
    reported_tx_hash: order.reported?.txHash ?? null,
    payment_tx_hash: order.paymentTxHash,
    paid_amount_usdc: usdcOrNull(order.paidAmount),
    refund_reason: order.refundReason,
    ...(order.refunded
      ? {
          refunded_at: formatIso(order.refunded.atMs),
          refund_to: order.refunded.to,
          refund_tx_hash: order.refunded.txHash,
        }
      : {}),
    ...(order.payer === null ? {} : { payer: order.payer }),
    effective_start_at: isoOrNull(effectiveWindow(order)?.startMs ?? null),
    ...(order.follows === null ? {} : { follows: order.follows }),
    claim_id: order.claim?.id ?? null,
    ...(order.claim
      ? {
          claim: {
            status: order.claim.status,
            rejected_reason: order.claim.reason ?? null,
            payout_amount_usdc: usdcOrNull(order.claim.payout ?? null),
          },
        }
      : {}),
    ...(order.cancelledAtMs === null ? {} : { cancelled_at: formatIso(order.cancelledAtMs) }),
    ...(order.paidAtMs === null && deadlineMs !== null ? { pay_by: formatIso(deadlineMs) } : {}),
    ...(order.waitingCheck === null ? {} : { waiting_check: order.waitingCheck }),
    ...(order.position
      ? {
          position: {
            inst_id: order.position.instId,
            side: order.position.side,
            leverage: order.position.leverage,
            mark_px: order.position.markPx,
            liq_px: order.position.liqPx,
          },
        }
      : {}),
  };
}

export function excessToWire(excess: readonly Excess[]): Pick<PurchaseOrderAnswer, 'excess'> {
  if (excess.length === 0) return {};
  return {
    excess: excess.map(({ amount, status, to, txHash }) => ({
      amount_usdc: formatUsdc(amount),
      status,
      to,
      tx_hash: txHash,
    })),
  };
}

/** Of a number that nobody has looked up: whether it looks like one of its time. */
function doubtOf({ binding }: PurchaseOrder): Pick<PurchaseOrderAnswer, 'order_number_doubt'> {
  const doubt = binding && !binding.attested ? doubtOfOrderNumber(binding.ordId, binding.boundAtMs) : null;
  return doubt === null ? {} : { order_number_doubt: doubt };
}

export function claimToWire(claim: Claim): ClaimSummary {
  return {
    id: claim.id,
    purchase_order_id: claim.purchaseOrderId,
    claimant: claim.claimant,
    submit_tx_hash: claim.submitTxHash,
    triggered_at_sec: claim.triggeredAtSec,
    okx_event_id: claim.okxEventId,
    status: claim.status,
    evidence_root: claim.evidenceRoot,
    liquidation_time_ms: claim.liquidationTimeMs,
    coverage_window_start: formatIso(claim.window.startMs),
    coverage_window_end: formatIso(claim.window.endMs),
    payout_amount_usdc: usdcOrNull(claim.payoutAmount),
    payout_cap_usdc: formatUsdc(claim.payoutCap),
    approved_by: claim.approvedBy,
    approved_at: isoOrNull(claim.approvedAtMs),
    rejected_reason: claim.rejectedReason,
    multisig_safe: claim.multisigSafe,
    multisig_tx_hash: claim.multisigTxHash,
    paid_at: isoOrNull(claim.paidAtMs),
    created_at: formatIso(claim.createdAtMs),
    updated_at: formatIso(claim.updatedAtMs),
    attempts: claim.attempts,
    last_attempt_reason: claim.lastAttemptReason,
    next_attempt_at: isoOrNull(claim.nextAttemptAtMs),
    verdict: claim.verdict,
    flags: [...claim.flags],
    attested: claim.attested,
    hold_reasons: [...claim.holdReasons],
  };
}

export function claimWithEvidenceToWire(claim: Claim, evidence: unknown, audit: readonly AuditRow[]): ClaimAnswer {
  return {
    ...claimToWire(claim),
    evidence_json: evidence,
    audit: audit.map((row) => ({
      id: row.id,
      at: formatIso(row.at.getTime()),
      actor: row.actor,
      action: row.action,
      from: row.from_status,
      to: row.to_status,
      why: row.why,
    })),
  };
}

export const orderCursor = (order: PurchaseOrder): string =>
  sealCursor([order.paidAtMs === null && order.reported ? 1 : 0, order.createdAtMs, order.id]);
export function parseOrderCursor(cursor: string | undefined): OrderCursor | null {
  if (cursor === undefined) return null;
  const [reported, createdAt = '', id = ''] = openCursor(cursor);
  if ((reported !== '0' && reported !== '1') || !/^\d{1,14}$/.test(createdAt) || !isUuid(id)) throw badCursor();
  return { reported: reported === '1' ? 1 : 0, createdAtMs: Number(createdAt), id };
}
