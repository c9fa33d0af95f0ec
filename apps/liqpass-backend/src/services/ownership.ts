import { LiqPassError } from '@liqpass/api/errors';
import type { Actor } from '../db/audit/auditRepo.ts';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';

/**
 * An order made while signed in belongs to that wallet: only it may bind, report, claim and read. Of an order without a
 * wallet the id is the capability. Machines and operators (actors without a `wallet`) come by routes with keys of their own.
 */
export function requireOwner(order: Pick<PurchaseOrder, 'owner'>, actor: Actor): void {
  if (order.owner === null || actor.wallet === undefined || actor.wallet === order.owner) return;
  throw new LiqPassError(
    'NOT_THE_OWNER',
    actor.wallet === null
      ? 'This order belongs to a wallet: sign in with the wallet that made it.'
      : 'This order belongs to another wallet: sign in with the wallet that made it.',
  );
}
