import { sql, type Kysely } from 'kysely';

/**
 * Opposite covers of the same people hold a claim until somebody has looked at both. Covers are also linked by who sent the
 * premium, which may be an exchange's wallet: so by when they end too.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index purchase_orders_payer on purchase_orders (payer, coverage_end_at) where payer is not null`.execute(
    db,
  );
  await sql`alter table insurance_claims add column hedges_seen_at timestamptz`.execute(db);
}
