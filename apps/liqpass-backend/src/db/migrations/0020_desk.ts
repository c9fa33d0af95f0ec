import { sql, type Kysely } from 'kysely';

/** What operators find by, and what they write down: notes, who looked, names of addresses. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await search(db);
}

async function search(db: Kysely<unknown>): Promise<void> {
  // The main account of a claim as its evidence has it: also where nobody saw the position when it was bound.
  await sql`alter table insurance_claims add column account_uid text`.execute(db);
  await sql`
    update insurance_claims c set account_uid = (
      select substring(e ->> 'body' from '"mainUid"\\s*:\\s*"(\\d{1,25})"')
      from json_array_elements(c.evidence_json -> 'evidence' -> 'bundle' -> 'exchanges') e
      where e ->> 'path' like '%-account-config' and e ->> 'status' = '200' and e ->> 'body_encoding' = 'utf8' limit 1)
    where json_typeof(c.evidence_json -> 'evidence' -> 'bundle' -> 'exchanges') = 'array'`.execute(db);
  // Other claims of the account; GET /admin/claims?q= by its number.
  await sql`create index insurance_claims_account on insurance_claims (account_uid, created_at desc) where account_uid is not null`.execute(
    db,
  );
  // GET /admin/purchase-orders?q= and /admin/claims?q=, by whatever a page shows.
  await sql`create index purchase_orders_uid on purchase_orders (okx_uid) where okx_uid is not null`.execute(db);
  await sql`create index purchase_orders_payout_address on purchase_orders (payout_address) where payout_address is not null`.execute(
    db,
  );
  await sql`create index purchase_orders_released_okx_order on purchase_orders ((okx_meta_json ->> 'ordId')) where binding_released_at is not null`.execute(
    db,
  );
  await sql`create index insurance_claims_root on insurance_claims (evidence_root) where evidence_root is not null`.execute(
    db,
  );
}
