import type { Usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';
import type { PayoutKind, PayoutStatus, RefundReason } from '@liqpass/kernel/vocabulary';
import { sql, type RawBuilder, type Selectable } from 'kysely';
import type { Payout } from '../../domain/treasury/payout.ts';
import { auditFrom, identityOf, type AuditEntry } from '../audit/auditRepo.ts';
import type { Db } from '../platform/database.ts';
import type { PayoutsTable } from '../platform/payoutTables.ts';
import { amountOf, numericOf } from '../platform/rows.ts';
import { isSamePersonSql } from '../people/samePerson.ts';
import { onePersonShop } from '../people/settingsRepo.ts';

type Row = Selectable<PayoutsTable> & {
  refund_reason: RefundReason | null;
  payment_tx_hash: string | null;
  attested: boolean | null;
  told_tx_hash: string | null;
  told_by: string | null;
  told_at: Date | null;
  told_block: string | null;
};

function toPayout(row: Row): Payout {
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    purchaseOrderId: row.purchase_order_id,
    claimId: row.claim_id,
    refundReason: row.kind === 'refund' ? row.refund_reason : null,
    // A second payment is owed for its own transaction, what was too much for the order's.
    receivedTxHash:
      row.kind === 'claim'
        ? null
        : row.kind === 'excess' && row.subject.startsWith('0x')
          ? (row.subject.split(':', 1)[0] ?? null)
          : row.payment_tx_hash,
    attested: row.attested === true,
    payee:
      row.payee !== null && row.payee_source !== null
        ? {
            address: row.payee,
            source: row.payee_source,
            entered:
              row.payee_by !== null && row.payee_by_identity !== null && row.payee_why !== null
                ? { by: row.payee_by, identity: row.payee_by_identity, why: row.payee_why }
                : null,
          }
        : null,
    amount: amountOf(row.amount_usdc),
    approved:
      row.approved_by !== null && row.approved_by_identity !== null && row.approved_at
        ? { by: row.approved_by, identity: row.approved_by_identity, atMs: row.approved_at.getTime() }
        : null,
    batchId: row.batch_id,
    paid:
      row.tx_hash !== null && row.paid_at && row.recorded_by !== null && row.recorded_at
        ? {
            txHash: row.tx_hash,
            atMs: row.paid_at.getTime(),
            recordedBy: row.recorded_by,
            recordedAtMs: row.recorded_at.getTime(),
          }
        : null,
    told:
      row.told_tx_hash !== null && row.told_by !== null && row.told_at && row.status !== 'PAID'
        ? {
            txHash: row.told_tx_hash,
            by: row.told_by,
            atMs: row.told_at.getTime(),
            blockNumber: row.told_block === null ? null : Number(row.told_block),
          }
        : null,
    createdAtMs: row.created_at.getTime(),
  };
}

const selectPayouts = sql`
  select o.*, p.refund_reason, p.payment_tx_hash, p.attested, t.tx_hash as told_tx_hash, t.told_by, t.told_at,
    case when t.id is not null then (select min(c.block_number) from chain_transfers c
      where c.reader_id = t.reader_id and c.tx_hash = t.tx_hash and c.vanished_at is null) end as told_block
  from payouts o join purchase_orders p on p.id = o.purchase_order_id
    left join told_payments t on t.payout_id = o.id and t.dropped_at is null`;

export type PayoutFilter = {
  readonly status: PayoutStatus | null;
  readonly kind: PayoutKind | null;
  readonly after: PayoutCursor | null;
  readonly limit: number;
};
/** Where a page of payouts begins: after this row. */
export type PayoutCursor = { readonly paid: boolean; readonly createdAtMs: EpochMs; readonly id: string };

/** Payouts, what is not paid first, then newest first. */
export async function listPayouts(db: Db, filter: PayoutFilter): Promise<Payout[]> {
  const { after } = filter;
  // Each half in the order of the index: false before true, and descending inside.
  const beyond =
    after === null
      ? sql``
      : sql`and ((o.status = 'PAID') > ${after.paid} or ((o.status = 'PAID') = ${after.paid}
          and (o.created_at, o.id) < (${new Date(after.createdAtMs)}, ${after.id}::uuid)))`;
  const { rows } = await sql<Row>`
    ${selectPayouts} where o.withdrawn_at is null
      ${filter.status === null ? sql`` : sql`and o.status = ${filter.status} and (o.status = 'PAID') = ${filter.status === 'PAID'}`}
      ${filter.kind === null ? sql`` : sql`and o.kind = ${filter.kind}`} ${beyond}
    order by (o.status = 'PAID'), o.created_at desc, o.id desc limit ${filter.limit}`.execute(db);
  return rows.map(toPayout);
}

export async function getPayout(db: Db, id: string): Promise<Payout | null> {
  const { rows } = await sql<Row>`${selectPayouts} where o.id = ${id} and o.withdrawn_at is null`.execute(db);
  return rows[0] ? toPayout(rows[0]) : null;
}

/** The payout that a claim is owed. */
export async function getPayoutOfClaim(db: Db, claimId: string): Promise<string | null> {
  const row = await db
    .selectFrom('payouts')
    .select('id')
    .where('kind', '=', 'claim')
    .where('subject', '=', claimId)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** What an order owes or has paid, the oldest first. */
export async function listPayoutsOfOrder(db: Db, purchaseOrderId: string): Promise<Payout[]> {
  const { rows } = await sql<Row>`
    ${selectPayouts} where o.purchase_order_id = ${purchaseOrderId} and o.withdrawn_at is null order by o.created_at, o.id`.execute(
    db,
  );
  return rows.map(toPayout);
}

/** Nobody is paid on a premium that the chain may still undo, or has undone. Where nobody watches, there is none to look at. */
const premiumIsFinal = sql`(o.kind <> 'claim' or (p.premium_vanished_at is null and not exists (
  select from chain_transfers t join chain_readers r on r.id = t.reader_id
  where t.purchase_order_id = o.purchase_order_id and t.counted_as = 'premium' and t.block_number > r.final_block)))`;

/** What is approved and in no batch, the longest approved first; locked where a batch is made of it. */
export async function listPayable(
  db: Db,
  limit: number,
  ids: readonly string[] | null,
  lock: boolean,
): Promise<Payout[]> {
  const { rows } = await sql<Row>`
    ${selectPayouts}
    where o.status = 'DUE' and o.withdrawn_at is null and o.approved_at is not null and ${premiumIsFinal}
      ${ids === null ? sql`` : sql`and o.id = any(${[...ids]}::uuid[])`}
    order by o.approved_at, o.id limit ${limit} ${lock ? sql`for update of o` : sql``}`.execute(db);
  return rows.map(toPayout);
}

/** What is approved and not paid to this address (in any case of letters) in exactly this amount: those in a batch first, then the oldest. */
export async function listPayableTo(db: Db, payee: string, amount: Usdc): Promise<Payout[]> {
  const { rows } = await sql<Row>`
    ${selectPayouts}
    where o.status in ('DUE', 'IN_BATCH') and o.withdrawn_at is null and o.approved_at is not null
      and lower(o.payee) = ${payee.toLowerCase()} and o.amount_usdc = ${numericOf(amount)}
    order by (o.status = 'DUE'), o.approved_at, o.id`.execute(db);
  return rows.map(toPayout);
}

/** A step of one payout that belongs to no claim: what it sets, under which guard, with its audit row. Whether it was taken. */
async function step(
  db: Db,
  id: string,
  set: RawBuilder<unknown>,
  guard: RawBuilder<unknown>,
  entry: AuditEntry,
  more?: RawBuilder<unknown>,
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    with moved as (
      update payouts set ${set}, updated_at = ${new Date(entry.atMs)}
      where id = ${id} and kind <> 'claim' and withdrawn_at is null and ${guard}
      returning *, status as from_status, status as to_status
    ), noted as (${auditFrom('moved', entry, more)})
    select id from moved`.execute(db);
  return rows.length === 1;
}

/** Enters where the money of an order without a wallet goes, while nobody has approved it. */
export const setPayee = (
  db: Db,
  id: string,
  payee: { address: string; why: string },
  entry: AuditEntry,
): Promise<boolean> =>
  step(
    db,
    id,
    sql`payee = ${payee.address}, payee_source = 'OPERATOR', payee_by = ${entry.actor.name}, payee_by_identity = ${identityOf(entry.actor)}, payee_why = ${payee.why}`,
    sql`status = 'DUE' and approved_at is null and (payee is null or payee_source = 'OPERATOR')`,
    entry,
  );

/** Approves a refund to the address that was seen, by another than who entered it unless the shop has one person only. */
export const approvePayout = (db: Db, id: string, payee: string, entry: AuditEntry): Promise<boolean> =>
  step(
    db,
    id,
    sql`approved_by = ${entry.actor.name}, approved_by_identity = ${identityOf(entry.actor)}, approved_at = ${new Date(entry.atMs)}`,
    sql`status = 'DUE' and approved_at is null and payee = ${payee}
      and (not ${isSamePersonSql(sql`payee_by`, sql`payee_by_identity`, entry.actor)} or ${onePersonShop})`,
    entry,
    sql`jsonb_build_object('payee', payee, 'amount_usdc', amount_usdc::text)`,
  );

export const takeBackApproval = (db: Db, id: string, entry: AuditEntry): Promise<boolean> =>
  step(
    db,
    id,
    sql`approved_by = null, approved_by_identity = null, approved_at = null`,
    sql`status = 'DUE' and approved_at is not null`,
    entry,
  );

export type PaymentOut = { readonly txHash: string; readonly paidAtMs: EpochMs };

/**
 * Records what paid a refund, once, by another than who approved it unless the shop has one person only; then the audit row
 * says so. A refund ends its order in the same statement.
 */
export async function markRefundPaid(db: Db, id: string, payment: PaymentOut, entry: AuditEntry): Promise<boolean> {
  const [now, paidAt] = [new Date(entry.atMs), new Date(payment.paidAtMs)];
  const { rows } = await sql<{ id: string }>`
    with due as (
      select id, status, ${isSamePersonSql(sql`approved_by`, sql`approved_by_identity`, entry.actor)} as same_person from payouts
      where id = ${id} and kind <> 'claim' and withdrawn_at is null and status <> 'PAID' and approved_at is not null for update
    ), moved as (
      update payouts o set status = 'PAID', tx_hash = ${payment.txHash}, paid_at = ${paidAt}, recorded_by = ${entry.actor.name},
        recorded_at = ${now}, updated_at = ${now}
      from due where o.id = due.id and (not due.same_person or ${onePersonShop})
      returning o.*, due.status as from_status, o.status as to_status, due.same_person
    ), refunded as (
      update purchase_orders p set refunded_at = ${paidAt}, refund_to = moved.payee, refund_tx_hash = ${payment.txHash},
        version = version + 1, updated_at = ${now}
      from moved where moved.kind = 'refund' and p.id = moved.purchase_order_id
      returning p.id, 'REFUND_DUE'::text as from_status, 'REFUNDED'::text as to_status
    ), noted as (${auditFrom('moved', entry, sql`case when same_person then '{"one_person_shop": true}'::jsonb end`)}),
    noted_order as (${auditFrom('refunded', { ...entry, action: 'refund', subjectType: 'purchase_order' })})
    select id from moved`.execute(db);
  return rows.length === 1;
}

/** Takes a record of a payment back while it is young: the payout, and its claim or order, are what they were before. */
export async function undoPayment(db: Db, id: string, recordedAfterMs: EpochMs, entry: AuditEntry): Promise<boolean> {
  const now = new Date(entry.atMs);
  const { rows } = await sql<{ id: string }>`
    with paid as (
      select id, batch_id, tx_hash from payouts
      where id = ${id} and status = 'PAID' and recorded_at > ${new Date(recordedAfterMs)} for update
    ), batch as (
      select id from payout_batches where id = (select batch_id from paid) and dropped_at is null for share
    ), moved as (
      update payouts o set tx_hash = null, paid_at = null, recorded_by = null, recorded_at = null, updated_at = ${now},
        batch_id = (select id from batch), status = case when exists (select from batch) then 'IN_BATCH' else 'DUE' end
      from paid where o.id = paid.id
      returning o.*, 'PAID'::text as from_status, o.status as to_status, paid.tx_hash as undone
    ), of_treasury as (select * from moved where kind <> 'claim'),
    claim as (
      update insurance_claims c set status = 'APPROVED_PENDING_MULTISIG', multisig_tx_hash = null, multisig_safe = null, paid_at = null, updated_at = ${now}
      from moved where c.id = moved.claim_id
      returning c.id, 'PAID'::text as from_status, c.status as to_status, moved.undone
    ), refund as (
      update purchase_orders p set refunded_at = null, refund_to = null, refund_tx_hash = null, version = version + 1, updated_at = ${now}
      from moved where moved.kind = 'refund' and p.id = moved.purchase_order_id
      returning p.id, 'REFUNDED'::text as from_status, 'REFUND_DUE'::text as to_status
    ), noted as (${auditFrom('of_treasury', entry, sql`jsonb_build_object('txHash', undone)`)}),
    noted_claim as (${auditFrom('claim', { ...entry, subjectType: 'claim' }, sql`jsonb_build_object('txHash', undone)`)}),
    noted_order as (${auditFrom('refund', { ...entry, subjectType: 'purchase_order' })})
    select id from moved`.execute(db);
  return rows.length === 1;
}
