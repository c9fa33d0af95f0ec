import { sql } from 'kysely';
import { auditFrom, type AuditEntry } from './audit/auditRepo.ts';
import type { Db } from './platform/database.ts';

/** Takes the signed message of an order's payout address, once, and sets it while the order is unpaid. */
export async function setPayoutAddress(
  db: Db,
  nonce: string,
  purchaseOrderId: string,
  entry: AuditEntry,
): Promise<{ taken: boolean; set: boolean }> {
  const now = new Date(entry.atMs);
  const { rows } = await sql<{ taken: boolean; set: boolean }>`
    with used as (
      update sign_in_messages set used_at = ${now}
      where nonce = ${nonce} and used_at is null and expires_at > ${now} and purchase_order_id = ${purchaseOrderId}
      returning address, payout_address
    ), moved as (
      update purchase_orders p set payout_address = used.payout_address, version = version + 1, updated_at = ${now}
      from used where p.id = ${purchaseOrderId} and p.owner = used.address and p.paid_at is null
      returning p.id, null::text as from_status, null::text as to_status
    ), noted as (${auditFrom('moved', entry)})
    select exists (select from used) as taken, exists (select from moved) as set`.execute(db);
  return rows[0] ?? { taken: false, set: false };
}
