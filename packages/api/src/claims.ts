import { CLAIM_STATUSES, REJECTION_CODES } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { address, hex32, instant, page, pageQuery, usdcText, uuid } from './wire.ts';

export const triggerClaimAnswer = z
  .strictObject({
    ok: z.literal(true),
    claimId: uuid,
    status: z.enum(CLAIM_STATUSES),
    rejectedReason: z.string().optional(),
  })
  .meta({ id: 'ClaimTriggered' });
export type TriggerClaimAnswer = z.infer<typeof triggerClaimAnswer>;

/** One claim as operators and its trader see it: the columns of insurance_claims, and where its verification stands. */
const claimShape = {
  id: uuid,
  purchase_order_id: uuid,
  claimant: address,
  submit_tx_hash: z.string().nullable(),
  triggered_at_sec: z.int(),
  okx_event_id: z.string(),
  status: z.enum(CLAIM_STATUSES),
  evidence_root: hex32.nullable(),
  liquidation_time_ms: z.int().nullable(),
  coverage_window_start: instant,
  coverage_window_end: instant,
  payout_amount_usdc: usdcText.nullable(),
  payout_cap_usdc: usdcText,
  approved_by: z.string().nullable(),
  approved_at: instant.nullable(),
  rejected_reason: z.string().nullable(),
  multisig_safe: address.nullable(),
  multisig_tx_hash: z.string().nullable(),
  paid_at: instant.nullable(),
  created_at: instant,
  updated_at: instant,
  /** How often jp-verify was asked, why the last answer did not decide, and when it is asked again. */
  attempts: z.int(),
  last_attempt_reason: z.string().nullable(),
  next_attempt_at: instant.nullable(),
  verdict: z.string().nullable(),
  flags: z.array(z.string()),
  /** Whether the position was seen with the trader's own key when it was bound. */
  attested: z.boolean(),
  /** Why a person must look before it can be approved; empty when nothing holds it. */
  hold_reasons: z.array(z.string()),
};
export const claimSummary = z.strictObject(claimShape).meta({ id: 'ClaimSummary' });
export type ClaimSummary = z.infer<typeof claimSummary>;

/** A claim with its evidence (jp-verify's answer as kept) and its audit rows. */
export const claimAnswer = z
  .strictObject({
    ...claimShape,
    evidence_json: z.unknown().nullable(),
    audit: z.array(
      z.strictObject({
        id: z.string(),
        at: instant,
        actor: z.string(),
        action: z.string(),
        from: z.string().nullable(),
        to: z.string().nullable(),
        why: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Claim' });
export type ClaimAnswer = z.infer<typeof claimAnswer>;

export const claimPage = page(claimSummary).meta({ id: 'ClaimPage' });
export const listClaimsQuery = z.strictObject({ status: z.enum(CLAIM_STATUSES).optional(), ...pageQuery });
export const claimParams = z.strictObject({ id: uuid });

export const approveClaimBody = z
  .strictObject({ approvedBy: z.string().min(1).max(100).optional() })
  .meta({ id: 'ApproveClaim' });
export const rejectClaimBody = z
  .strictObject({
    reason: z.string().trim().min(1).max(500),
    /** From the closed list; a signed-in operator must give one. It becomes `rejected_reason`, the text goes to the audit row. */
    code: z.enum(REJECTION_CODES).optional(),
  })
  .meta({ id: 'RejectClaim' });
