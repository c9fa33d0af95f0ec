import { LiqPassError } from '@liqpass/api/errors';
import { listRecordedWithout, lockLogsOf } from '../../db/treasury/chainTransfersRepo.ts';
import { readPayout } from './payouts.ts';
import type { TreasuryContext } from './treasuryContext.ts';

/**
 * Records by hand, in one transaction, what the chain does not show: an admin's word stands against nothing that the chain does show. Of a
 * transaction that it shows, money to this payee that has paid others pays nobody once more.
 */
export async function byHand<T>(
  ctx: TreasuryContext,
  payoutId: string,
  txHash: string,
  record: (inside: TreasuryContext) => Promise<T>,
): Promise<T> {
  const { watch } = ctx;
  if (watch === null) return record(ctx);
  return ctx.db.transaction().execute(async (trx) => {
    const inside = { ...ctx, db: trx };
    const { payee, amount, paid } = await readPayout(inside, payoutId);
    if (payee === null || paid !== null) return record(inside);
    const money = { txHash, payee: payee.address, amount };
    const logs = await lockLogsOf(trx, watch.readerId, money);
    const free = logs.filter((each) => each === null).length;
    if (logs.length > 0 && free <= (await listRecordedWithout(trx, money)).length)
      throw new LiqPassError(
        'PAYOUT_NOT_PROVEN',
        'ALREADY_USED: all that this transaction brought this payee in this amount has paid other payouts.',
        { params: { refusal: 'ALREADY_USED' } },
      );
    return record(inside);
  });
}
