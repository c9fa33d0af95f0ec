import { formatIso, type EpochMs } from '@liqpass/kernel/time';
import { sql } from 'kysely';
import type { LoggedStep } from '../../domain/log/entryFacts.ts';
import { LOGGED_ACTIONS } from '../../domain/log/entryFacts.ts';
import type { Db } from '../platform/database.ts';

export type UnloggedStep = LoggedStep & { readonly auditId: string; readonly orderId: string; readonly atMs: EpochMs };

type Row = {
  id: string;
  at: Date;
  action: string;
  subject_type: string;
  subject_id: string;
  from_status: string | null;
  to_status: string | null;
  why: string | null;
  details: Record<string, unknown> | null;
  order_id: string | null;
  policy_type: string | null;
  chain_id: number | null;
  premium: string | null;
  payout: string | null;
  payout_cap: string | null;
  starts: Date | null;
  ends: Date | null;
  paid_at: Date | null;
  claim_payout: string | null;
  evidence_root: string | null;
  verdict: string | null;
  attestation_key_id: string | null;
  claimant: string | null;
  tx_hash: string | null;
  kind: string | null;
  payout_claim_id: string | null;
  payee: string | null;
  amount: string | null;
  payout_tx: string | null;
};
const iso = (date: Date | null): string | null => (date === null ? null : formatIso(date.getTime()));

function toStep(row: Row): UnloggedStep[] {
  if (row.order_id === null) return [];
  const isClaim = row.subject_type === 'claim';
  const isOrder = row.subject_type === 'purchase_order';
  return [
    {
      auditId: row.id,
      orderId: row.order_id,
      atMs: row.at.getTime(),
      subjectType: row.subject_type,
      subjectId: row.subject_id,
      action: row.action,
      from: row.from_status,
      to: row.to_status,
      why: row.why,
      details: row.details ?? {},
      order: isOrder
        ? {
            policyType: row.policy_type ?? '',
            chainId: row.chain_id ?? 0,
            premium: row.premium ?? '',
            payout: row.payout ?? '',
            payoutCap: row.payout_cap ?? '',
            coverageStartAt: iso(row.starts),
            coverageEndAt: iso(row.ends),
            paidAt: iso(row.paid_at),
          }
        : null,
      claim: isClaim
        ? {
            orderId: row.order_id,
            payout: row.claim_payout,
            evidenceRoot: row.evidence_root,
            verdict: row.verdict,
            keyId: row.attestation_key_id,
            payee: row.claimant ?? '',
            txHash: row.tx_hash,
          }
        : null,
      payout:
        row.kind === null
          ? null
          : {
              kind: row.kind,
              orderId: row.order_id,
              claimId: row.payout_claim_id,
              payee: row.payee,
              amount: row.amount ?? '',
              txHash: row.payout_tx,
            },
    },
  ];
}

/**
 * Audit rows of steps that the log tells of and has not told yet, oldest first, with what is on file of their order or claim;
 * and up to which row that is all. Ids are given before a transaction commits, so a row may appear below `afterId`: the caller
 * looks through that many ids before it again.
 */
export async function listUnloggedSteps(
  db: Db,
  afterId: string,
  limit: number,
): Promise<{ readonly steps: UnloggedStep[]; readonly upTo: string }> {
  const { rows: newest } = await sql<{ id: string | null }>`select max(id) as id from audit_log`.execute(db);
  // An attempt that left a claim waiting, and money that bought no cover, are no steps to tell of (domain/log/entryFacts.ts).
  const { rows } = await sql<Row>`
    select l.id, l.at, l.action, l.subject_type, l.subject_id, l.from_status, l.to_status, l.why, l.details,
      coalesce(o.id, c.purchase_order_id, p.purchase_order_id) as order_id, o.policy_type, o.chain_id, o.premium_amount_usdc as premium,
      o.policy_params_json->>'payout_fixed_usdc' as payout, o.policy_params_json->>'payout_cap_usdc' as payout_cap,
      o.coverage_start_at as starts, o.coverage_end_at as ends, o.paid_at,
      c.payout_amount_usdc as claim_payout, c.evidence_root, c.verdict, c.attestation_key_id, c.claimant, c.multisig_tx_hash as tx_hash,
      p.kind, p.claim_id as payout_claim_id, p.payee, p.amount_usdc as amount, p.tx_hash as payout_tx
    from (
      select * from audit_log a
      where a.id > ${afterId} and a.action = any(${[...LOGGED_ACTIONS]}::text[])
        and a.subject_type in ('purchase_order', 'claim', 'payout')
        and a.to_status is distinct from 'VERIFYING' and a.to_status is distinct from 'REFUND_DUE'
        and not exists (select from log_entries e where e.audit_id = a.id)
      order by a.id limit ${limit}
    ) l
    left join purchase_orders o on l.subject_type = 'purchase_order' and o.id = l.subject_id::uuid
    left join insurance_claims c on l.subject_type = 'claim' and c.id = l.subject_id::uuid
    left join payouts p on l.subject_type = 'payout' and p.id = l.subject_id::uuid
    order by l.id`.execute(db);
  const last = rows.at(-1);
  const upTo = rows.length === limit && last !== undefined ? last.id : (newest[0]?.id ?? afterId);
  return { steps: rows.flatMap(toStep), upTo };
}
