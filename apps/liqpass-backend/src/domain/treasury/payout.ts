import { UNDO_WITHIN_MS } from '../undoPremium.ts';
import { isSamePerson, type Party } from '../people/person.ts';
import type { Usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';
import type { PayeeSource, PayoutKind, PayoutStatus, RefundReason } from '@liqpass/kernel/vocabulary';

/** What is to be paid, or was: a claim, a refund, or what came beyond a price. */
export type Payout = {
  readonly id: string;
  readonly kind: PayoutKind;
  readonly status: PayoutStatus;
  readonly purchaseOrderId: string;
  readonly claimId: string | null;
  /** Why the money goes back; null for a claim, and for what came beyond the price. */
  readonly refundReason: RefundReason | null;
  /** The transaction that brought what goes back; null where nobody named one, and for a claim. */
  readonly receivedTxHash: string | null;
  readonly attested: boolean;
  /** null until somebody has said where the money of an order without a wallet goes. */
  readonly payee: {
    readonly address: string;
    readonly source: PayeeSource;
    /** Of an address that an operator entered: who, and why. */
    readonly entered: { readonly by: string; readonly identity: string; readonly why: string } | null;
  } | null;
  readonly amount: Usdc;
  readonly approved: { readonly by: string; readonly identity: string; readonly atMs: EpochMs } | null;
  readonly batchId: string | null;
  readonly paid: {
    readonly txHash: string;
    readonly atMs: EpochMs;
    readonly recordedBy: string;
    readonly recordedAtMs: EpochMs;
  } | null;
  /** A transaction that somebody has named, which the chain does not show for good yet. */
  readonly told: {
    readonly txHash: string;
    readonly by: string;
    readonly atMs: EpochMs;
    /** null: in no block that was read. */
    readonly blockNumber: number | null;
  } | null;
  readonly createdAtMs: EpochMs;
};

/** The steps of a payout; docs/states.md says who takes them. One that was recorded by mistake goes back to where it was. */
export const PAYOUT_STEPS: Readonly<Record<PayoutStatus, readonly PayoutStatus[]>> = {
  DUE: ['IN_BATCH', 'PAID'],
  IN_BATCH: ['DUE', 'PAID'],
  PAID: ['DUE', 'IN_BATCH'],
};

/** Who took a step, as the payout keeps it. */
export const approver = ({ by, identity }: { readonly by: string; readonly identity: string }): Party => ({
  name: by,
  identity,
});

/** The steps that a payout's state allows now, for this person; what their role allows is for the guards. */
export function payoutSteps(
  payout: Payout,
  person: Party & { readonly onePersonShop: boolean },
  nowMs: EpochMs,
): { approve: boolean; take_back: boolean; set_payee: boolean; mark_paid: boolean; undo: boolean } {
  const due = payout.status === 'DUE';
  const isAnother = (first: Party | null): boolean =>
    person.onePersonShop || first === null || !isSamePerson(first, person);
  const ofTreasury = payout.kind !== 'claim';
  return {
    approve:
      ofTreasury &&
      due &&
      payout.approved === null &&
      payout.payee !== null &&
      isAnother(payout.payee.entered && approver(payout.payee.entered)),
    take_back: ofTreasury && due && payout.approved !== null,
    set_payee:
      ofTreasury && due && payout.approved === null && (payout.payee === null || payout.payee.source === 'OPERATOR'),
    mark_paid: payout.status !== 'PAID' && payout.approved !== null && isAnother(approver(payout.approved)),
    undo: payout.paid !== null && nowMs < payout.paid.recordedAtMs + UNDO_WITHIN_MS,
  };
}
