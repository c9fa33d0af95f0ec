import type { EpochMs } from '@liqpass/kernel/time';
import type { Hex } from '@liqpass/chain/hex';
import { sql } from 'kysely';
import { auditFrom, identityOf, type AuditEntry } from '../audit/auditRepo.ts';
import type { Db } from '../platform/database.ts';

/** A transaction that somebody named for an order or a payout, before it counted. */
export type ToldPayment = {
  readonly id: string;
  readonly txHash: Hex;
  readonly subjectId: string;
  readonly by: string;
  readonly identity: string;
  readonly why: string | null;
  readonly atMs: EpochMs;
};
type Row = {
  id: string;
  tx_hash: string;
  subject_id: string;
  told_by: string;
  told_by_identity: string;
  why: string | null;
  told_at: Date;
};
const toTold = (row: Row): ToldPayment => ({
  id: row.id,
  txHash: row.tx_hash as Hex,
  subjectId: row.subject_id,
  by: row.told_by,
  identity: row.told_by_identity,
  why: row.why,
  atMs: row.told_at.getTime(),
});

/** Keeps that somebody named a transaction for an order; told twice, it changes nothing. */
export async function tellOrderPayment(
  db: Db,
  readerId: string,
  told: { orderId: string; txHash: string; quoteHash: string | null },
  entry: AuditEntry,
): Promise<void> {
  await sql`
    with moved as (
      insert into told_payments (reader_id, tx_hash, purchase_order_id, quote_hash, why, told_by, told_by_identity, told_at)
      values (${readerId}, ${told.txHash}, ${told.orderId}, ${told.quoteHash}, ${entry.why ?? null}, ${entry.actor.name},
        ${identityOf(entry.actor)}, ${new Date(entry.atMs)})
      on conflict do nothing returning purchase_order_id as id, null::text as from_status, null::text as to_status
    )
    ${auditFrom('moved', entry)}`.execute(db);
}

/** Keeps which transaction somebody named for a payout, in the place of one named before. */
export async function tellPayoutPayment(
  db: Db,
  readerId: string,
  told: { payoutId: string; txHash: string },
  entry: AuditEntry,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`select id from payouts where id = ${told.payoutId} for update`.execute(trx);
    await sql`
      update told_payments set dropped_at = ${new Date(entry.atMs)}, dropped_why = 'ANOTHER_TOLD'
      where payout_id = ${told.payoutId} and dropped_at is null and tx_hash <> ${told.txHash}`.execute(trx);
    await sql`
      with moved as (
        insert into told_payments (reader_id, tx_hash, payout_id, why, told_by, told_by_identity, told_at)
        values (${readerId}, ${told.txHash}, ${told.payoutId}, ${entry.why ?? null}, ${entry.actor.name}, ${identityOf(entry.actor)},
          ${new Date(entry.atMs)})
        on conflict do nothing returning payout_id as id, null::text as from_status, null::text as to_status
      )
      ${auditFrom('moved', entry)}`.execute(trx);
  });
}

/** For which orders these transactions were named, the first told first. */
export async function listToldOrders(db: Db, readerId: string, txHashes: readonly string[]): Promise<ToldPayment[]> {
  const { rows } = await sql<Row>`
    select id, tx_hash, purchase_order_id as subject_id, told_by, told_by_identity, why, told_at from told_payments
    where reader_id = ${readerId} and tx_hash = any(${[...txHashes]}::text[]) and purchase_order_id is not null order by id`.execute(
    db,
  );
  return rows.map(toTold);
}

/** The quote that came with the last transaction that was named for an order. */
export async function toldQuote(db: Db, orderId: string): Promise<string | null> {
  const { rows } = await sql<{ quote_hash: string }>`
    select quote_hash from told_payments where purchase_order_id = ${orderId} and quote_hash is not null order by id desc limit 1`.execute(
    db,
  );
  return rows[0]?.quote_hash ?? null;
}

/** Payouts that wait for a transaction which somebody named. */
export async function listToldPayouts(db: Db, readerId: string, limit: number): Promise<ToldPayment[]> {
  const { rows } = await sql<Row>`
    select t.id, t.tx_hash, t.payout_id as subject_id, t.told_by, t.told_by_identity, t.why, t.told_at
    from told_payments t join payouts o on o.id = t.payout_id
    where t.reader_id = ${readerId} and t.dropped_at is null and o.status <> 'PAID' and o.withdrawn_at is null
    order by t.id limit ${limit}`.execute(db);
  return rows.map(toTold);
}

/** Looks at a transaction no longer, with the reason and its audit row. */
export async function dropTold(db: Db, id: string, why: string, entry: AuditEntry): Promise<void> {
  await sql`
    with moved as (
      update told_payments set dropped_at = ${new Date(entry.atMs)}, dropped_why = ${why}
      where id = ${id} and dropped_at is null and payout_id is not null
      returning payout_id as id, null::text as from_status, null::text as to_status
    )
    ${auditFrom('moved', entry)}`.execute(db);
}
