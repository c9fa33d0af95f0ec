import { LiqPassError } from '@liqpass/api/errors';
import type { PayeeDoubt } from '@liqpass/kernel/vocabulary';
import type { Actor } from '../db/audit/auditRepo.ts';
import { setPayoutAddress } from '../db/payoutAddressRepo.ts';
import type { SignInMessage } from '../db/people/sessionsRepo.ts';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import { stampKeyOf } from './audit/auditContext.ts';
import type { HallContext } from './hallContext.ts';
import { requireOwner } from './ownership.ts';
import { checkSigned, keepMessage, nonceUsed, type Site } from './people/auth.ts';
import { payeeAddress } from './payeeAddress.ts';
import { readPurchaseOrder } from './purchaseOrders.ts';

/** The message that an order's wallet signs to be paid at another address, and what the chain says against that. */
export async function requestPayoutAddress(
  ctx: HallContext,
  purchaseOrderId: string,
  payoutAddress: string,
  site: Site,
  actor: Actor,
): Promise<{ kept: SignInMessage; doubts: readonly PayeeDoubt[] | null }> {
  const order = await readPurchaseOrder(ctx, purchaseOrderId);
  const owner = requireOwnedBy(order, actor);
  if (order.paidAtMs !== null) throw payoutFrozen();
  const address = payeeAddress(ctx, payoutAddress);
  const statement = `Pay what purchase order ${order.id} is owed to ${address}.`;
  const doubts = await ctx.payees.doubts(address);
  const payout = { purchaseOrderId: order.id, address };
  return { kept: await keepMessage(ctx, { address: owner, chainId: order.chainId, statement }, site, payout), doubts };
}

/** Sets the payout address that the order's wallet signed for; only until the premium is paid. */
export async function changePayoutAddress(
  ctx: HallContext,
  purchaseOrderId: string,
  signed: { message: string; signature: string },
  actor: Actor,
): Promise<PurchaseOrder> {
  const owner = requireOwnedBy(await readPurchaseOrder(ctx, purchaseOrderId), actor);
  const kept = await checkSigned(ctx, signed.message, signed.signature);
  if (kept.payout?.purchaseOrderId !== purchaseOrderId || kept.address !== owner)
    throw new LiqPassError('SIGN_IN_MESSAGE_MISMATCH', 'This text is not for the payout address of this order.');
  const { taken, set } = await setPayoutAddress(ctx.db, kept.nonce, purchaseOrderId, {
    actor,
    action: 'set_payout_address',
    subjectType: 'purchase_order',
    atMs: ctx.clock.now(),
    stampKey: stampKeyOf(ctx),
    details: { payoutAddress: kept.payout.address },
  });
  if (!taken) throw nonceUsed();
  if (!set) throw payoutFrozen();
  ctx.changes.announce(purchaseOrderId);
  return readPurchaseOrder(ctx, purchaseOrderId);
}

/** The wallet of an order that has one, which the actor is. */
function requireOwnedBy(order: PurchaseOrder, actor: Actor): string {
  requireOwner(order, actor);
  if (order.owner === null)
    throw new LiqPassError(
      'NOT_THE_OWNER',
      'This order belongs to no wallet: its payout address was set when it was made.',
    );
  return order.owner;
}

const payoutFrozen = (): LiqPassError =>
  new LiqPassError('PAYOUT_ADDRESS_FROZEN', 'The premium has been paid: the payout address can no longer be changed.');
