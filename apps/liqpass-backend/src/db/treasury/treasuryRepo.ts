import { usdc, type Usdc } from '@liqpass/kernel/money';
import { sql, type RawBuilder, type Selectable } from 'kysely';
import type { Db } from '../platform/database.ts';
import { amountOf } from '../platform/rows.ts';
import type { ChainTransfersTable } from '../platform/treasuryTables.ts';
import { toTransfer, type BookedTransfer } from './chainTransfersRepo.ts';

export type TransferKind = 'unmatched' | 'in' | 'out' | 'vanished';

const OF_KIND: Readonly<Record<TransferKind, RawBuilder<unknown>>> = {
  unmatched: sql`direction = 'in' and purchase_order_id is null and counted_at is null and vanished_at is null`,
  in: sql`direction = 'in'`,
  out: sql`direction = 'out'`,
  vanished: sql`vanished_at is not null`,
};

/** What moved, newest first. */
export async function listTransfers(
  db: Db,
  readerId: string,
  filter: { kind: TransferKind | null; before: { block: number; logIndex: number } | null; limit: number },
): Promise<BookedTransfer[]> {
  const { rows } = await sql<Selectable<ChainTransfersTable>>`
    select * from chain_transfers where reader_id = ${readerId}
      ${filter.kind === null ? sql`` : sql`and ${OF_KIND[filter.kind]}`}
      ${filter.before === null ? sql`` : sql`and (block_number, log_index) < (${filter.before.block}, ${filter.before.logIndex})`}
    order by block_number desc, log_index desc limit ${filter.limit}`.execute(db);
  return rows.map(toTransfer);
}

export type Sums = {
  readonly moneyIn: Usdc;
  readonly moneyOut: Usdc;
  readonly premiums: Usdc;
  readonly owedBack: Usdc;
  readonly unmatched: Usdc;
  readonly paidOut: Usdc;
  readonly unprovenOut: Usdc;
};

/** What came and went in the blocks up to `block`, by what it was. */
export async function sumByKind(db: Db, readerId: string, block: number): Promise<Sums> {
  const { rows } = await sql<{ name: keyof Sums; total: string }>`
    select s.name, coalesce(sum(t.amount_usdc) filter (where case s.name
        when 'moneyIn' then t.direction = 'in'
        when 'moneyOut' then t.direction = 'out'
        when 'premiums' then t.counted_as = 'premium'
        when 'owedBack' then t.counted_as = 'second_payment'
        when 'unmatched' then t.direction = 'in' and t.counted_at is null
        when 'paidOut' then t.payout_id is not null
        else t.direction = 'out' and t.payout_id is null end), 0)::numeric(38, 6)::text as total
    from (values ('moneyIn'), ('moneyOut'), ('premiums'), ('owedBack'), ('unmatched'), ('paidOut'), ('unprovenOut')) as s (name)
      left join chain_transfers t on t.reader_id = ${readerId} and t.block_number <= ${block} and t.vanished_at is null
    group by s.name`.execute(db);
  const of = (name: keyof Sums): Usdc => amountOf(rows.find((row) => row.name === name)?.total ?? '0');
  return {
    moneyIn: of('moneyIn'),
    moneyOut: of('moneyOut'),
    premiums: of('premiums'),
    owedBack: of('owedBack'),
    unmatched: of('unmatched'),
    paidOut: of('paidOut'),
    unprovenOut: of('unprovenOut'),
  };
}

/** What is approved and not paid. */
export async function sumDue(db: Db): Promise<Usdc> {
  const { rows } = await sql<{ total: string }>`
    select coalesce(sum(amount_usdc), 0)::numeric(38, 6)::text as total from payouts
    where status in ('DUE', 'IN_BATCH') and approved_at is not null and withdrawn_at is null`.execute(db);
  return rows[0] ? amountOf(rows[0].total) : usdc(0n);
}
