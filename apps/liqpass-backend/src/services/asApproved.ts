import { LiqPassError } from '@liqpass/api/errors';
import { formatUsdc, parseUsdc } from '@liqpass/kernel/money';
import { listLastOf, placeOf, type StampedRow } from '../db/audit/auditChainRepo.ts';
import { differsFromApproval, type PayeeAndAmount } from '../domain/frozenPayout.ts';
import type { AuditContext } from './audit/auditContext.ts';
import { isOurs, readKeyedSince } from './audit/keyedSince.ts';

/** A payout as a list to pay names it; `approvalOf`: the claim, or the refund, that was approved. */
export type ApprovedLine = PayeeAndAmount & { readonly id: string; readonly approvalOf: string };

/** Rows that keep payee and amount: an approval, or what stood in for it before approvals did. */
const KEEPING = ['approve', 'freeze_payout'];

/**
 * Refuses (409 PAYOUT_NOT_AS_APPROVED) where a payout is not to the payee, or not of the amount, that its last approval keeps in
 * the audit trail, or where LiqPass did not write that row. Ask it whenever something that pays is made: what was judged at the
 * approval is not trusted at the payment.
 */
export async function requireAsApproved(ctx: AuditContext, payouts: readonly ApprovedLine[]): Promise<void> {
  const { auditKeys } = ctx.settings;
  const keyedSince = await readKeyedSince(ctx.db, auditKeys);
  const ids = payouts.map(({ approvalOf }) => approvalOf);
  const rows = new Map((await listLastOf(ctx.db, ids, KEEPING)).map((row) => [row.content.subject_id, row]));
  for (const payout of payouts) {
    const row = rows.get(payout.approvalOf);
    if (row) {
      const seq = row.stamped.nonce === null && keyedSince ? await placeOf(ctx.db, row.content.id) : null;
      const whose = isOurs(row.stamped, seq, auditKeys, keyedSince);
      if (whose !== 'ours') throw notAsApproved(payout.approvalOf, SENTENCES[whose]);
    }
    const approved = row ? kept(row) : null;
    const difference = differsFromApproval(payout, approved);
    if (difference === null) continue;
    throw notAsApproved(
      payout.approvalOf,
      difference === 'NOT_KEPT' || approved === null
        ? 'its approval keeps no payee and amount'
        : difference === 'PAYEE'
          ? `${approved.to} was approved as the payee, now it is ${payout.to}`
          : `${formatUsdc(approved.amount)} USDC were approved, now it is ${formatUsdc(payout.amount)}`,
    );
  }
}

const SENTENCES = {
  forged: 'LiqPass did not write the row of its approval, or it was changed since',
  unknown: 'the row of its approval is stamped with AUDIT_KEY, which this process does not have',
} as const;

function kept({ content }: StampedRow): PayeeAndAmount | null {
  const { payee, amount_usdc: amount } = content.details ?? {};
  const parsed = typeof amount === 'string' ? parseUsdc(amount) : null;
  return typeof payee === 'string' && parsed !== null ? { to: payee, amount: parsed } : null;
}

const notAsApproved = (id: string, why: string): LiqPassError =>
  new LiqPassError(
    'PAYOUT_NOT_AS_APPROVED',
    `The payout of ${id} is not as it was approved: ${why}. Pay nothing of this list; find out who changed it, then take the approval back and decide anew.`,
    { params: { id } },
  );
