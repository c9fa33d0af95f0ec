import { sql, type Kysely } from 'kysely';

/** What the operators' queue is filtered and sorted by. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table insurance_claims
      -- How many rules of the proof passed, of how many: counted when the answer is kept, which is too large to read for a list.
      add column checks_passed integer not null default 0,
      add column checks_total integer not null default 0,
      add column side text check (side in ('long', 'short')),
      add check (checks_passed >= 0 and checks_passed <= checks_total)`.execute(db);
  // GET /admin/claims?sort=amount_high|amount_low, page by page; claims without an amount count as zero.
  await sql`create index insurance_claims_amount on insurance_claims ((coalesce(payout_amount_usdc, 0)), id)`.execute(
    db,
  );
  // GET /admin/claims?q=, and the other claims of a wallet, an OKX order, a transaction.
  await sql`create index insurance_claims_claimant on insurance_claims (claimant, created_at desc)`.execute(db);
  await sql`create index insurance_claims_event on insurance_claims (okx_event_id)`.execute(db);
  await sql`create index insurance_claims_payout_tx on insurance_claims (multisig_tx_hash) where multisig_tx_hash is not null`.execute(
    db,
  );
  // GET /admin/claims?flag=: what a person has to look at is rare.
  await sql`create index insurance_claims_flags on insurance_claims using gin (flags) where flags <> '{}'`.execute(db);
}
