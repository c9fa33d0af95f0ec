import { LiqPassError } from '@liqpass/api/errors';
import type { Actor } from '../../db/audit/auditRepo.ts';
import { readShop } from '../../db/people/settingsRepo.ts';
import { getChainReader } from '../../db/treasury/chainReadersRepo.ts';
import * as repo from '../../db/treasury/chainTransfersRepo.ts';
import type { BookedTransfer } from '../../db/treasury/chainTransfersRepo.ts';
import { ADMIN_ASSIGNS_FROM } from '../../domain/treasury/assigning.ts';
import { stampKeyOf } from '../audit/auditContext.ts';
import { readPurchaseOrder } from '../purchaseOrders.ts';
import { changeMoney } from './changeMoney.ts';
import { settlePremiums } from './settlePremiums.ts';
import type { WatchContext } from './treasuryContext.ts';

/** Says whose money it is that nothing told, in a person's name; what it buys is then decided as for any other. */
export async function assignTransfer(
  ctx: WatchContext,
  id: string,
  given: { purchaseOrderId: string; reason: string },
  actor: Actor & { readonly role: string },
): Promise<BookedTransfer> {
  const read = async (): Promise<BookedTransfer> => {
    const transfer = await repo.getTransfer(ctx.db, ctx.watch.readerId, id);
    if (!transfer || transfer.direction !== 'in')
      throw new LiqPassError('TRANSFER_NOT_FOUND', `No transfer ${id} came to the treasury.`);
    return transfer;
  };
  const transfer = await read();
  const order = await readPurchaseOrder(ctx, given.purchaseOrderId);
  if (transfer.purchaseOrderId === order.id) return transfer;
  const large = transfer.amount >= ADMIN_ASSIGNS_FROM;
  if (large && actor.role !== 'admin' && !(await readShop(ctx.db)).onePersonShop)
    throw new LiqPassError('SECOND_PERSON_REQUIRED', 'Of 100 USDC and more an admin says whose they are: ask one.');
  const taken = await changeMoney(ctx, async (trx, isOf) => {
    isOf(order.id);
    return repo.assignTransfer(trx, id, order.id, given.reason, {
      actor,
      action: 'assign_transfer',
      subjectType: 'purchase_order',
      stampKey: stampKeyOf(ctx),
      atMs: ctx.clock.now(),
    });
  });
  if (!taken)
    throw new LiqPassError(
      'INVALID_STATUS_TRANSITION',
      'It is known by now whose money this is: load the list again.',
      {
        params: { status: (await read()).purchaseOrderId ?? 'VANISHED' },
      },
    );
  const reader = await getChainReader(ctx.db, ctx.watch.readerId);
  const at = { latest: reader?.headBlock, safe: reader?.safeBlock, finalized: reader?.finalBlock };
  await settlePremiums(ctx, at[ctx.watch.settings.premiumFinality] ?? 0);
  return read();
}
