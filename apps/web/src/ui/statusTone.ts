import type { ClaimStatus, PurchaseOrderStatus } from '@liqpass/kernel/vocabulary';
import type { Tone } from './sheets.tsx';

export const orderTone: Record<PurchaseOrderStatus, Tone> = {
  AWAITING_BINDING: 'wait',
  AWAITING_PAYMENT: 'wait',
  SCHEDULED: 'plain',
  ACTIVE: 'floor',
  EXPIRED: 'plain',
  LAPSED: 'plain',
  REFUND_DUE: 'wait',
  REFUNDED: 'plain',
  CLAIMED: 'wait',
  SETTLED: 'floor',
};
export const claimTone: Record<ClaimStatus, Tone> = {
  VERIFYING: 'wait',
  VERIFIED_PENDING_REVIEW: 'wait',
  APPROVED_PENDING_MULTISIG: 'floor',
  PAID: 'floor',
  REJECTED: 'liq',
  FAILED: 'wait',
};
