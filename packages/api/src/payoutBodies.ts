import { z } from 'zod';
import { givenAddress, txHash } from './given.ts';
import { instant } from './wire.ts';

// What is sent about a payout.

const reason = z.string().trim().min(1).max(500);

/** POST /admin/payouts/:id/approve: of a refund or excess. `to` is the address that was seen: another one by now is refused. */
export const approvePayoutBody = z.strictObject({ to: givenAddress.optional() }).meta({ id: 'ApprovePayout' });
/** POST /admin/payouts/:id/payee: where it goes, and how that is known. */
export const setPayeeBody = z.strictObject({ to: givenAddress, reason }).meta({ id: 'SetPayee' });
/** POST /admin/payouts/:id/mark-paid: without `paidAt`, now. */
export const markPayoutPaidBody = z
  .strictObject({
    txHash,
    paidAt: instant.optional(),
    /** Why to believe what the chain does not prove: an admin's, where the treasury is watched. */
    byHand: reason.optional(),
  })
  .meta({ id: 'MarkPayoutPaid' });
/** POST /admin/payouts/:id/take-back, /undo-paid, and /admin/payouts/batches/:id/drop */
export const withReasonBody = z.strictObject({ reason }).meta({ id: 'WithReason' });
