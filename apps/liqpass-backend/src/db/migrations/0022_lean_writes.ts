import { sql, type Kysely } from 'kysely';
import type { Tables } from '../platform/tables.ts';
import { foldChecks } from '../platform/foldChecks.ts';

/** What each write of an order, a claim and a payout cost beside the row itself: indexes that others can stand for, and CHECKs by the dozen. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await sql`
    drop index
      -- A claim's event is its order's OKX order, which is found there.
      insurance_claims_event,
      -- A claim that is paid has a payout with the same transaction and time.
      insurance_claims_payout_tx, insurance_claims_paid_brin,
      -- A page over all statuses is put together from a page of each.
      insurance_claims_newest, insurance_claims_amount,
      -- The payout of a claim is found by its kind and subject, which are unique.
      payouts_of_claim`.execute(db);
  for (const table of ['purchase_orders', 'insurance_claims', 'payouts', 'claim_decisions'])
    await foldChecks(db, table);
}
