import type { PayoutAnswer } from '@liqpass/api/payouts';
import { mayAs } from '@liqpass/kernel/vocabulary';
import type { Payout } from '../../domain/treasury/payout.ts';
import { readFinalBlock } from '../../services/treasury/standing.ts';
import { stepsFor } from '../../services/treasury/payouts.ts';
import type { TreasuryContext } from '../../services/treasury/treasuryContext.ts';
import type { Operator } from '../people/guards.ts';
import { payoutToWire, type Beside } from './payoutWire.ts';

/** A payout as this operator sees it: with what its state and their role let them do. */
export async function payoutsFor(
  ctx: TreasuryContext,
  actor: Operator,
): Promise<(payout: Payout, doubts?: Beside['doubts']) => PayoutAnswer> {
  const [steps, finalBlock] = [await stepsFor(ctx, actor), await readFinalBlock(ctx)];
  const [reviews, pays] = [mayAs(actor.role, 'reviewer'), mayAs(actor.role, 'treasurer')];
  return (payout, doubts = null) => {
    const may = steps(payout);
    const allowed = {
      approve: may.approve && reviews,
      take_back: may.take_back && reviews,
      set_payee: may.set_payee && reviews,
      mark_paid: may.mark_paid && pays,
      undo: may.undo && pays,
    };
    return payoutToWire(payout, allowed, { doubts, finalBlock });
  };
}
