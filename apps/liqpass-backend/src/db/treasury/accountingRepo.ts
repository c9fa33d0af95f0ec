import type { BookedKind } from '@liqpass/api/desk';
import type { Usdc } from '@liqpass/kernel/money';
import type { EpochMs, Window } from '@liqpass/kernel/time';
import type { RefundReason } from '@liqpass/kernel/vocabulary';
import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import { amountOf } from '../platform/rows.ts';

/** Money that came or went, as it was recorded. */
export type Booked = {
  readonly kind: BookedKind;
  readonly atMs: EpochMs;
  readonly amount: Usdc;
  /** From whom it came, or to whom it went; null where nobody said. */
  readonly address: string | null;
  readonly txHash: string | null;
  readonly purchaseOrderId: string;
  readonly claimId: string | null;
  readonly policyType: string;
  readonly refundReason: RefundReason | null;
  readonly recordedBy: string;
  readonly note: string | null;
};

type Row = {
  kind: BookedKind;
  at: Date;
  amount: string;
  address: string | null;
  tx_hash: string | null;
  order_id: string;
  claim_id: string | null;
  policy_type: string;
  refund_reason: RefundReason | null;
  recorded_by: string;
  note: string | null;
};

/** What came and went in a window, in order of time: premiums at their payment, second payments at their recording, payouts at theirs. */
export async function listBooked(db: Db, { startMs, endMs }: Window): Promise<Booked[]> {
  const [from, until] = [new Date(startMs), new Date(endMs)];
  const { rows } = await sql<Row>`
    select 'premium' as kind, p.paid_at as at, coalesce(p.paid_amount_usdc, p.amount_due_usdc, p.premium_amount_usdc) as amount,
      coalesce(p.payer, p.owner) as address, p.payment_tx_hash as tx_hash, p.id as order_id, null::uuid as claim_id, p.policy_type,
      p.refund_reason, p.marked_paid_by as recorded_by, p.payment_note as note
    from purchase_orders p where p.paid_at >= ${from} and p.paid_at < ${until}
    union all
    select 'second_payment', o.created_at, o.amount_usdc, o.payee, split_part(o.subject, ':', 1), p.id, null, p.policy_type, null, 'LiqPass', null
    from payouts o join purchase_orders p on p.id = o.purchase_order_id
    where (o.status = 'PAID') = any(array[true, false]) and o.created_at >= ${from} and o.created_at < ${until}
      and o.withdrawn_at is null and o.kind = 'excess' and o.subject <> o.purchase_order_id::text
    union all
    select o.kind, o.paid_at, o.amount_usdc, o.payee, o.tx_hash, p.id, o.claim_id, p.policy_type,
      case when o.kind = 'refund' then p.refund_reason end, o.recorded_by, null
    from payouts o join purchase_orders p on p.id = o.purchase_order_id
    where o.paid_at >= ${from} and o.paid_at < ${until}
    order by at, order_id, kind`.execute(db);
  return rows.map((row) => ({
    kind: row.kind,
    atMs: row.at.getTime(),
    amount: amountOf(row.amount),
    address: row.address,
    txHash: row.tx_hash,
    purchaseOrderId: row.order_id,
    claimId: row.claim_id,
    policyType: row.policy_type,
    refundReason: row.refund_reason,
    recordedBy: row.recorded_by,
    note: row.note,
  }));
}
