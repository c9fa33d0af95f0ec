import { sql, type Kysely } from 'kysely';

/** Claims that wait for review on a cover whose wait nobody could judge: a person has to say that they may be paid. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    update insurance_claims c set hold_reasons = array_append(hold_reasons, 'WAITING_UNCHECKED')
    from purchase_orders p where p.id = c.purchase_order_id and c.status = 'VERIFIED_PENDING_REVIEW'
      and p.attested and p.waiting_check is distinct from 'UNTOUCHED'`.execute(db);
}
