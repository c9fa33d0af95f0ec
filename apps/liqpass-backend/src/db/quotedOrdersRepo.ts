import type { EpochMs } from '@liqpass/kernel/time';
import { sql } from 'kysely';
import { auditFrom, type AuditEntry } from './audit/auditRepo.ts';
import type { Db } from './platform/database.ts';
import { isUnused, keepKey, violatesKey, type KeyToKeep } from './platform/idempotencyRepo.ts';
import { numericOf } from './platform/rows.ts';
import type { PositionJson } from './platform/underwritingTables.ts';
import type { NewPurchaseOrder } from './purchaseOrdersRepo.ts';

export type QuotedOrder = NewPurchaseOrder & { readonly quoteHash: string; readonly position: PositionJson };

/**
 * Writes an order that takes a live, unused quote, and keeps the quote's room for it until `heldUntilMs`: all of it in one
 * statement, or nothing. False when the quote was used or has expired, or the key was used before.
 */
export async function createQuotedOrder(
  db: Db,
  order: QuotedOrder,
  heldUntilMs: EpochMs,
  key: KeyToKeep | null,
  entry: AuditEntry,
): Promise<boolean> {
  const now = new Date(entry.atMs);
  try {
    const { rows } = await sql<{ id: string }>`
    with took as (
      update quotes set purchase_order_id = ${order.id}, used_at = ${now}
      where quote_hash = ${order.quoteHash} and purchase_order_id is null and expires_at > ${now} and ${isUnused(key)}
      returning quote_hash
    ), moved as (
      insert into purchase_orders (id, policy_type, chain_id, premium_amount_usdc, policy_params_json, coverage_start_at,
        coverage_end_at, coverage_moves, owner, payout_address, follows, quote_hash, position_json, created_at, updated_at)
      select ${order.id}::uuid, ${order.policyType}, ${order.chainId}, ${numericOf(order.premium)}::numeric,
        ${JSON.stringify(order.policyParams)}::jsonb, ${new Date(order.window.startMs)}::timestamptz,
        ${new Date(order.window.endMs)}::timestamptz, ${order.windowMoves}::boolean, ${order.owner}, ${order.payoutAddress}, ${order.follows}::uuid,
        took.quote_hash, ${JSON.stringify(order.position)}::jsonb, ${now}::timestamptz, ${now}::timestamptz
      from took
      returning id, null::text as from_status, 'AWAITING_BINDING'::text as to_status
    ), kept as (
      update book_rooms set purchase_order_id = ${order.id}, held_until = ${new Date(heldUntilMs)}
      from took where book_rooms.quote_hash = took.quote_hash
    ), ${keepKey('moved', key, entry.atMs)}noted as (${auditFrom('moved', entry)})
    select id from moved`.execute(db);
    return rows.length === 1;
  } catch (error) {
    if (violatesKey(error)) return false;
    throw error;
  }
}

/** What an order covers, as seen at binding; in the transaction that binds. */
export async function setPosition(trx: Db, purchaseOrderId: string, position: PositionJson): Promise<void> {
  await trx
    .updateTable('purchase_orders')
    .set({ position_json: JSON.stringify(position) })
    .where('id', '=', purchaseOrderId)
    .execute();
}
