import type { Hex } from '@liqpass/chain/hex';
import type { MatchedBy } from '@liqpass/chain/matchPayment';
import type { Usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';
import { sql, type RawBuilder, type Selectable } from 'kysely';
import { auditFrom, identityOf, type AuditEntry } from '../audit/auditRepo.ts';
import type { Db } from '../platform/database.ts';
import { amountOf, msOrNull, numericOf } from '../platform/rows.ts';
import type { ChainTransfersTable, CountedAs } from '../platform/treasuryTables.ts';

/** Money that came to the Safe or left it, as the books have it. */
export type BookedTransfer = {
  readonly id: string;
  readonly txHash: Hex;
  readonly logIndex: number;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly blockTimeMs: EpochMs;
  readonly direction: 'in' | 'out';
  readonly party: Hex;
  readonly amount: Usdc;
  readonly reference: Hex | null;
  readonly purchaseOrderId: string | null;
  readonly matchedBy: MatchedBy | null;
  readonly candidates: readonly string[];
  readonly assigned: { readonly by: string; readonly identity: string; readonly why: string } | null;
  readonly countedAs: CountedAs | null;
  readonly payoutId: string | null;
  readonly vanishedAtMs: EpochMs | null;
};

export const toTransfer = (row: Selectable<ChainTransfersTable>): BookedTransfer => ({
  id: row.id,
  txHash: row.tx_hash as Hex,
  logIndex: row.log_index,
  blockNumber: Number(row.block_number),
  blockHash: row.block_hash as Hex,
  blockTimeMs: row.block_time.getTime(),
  direction: row.direction,
  party: row.party as Hex,
  amount: amountOf(row.amount_usdc),
  reference: row.reference as Hex | null,
  purchaseOrderId: row.purchase_order_id,
  matchedBy: row.matched_by,
  candidates: row.candidates,
  assigned:
    row.assigned_by !== null && row.assigned_by_identity !== null && row.assigned_why !== null
      ? { by: row.assigned_by, identity: row.assigned_by_identity, why: row.assigned_why }
      : null,
  countedAs: row.counted_as,
  payoutId: row.payout_id,
  vanishedAtMs: msOrNull(row.vanished_at),
});

export type NewTransfer = Pick<
  BookedTransfer,
  'txHash' | 'logIndex' | 'blockNumber' | 'blockHash' | 'blockTimeMs' | 'direction' | 'party' | 'amount' | 'reference'
>;

/** How many transfers were new, and the orders of those that are there again. */
export type Booked = { readonly count: number; readonly orderIds: readonly string[] };

/**
 * Books what was read. Applied twice, it changes nothing. What had vanished and is there again, in another block or under
 * another log index, takes its old row back.
 */
export async function bookTransfers(
  trx: Db,
  readerId: string,
  transfers: readonly NewTransfer[],
  nowMs: EpochMs,
): Promise<Booked> {
  if (transfers.length === 0) return { count: 0, orderIds: [] };
  const hashes = [...new Set(transfers.map((each) => each.txHash))];
  const { rows: gone } = await sql<{ tx_hash: string }>`
    select distinct tx_hash from chain_transfers where reader_id = ${readerId} and vanished_at is not null and tx_hash = any(${hashes}::text[])`.execute(
    trx,
  );
  const vanished = new Set(gone.map((row) => row.tx_hash));
  const fresh: NewTransfer[] = [];
  const orderIds: string[] = [];
  for (const each of transfers) {
    const back = vanished.has(each.txHash) ? await takeBack(trx, readerId, each) : null;
    if (back === null) fresh.push(each);
    else if (back.orderId !== null) orderIds.push(back.orderId);
  }
  const list = fresh.map((each) => ({
    ...each,
    blockTime: new Date(each.blockTimeMs).toISOString(),
    amount: numericOf(each.amount),
  }));
  const { rows } = await sql`
    insert into chain_transfers (reader_id, tx_hash, log_index, block_number, block_hash, block_time, direction, party, amount_usdc, reference, seen_at)
    select ${readerId}, l."txHash", l."logIndex", l."blockNumber", l."blockHash", l."blockTime", l.direction, l.party, l.amount, l.reference, ${new Date(nowMs)}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(list)}::jsonb) as l ("txHash" text, "logIndex" integer, "blockNumber" bigint, "blockHash" text,
      "blockTime" timestamptz, direction text, party text, amount numeric, reference text)
    on conflict (reader_id, tx_hash, log_index) do nothing returning id`.execute(trx);
  return { count: rows.length, orderIds };
}

/** Gives a transfer that is there again the row it had before it vanished. */
async function takeBack(trx: Db, readerId: string, each: NewTransfer): Promise<{ orderId: string | null } | null> {
  const { rows } = await sql<{ orderId: string | null }>`
    update chain_transfers set block_number = ${each.blockNumber}, block_hash = ${each.blockHash}, block_time = ${new Date(each.blockTimeMs)},
      log_index = ${each.logIndex}, vanished_at = null
    where id = (select id from chain_transfers where reader_id = ${readerId} and tx_hash = ${each.txHash} and vanished_at is not null
      and direction = ${each.direction} and party = ${each.party} and amount_usdc = ${numericOf(each.amount)} order by log_index limit 1)
    returning purchase_order_id as "orderId"`.execute(trx);
  return rows[0] ?? null;
}

/** Whose money above a block was undone: what had been believed is kept as vanished, the rest was never there. */
export async function undoTransfersAbove(
  trx: Db,
  readerId: string,
  block: number,
  nowMs: EpochMs,
): Promise<{ vanished: BookedTransfer[]; orderIds: string[] }> {
  const { rows: gone } = await sql<{ purchase_order_id: string | null }>`
    delete from chain_transfers where reader_id = ${readerId} and block_number > ${block} and counted_at is null and payout_id is null
    returning purchase_order_id`.execute(trx);
  const { rows } = await sql<Selectable<ChainTransfersTable>>`
    update chain_transfers set vanished_at = coalesce(vanished_at, ${new Date(nowMs)}) where reader_id = ${readerId} and block_number > ${block}
    returning *`.execute(trx);
  const vanished = rows.map(toTransfer);
  const ids = [...gone.map((row) => row.purchase_order_id), ...vanished.map((each) => each.purchaseOrderId)];
  return { vanished, orderIds: [...new Set(ids.filter((id) => id !== null))] };
}

async function list(
  db: Db,
  readerId: string,
  where: RawBuilder<unknown>,
  limit = 1_000,
  order = sql`block_number, log_index`,
  lock = sql``,
): Promise<BookedTransfer[]> {
  const { rows } = await sql<Selectable<ChainTransfersTable>>`
    select * from chain_transfers where reader_id = ${readerId} and ${where} order by ${order} limit ${limit} ${lock}`.execute(
    db,
  );
  return rows.map(toTransfer);
}

/** Money that is nobody's for longer is for the operators alone: no order waits for money so long (PayableOrder). */
const NOBODYS_FOR = sql`interval '8 days'`;
/** A page of the money that came lately and is nobody's yet, behind a row; however much of it there is, the last page comes. */
export const listUnmatched = (
  db: Db,
  readerId: string,
  behindId: string,
  nowMs: EpochMs,
  limit = 1_000,
): Promise<BookedTransfer[]> =>
  list(
    db,
    readerId,
    sql`direction = 'in' and counted_at is null and purchase_order_id is null and id > ${behindId}
      and block_time > ${new Date(nowMs)}::timestamptz - ${NOBODYS_FOR}`,
    limit,
    sql`id`,
  );
/** Money of an order that waits to be counted, in blocks up to this one. */
export const listUncounted = (db: Db, readerId: string, block: number): Promise<BookedTransfer[]> =>
  list(
    db,
    readerId,
    sql`direction = 'in' and counted_at is null and purchase_order_id is not null and block_number <= ${block}`,
  );
/** All the money of an order, the vanished left out; locked, so that it does not vanish while it is taken into the books. */
export const lockOfOrder = (trx: Db, readerId: string, orderId: string): Promise<BookedTransfer[]> =>
  list(trx, readerId, sql`purchase_order_id = ${orderId} and vanished_at is null`, 1_000, undefined, sql`for update`);
/** Money that left and may have paid what is approved and unpaid, in blocks up to this one. Whatever else left is not looked at. */
export const listUnproven = (db: Db, readerId: string, block: number): Promise<BookedTransfer[]> =>
  list(
    db,
    readerId,
    sql`direction = 'out' and payout_id is null and vanished_at is null and block_number <= ${block}
      and exists (select from payouts o where lower(o.payee) = party and o.amount_usdc = chain_transfers.amount_usdc
        and o.status in ('DUE', 'IN_BATCH') and o.withdrawn_at is null and o.approved_at is not null)`,
  );
/** Money in these blocks that nothing was built on: neither counted nor the proof of a payout. */
export const listUnbuiltOn = (
  db: Db,
  readerId: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<BookedTransfer[]> =>
  list(
    db,
    readerId,
    sql`counted_at is null and payout_id is null and vanished_at is null and block_number between ${from} and ${to}`,
    20,
    sql`id desc`,
  );
/** The money of one transaction. */
export const listOfTransaction = (db: Db, readerId: string, txHash: string): Promise<BookedTransfer[]> =>
  list(db, readerId, sql`tx_hash = ${txHash}`);

export async function getTransfer(db: Db, readerId: string, id: string): Promise<BookedTransfer | null> {
  return (await list(db, readerId, sql`id = ${id}`))[0] ?? null;
}

/**
 * Whether anything waits that more blocks make believable: money of an order, money that looks like a payout, or a
 * transaction that was named for one.
 */
export async function hasWaiting(db: Db, readerId: string, nowMs: EpochMs): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from chain_transfers where reader_id = ${readerId} and direction = 'in' and counted_at is null
      and purchase_order_id is not null)
    or exists (select from chain_transfers t join payouts o on lower(o.payee) = t.party and o.amount_usdc = t.amount_usdc
      where t.reader_id = ${readerId} and t.direction = 'out' and t.payout_id is null and t.vanished_at is null
        and t.block_time > ${new Date(nowMs)}::timestamptz - interval '2 hours'
        and o.status in ('DUE', 'IN_BATCH') and o.withdrawn_at is null and o.approved_at is not null)
    or exists (select from told_payments t join payouts o on o.id = t.payout_id
      where t.reader_id = ${readerId} and t.dropped_at is null and o.status <> 'PAID' and o.withdrawn_at is null) as found`.execute(
    db,
  );
  return rows[0]?.found === true;
}

/** Says whose a transfer is, unless that is known already. */
export async function matchTransfer(db: Db, id: string, orderId: string, by: MatchedBy): Promise<boolean> {
  const { rows } = await sql`
    update chain_transfers set purchase_order_id = ${orderId}, matched_by = ${by}, candidates = '{}'
    where id = ${id} and purchase_order_id is null and counted_at is null returning id`.execute(db);
  return rows.length === 1;
}

export async function noteCandidates(db: Db, id: string, candidates: readonly string[]): Promise<void> {
  await sql`
    update chain_transfers set candidates = ${[...candidates]}::uuid[]
    where id = ${id} and purchase_order_id is null and candidates is distinct from ${[...candidates]}::uuid[]`.execute(
    db,
  );
}

/** Takes transfers into the books of their order, once. */
export async function countTransfers(db: Db, ids: readonly string[], as: CountedAs, nowMs: EpochMs): Promise<void> {
  await sql`
    update chain_transfers set counted_at = ${new Date(nowMs)}, counted_as = ${as}
    where id = any(${[...ids]}::bigint[]) and counted_at is null`.execute(db);
}

/** Writes what is seen of an order's payment on the order; what was seen and is gone is taken back. Money that is owed back is none. */
export async function showPayment(db: Db, orderId: string, nowMs: EpochMs): Promise<boolean> {
  const { rows } = await sql`
    with seen as (
      select tx_hash, block_number, (counted_at is not null) as final from chain_transfers
      where purchase_order_id = ${orderId} and vanished_at is null and counted_as is distinct from 'second_payment'
      order by (counted_at is null), block_number, log_index limit 1
    ), facts as (
      select o.id, s.tx_hash, s.block_number, coalesce(s.final, false) as final,
        case when exists (select from chain_transfers t where t.purchase_order_id = o.id and t.counted_as = 'premium' and t.vanished_at is not null)
          then coalesce(o.premium_vanished_at, ${new Date(nowMs)}::timestamptz) end as vanished_at
      from purchase_orders o left join seen s on true where o.id = ${orderId}
    )
    update purchase_orders o set payment_seen_tx_hash = f.tx_hash, payment_seen_block = f.block_number, payment_final = f.final,
      premium_vanished_at = f.vanished_at, version = version + 1, updated_at = ${new Date(nowMs)}
    from facts f where o.id = f.id
      and (o.payment_seen_tx_hash, o.payment_seen_block, o.payment_final, o.premium_vanished_at)
        is distinct from (f.tx_hash, f.block_number, f.final, f.vanished_at)
    returning o.id`.execute(db);
  return rows.length === 1;
}

/** Says, in a person's name, whose money it is, while it is nobody's; with its audit row. */
export async function assignTransfer(
  db: Db,
  id: string,
  orderId: string,
  why: string,
  entry: AuditEntry,
): Promise<boolean> {
  const { rows } = await sql`
    with moved as (
      update chain_transfers set purchase_order_id = ${orderId}, matched_by = 'operator', candidates = '{}',
        assigned_by = ${entry.actor.name}, assigned_by_identity = ${identityOf(entry.actor)}, assigned_why = ${why}
      where id = ${id} and direction = 'in' and purchase_order_id is null and counted_at is null and vanished_at is null
      returning purchase_order_id as id, tx_hash, log_index, amount_usdc, null::text as from_status, null::text as to_status
    ), noted as (${auditFrom('moved', { ...entry, why }, sql`jsonb_build_object('txHash', tx_hash, 'logIndex', log_index, 'amount_usdc', amount_usdc::text)`)})
    select id from moved`.execute(db);
  return rows.length === 1;
}

/** Drops money that was never there, while nothing is built on it; noted with its order, where it was said to be of one. */
export async function dropTransfer(db: Db, id: string, entry: AuditEntry): Promise<boolean> {
  const { rows } = await sql`
    with gone as (
      delete from chain_transfers where id = ${id} and counted_at is null and payout_id is null returning *
    ), moved as (
      select purchase_order_id as id, tx_hash, log_index, amount_usdc, null::text as from_status, null::text as to_status
      from gone where purchase_order_id is not null
    ), noted as (${auditFrom('moved', entry, sql`jsonb_build_object('txHash', tx_hash, 'logIndex', log_index, 'amount_usdc', amount_usdc::text)`)})
    select id from gone`.execute(db);
  return rows.length === 1;
}

/** Keeps which payout a transfer has paid, once; false where the log has paid another, or the payout has another log. */
export async function provePayoutBy(
  db: Db,
  readerId: string,
  log: { txHash: string; logIndex: number },
  payoutId: string,
): Promise<boolean> {
  const { rows } = await sql`
    update chain_transfers t set payout_id = ${payoutId}
    where t.reader_id = ${readerId} and t.tx_hash = ${log.txHash} and t.log_index = ${log.logIndex} and t.direction = 'out'
      and (t.payout_id is null or t.payout_id = ${payoutId})
      and not exists (select from chain_transfers o where o.payout_id = ${payoutId} and o.id <> t.id)
    returning t.id`.execute(db);
  return rows.length === 1;
}

/** Money of one amount to one payee in one transaction. */
export type MoneyTo = { readonly txHash: string; readonly payee: string; readonly amount: Usdc };

/**
 * Whose proof the logs of such money are, a null for each that is nobody's yet; locked, so that nothing is built on them meanwhile. Read
 * what was recorded with them afterwards: a statement sees what the lock waited for.
 */
export async function lockLogsOf(
  trx: Db,
  readerId: string,
  { txHash, payee, amount }: MoneyTo,
): Promise<(string | null)[]> {
  const { rows } = await sql<{ payout_id: string | null }>`
    select payout_id from chain_transfers where reader_id = ${readerId} and tx_hash = ${txHash} and direction = 'out'
      and party = ${payee.toLowerCase()} and amount_usdc = ${numericOf(amount)} and vanished_at is null order by log_index for update`.execute(
    trx,
  );
  return rows.map((row) => row.payout_id);
}

/** Payouts that were recorded as paid by such money before the chain showed it: by hand, and of none of its logs yet. The oldest first. */
export async function listRecordedWithout(db: Db, { txHash, payee, amount }: MoneyTo): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select o.id from payouts o where o.tx_hash = ${txHash} and o.status = 'PAID' and lower(o.payee) = ${payee.toLowerCase()}
      and o.amount_usdc = ${numericOf(amount)} and not exists (select from chain_transfers t where t.payout_id = o.id)
    order by o.recorded_at, o.id`.execute(db);
  return rows.map((row) => row.id);
}

/** Whether the chain shows what paid a payout. */
export async function isProven(db: Db, payoutId: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from chain_transfers where payout_id = ${payoutId} and vanished_at is null) as found`.execute(
    db,
  );
  return rows[0]?.found === true;
}
