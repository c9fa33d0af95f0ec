import { z } from 'zod';
import { givenAddress, txHash } from './given.ts';
import { uuid } from './wire.ts';

// What is sent about a claim.

const sec = z.int().min(1).max(253_402_300_799).meta({ description: 'epoch seconds' });

/** POST /internal/claims/onchain-trigger; POST /api/purchase-orders/:id/claims takes the same without purchaseOrderId required. */
export const triggerClaimBody = z
  .strictObject({
    purchaseOrderId: uuid,
    claimant: givenAddress,
    submitTxHash: txHash.optional(),
    triggeredAtSec: sec.optional(),
  })
  .meta({ id: 'TriggerClaim' });

export const fileClaimBody = z
  .strictObject({
    purchaseOrderId: uuid.optional(),
    claimant: givenAddress,
    submitTxHash: txHash.optional(),
    triggeredAtSec: sec.optional(),
  })
  .meta({ id: 'FileClaim' });

export const markClaimPaidBody = z
  .strictObject({
    multisigTxHash: txHash,
    paidAtSec: sec,
    /** Why to believe what the chain does not prove: an admin's, where the treasury is watched. */
    byHand: z.string().trim().min(1).max(500).optional(),
  })
  .meta({ id: 'MarkClaimPaid' });
