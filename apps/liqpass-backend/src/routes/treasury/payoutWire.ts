import type { BatchSummary, PayoutAnswer } from '@liqpass/api/payouts';
import { isUuid } from '@liqpass/kernel/ids';
import { formatUsdc } from '@liqpass/kernel/money';
import { formatIso, type EpochMs } from '@liqpass/kernel/time';
import type { PayeeDoubt } from '@liqpass/kernel/vocabulary';
import type { BatchCursor } from '../../db/treasury/batchesRepo.ts';
import type { PayoutCursor } from '../../db/treasury/payoutsRepo.ts';
import type { Payout, payoutSteps } from '../../domain/treasury/payout.ts';
import { batchStatus, type PayoutBatch } from '../../domain/treasury/payoutBatch.ts';
import type { PayoutLine } from '../../domain/treasury/safeBatch.ts';
import { badCursor, openCursor, sealCursor } from '../platform/pagination.ts';

const isoOrNull = (ms: EpochMs | undefined): string | null => (ms === undefined ? null : formatIso(ms));

/** What is known of a payout beside itself: what the chain says against its payee, where it was asked, and its last final block. */
export type Beside = { readonly doubts?: readonly PayeeDoubt[] | null; readonly finalBlock: number | null };

export function payoutToWire(payout: Payout, may: ReturnType<typeof payoutSteps>, beside: Beside): PayoutAnswer {
  const { payee, approved, paid } = payout;
  return {
    id: payout.id,
    kind: payout.kind,
    status: payout.status,
    to: payee?.address ?? null,
    to_source: payee?.source ?? null,
    to_entered_by: payee?.entered?.by ?? null,
    to_reason: payee?.entered?.why ?? null,
    amount_usdc: formatUsdc(payout.amount),
    purchase_order_id: payout.purchaseOrderId,
    claim_id: payout.claimId,
    refund_reason: payout.refundReason,
    received_tx_hash: payout.receivedTxHash,
    attested: payout.attested,
    approved_by: approved?.by ?? null,
    approved_at: isoOrNull(approved?.atMs),
    batch_id: payout.batchId,
    tx_hash: paid?.txHash ?? null,
    paid_at: isoOrNull(paid?.atMs),
    recorded_by: paid?.recordedBy ?? null,
    recorded_at: isoOrNull(paid?.recordedAtMs),
    told: payout.told && {
      tx_hash: payout.told.txHash,
      by: payout.told.by,
      at: formatIso(payout.told.atMs),
      block_number: payout.told.blockNumber,
      final_block: beside.finalBlock,
    },
    ...(beside.doubts ? { payee_doubts: [...beside.doubts] } : {}),
    created_at: formatIso(payout.createdAtMs),
    may,
  };
}

export function batchToWire(batch: PayoutBatch): BatchSummary {
  return {
    id: batch.id,
    status: batchStatus(batch),
    list_hash: batch.listHash,
    count: batch.count,
    total_usdc: formatUsdc(batch.total),
    paid: batch.paid,
    treasury_safe: batch.safe,
    created_by: batch.createdBy,
    created_at: formatIso(batch.createdAtMs),
    dropped_by: batch.dropped?.by ?? null,
    dropped_at: isoOrNull(batch.dropped?.atMs),
    dropped_reason: batch.dropped?.why ?? null,
  };
}

export const lineToWire = (line: PayoutLine) => ({ id: line.id, to: line.to, amount_usdc: formatUsdc(line.amount) });

function open(cursor: string): { first: string; createdAtMs: EpochMs; id: string } {
  const [first = '', createdAt = '', id = ''] = openCursor(cursor);
  if (!/^[01]$/.test(first) || !/^\d{1,14}$/.test(createdAt) || !isUuid(id)) throw badCursor();
  return { first, createdAtMs: Number(createdAt), id };
}

export const payoutCursor = (payout: Payout): string =>
  sealCursor([payout.status === 'PAID' ? 1 : 0, payout.createdAtMs, payout.id]);
export function parsePayoutCursor(cursor: string | undefined): PayoutCursor | null {
  if (cursor === undefined) return null;
  const { first, createdAtMs, id } = open(cursor);
  return { paid: first === '1', createdAtMs, id };
}
export const batchCursor = (batch: PayoutBatch): string => sealCursor([0, batch.createdAtMs, batch.id]);
export const parseBatchCursor = (cursor: string | undefined): BatchCursor | null =>
  cursor === undefined ? null : open(cursor);
