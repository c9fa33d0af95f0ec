import type { Block } from '@liqpass/chain/chainData';
import type { Hex } from '@liqpass/chain/hex';
import { usdc, type Usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';
import { sql, type Selectable } from 'kysely';
import type { Db } from '../platform/database.ts';
import { amountOf, numericOf } from '../platform/rows.ts';
import type { ChainReadersTable } from '../platform/treasuryTables.ts';

/** A block by number and hash. */
export type Checkpoint = { readonly number: number; readonly hash: Hex };

/** Where the reader of a treasury is. */
export type ChainReader = {
  readonly id: string;
  readonly genesisHash: Hex;
  readonly firstBlock: number;
  readonly opening: Usdc;
  readonly last: Checkpoint;
  readonly readAtMs: EpochMs;
  readonly headBlock: number;
  readonly safeBlock: number;
  readonly finalBlock: number;
  readonly balanced: { readonly block: number; readonly balance: Usdc; readonly atMs: EpochMs } | null;
  /** What the balance is beyond the books, in millionths, either way; null where they agree. */
  readonly difference: bigint | null;
  readonly trouble: { readonly code: string; readonly detail: string; readonly sinceMs: EpochMs } | null;
};

/** numeric(38,6) that may be negative, in millionths. */
const signedOf = (numeric: string): bigint =>
  numeric.startsWith('-') ? 0n - amountOf(numeric.slice(1)) : amountOf(numeric);
const signedNumeric = (value: bigint): string => (value < 0n ? `-${numericOf(usdc(-value))}` : numericOf(usdc(value)));

const toReader = (row: Selectable<ChainReadersTable>): ChainReader => ({
  id: row.id,
  genesisHash: row.genesis_hash as Hex,
  firstBlock: Number(row.first_block),
  opening: amountOf(row.opening_usdc),
  last: { number: Number(row.last_block), hash: row.last_hash as Hex },
  readAtMs: row.read_at.getTime(),
  headBlock: Number(row.head_block),
  safeBlock: Number(row.safe_block),
  finalBlock: Number(row.final_block),
  balanced:
    row.balanced_block !== null && row.balance_usdc !== null && row.balanced_at !== null
      ? { block: Number(row.balanced_block), balance: amountOf(row.balance_usdc), atMs: row.balanced_at.getTime() }
      : null,
  difference: row.difference_usdc === null ? null : signedOf(row.difference_usdc),
  trouble:
    row.trouble !== null && row.trouble_since !== null
      ? { code: row.trouble, detail: row.trouble_detail ?? '', sinceMs: row.trouble_since.getTime() }
      : null,
});

export async function getChainReader(db: Db, id: string): Promise<ChainReader | null> {
  const row = await db.selectFrom('chain_readers').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? toReader(row) : null;
}

/** Begins to read a treasury behind `start`, the last block that is not read. Whoever comes second finds the first one's. */
export async function createChainReader(
  db: Db,
  reader: { id: string; chainId: number; genesisHash: Hex; opening: Usdc; start: Checkpoint },
  nowMs: EpochMs,
): Promise<void> {
  const { number, hash } = reader.start;
  await sql`
    with made as (
      insert into chain_readers (id, chain_id, genesis_hash, first_block, opening_usdc, last_block, last_hash, read_at, head_block, safe_block, final_block)
      values (${reader.id}, ${reader.chainId}, ${reader.genesisHash}, ${number + 1}, ${numericOf(reader.opening)}, ${number}, ${hash},
        ${new Date(nowMs)}, ${number}, 0, 0)
      on conflict (id) do nothing returning id
    )
    insert into chain_checkpoints (reader_id, block_number, block_hash) select id, ${number}, ${hash} from made`.execute(
    db,
  );
}

/** Makes this process the one that reads, until `untilMs`; false while another is. */
export async function takeLease(
  db: Db,
  id: string,
  holder: string,
  nowMs: EpochMs,
  untilMs: EpochMs,
): Promise<boolean> {
  const { rows } = await sql`
    update chain_readers set lease_holder = ${holder}, lease_until = ${new Date(untilMs)}
    where id = ${id} and (lease_holder is null or lease_holder = ${holder} or lease_until <= ${new Date(nowMs)}) returning id`.execute(
    db,
  );
  return rows.length === 1;
}

/** Gives the lease back, so that another process goes on at once. */
export async function dropLease(db: Db, id: string, holder: string): Promise<void> {
  await sql`update chain_readers set lease_holder = null, lease_until = null where id = ${id} and lease_holder = ${holder}`.execute(
    db,
  );
}

/**
 * Moves the reader from one checkpoint to another, in the transaction of what was read between them. False when it is not
 * where it was thought to be: another process read on.
 */
export async function moveReader(
  trx: Db,
  id: string,
  from: Checkpoint,
  to: Checkpoint,
  nowMs: EpochMs,
): Promise<boolean> {
  const { rows } = await sql`
    update chain_readers set last_block = ${to.number}, last_hash = ${to.hash}, read_at = ${new Date(nowMs)}
    where id = ${id} and last_block = ${from.number} and last_hash = ${from.hash} returning id`.execute(trx);
  if (rows.length === 0) return false;
  await sql`delete from chain_checkpoints where reader_id = ${id} and block_number > ${to.number}`.execute(trx);
  await sql`
    insert into chain_checkpoints (reader_id, block_number, block_hash) values (${id}, ${to.number}, ${to.hash})
    on conflict (reader_id, block_number) do update set block_hash = excluded.block_hash`.execute(trx);
  return true;
}

/** The checkpoints of a reader, newest first. */
export async function listCheckpoints(db: Db, id: string): Promise<Checkpoint[]> {
  const rows = await db
    .selectFrom('chain_checkpoints')
    .select(['block_number', 'block_hash'])
    .where('reader_id', '=', id)
    .orderBy('block_number', 'desc')
    .execute();
  return rows.map((row) => ({ number: Number(row.block_number), hash: row.block_hash as Hex }));
}

/** Forgets checkpoints that no reorg goes back to: all but the newest ones, and the first. */
export async function pruneCheckpoints(db: Db, id: string, keep: number): Promise<void> {
  await sql`
    delete from chain_checkpoints where reader_id = ${id}
      and block_number < (select min(block_number) from (
        select block_number from chain_checkpoints where reader_id = ${id} order by block_number desc limit ${keep}) newest)
      and block_number > (select min(block_number) from chain_checkpoints where reader_id = ${id})`.execute(db);
}

/** What the chain said of its heads, and that the reader is well. A head is never moved back by a member that is behind. */
export async function noteHeads(
  db: Db,
  id: string,
  heads: { head: number; safe: number | null; final: number | null },
  nowMs: EpochMs,
): Promise<void> {
  await sql`
    update chain_readers set head_block = ${heads.head}, safe_block = greatest(safe_block, ${heads.safe}::bigint),
      final_block = greatest(final_block, ${heads.final}::bigint), read_at = ${new Date(nowMs)}
    where id = ${id}`.execute(db);
}

/** Keeps what is wrong, since when; null where nothing is. True when that has changed. */
export async function noteTrouble(
  db: Db,
  id: string,
  trouble: { code: string; detail: string } | null,
  nowMs: EpochMs,
): Promise<boolean> {
  const { rows } = await sql`
    update chain_readers set trouble = ${trouble?.code ?? null}, trouble_detail = ${trouble?.detail ?? null},
      trouble_since = ${trouble === null ? null : new Date(nowMs)}::timestamptz
    where id = ${id} and trouble is distinct from ${trouble?.code ?? null}::text returning id`.execute(db);
  return rows.length === 1;
}

/** Keeps whether the books agree with the chain at a final block. */
export async function noteBalance(
  db: Db,
  id: string,
  at: { block: Pick<Block, 'number'>; balance: Usdc; difference: bigint },
  nowMs: EpochMs,
): Promise<void> {
  const balances = at.difference === 0n;
  await sql`
    update chain_readers set difference_usdc = ${balances ? null : signedNumeric(at.difference)}::numeric,
      balanced_block = case when ${balances} then ${at.block.number} else balanced_block end,
      balance_usdc = case when ${balances} then ${numericOf(at.balance)}::numeric else balance_usdc end,
      balanced_at = case when ${balances} then ${new Date(nowMs)}::timestamptz else balanced_at end
    where id = ${id}`.execute(db);
}

/** What came and went in the blocks up to `block`, as the books have it. */
export async function sumTransfers(db: Db, id: string, block: number): Promise<{ moneyIn: Usdc; moneyOut: Usdc }> {
  const { rows } = await sql<{ money_in: string; money_out: string }>`
    select coalesce(sum(amount_usdc) filter (where direction = 'in'), 0)::numeric(38, 6) as money_in,
      coalesce(sum(amount_usdc) filter (where direction = 'out'), 0)::numeric(38, 6) as money_out
    from chain_transfers where reader_id = ${id} and block_number <= ${block} and vanished_at is null`.execute(db);
  return { moneyIn: amountOf(rows[0]?.money_in ?? '0'), moneyOut: amountOf(rows[0]?.money_out ?? '0') };
}
