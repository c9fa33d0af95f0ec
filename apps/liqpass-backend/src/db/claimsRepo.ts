import { invariant } from '@liqpass/kernel/invariant';
import type { Usdc } from '@liqpass/kernel/money';
import type { EpochMs, Window } from '@liqpass/kernel/time';
import { CLAIM_STATUSES, type ClaimStatus, type Verdict } from '@liqpass/kernel/vocabulary';
import { sql, type RawBuilder, type Selectable } from 'kysely';
import type { Claim } from '../domain/claim.ts';
import { auditFrom, type AuditEntry } from './audit/auditRepo.ts';
import { isHedged } from './hedgesRepo.ts';
import type { Db } from './platform/database.ts';
import { amountOf, amountOrNull, msOrNull, numericOf } from './platform/rows.ts';
import type { InsuranceClaimsTable } from './platform/tables.ts';

export type ClaimRow = Omit<Selectable<InsuranceClaimsTable>, 'evidence_json'> & { attested: boolean | null };

/** Every column but the evidence, which is large and read on its own. */
export const claimColumns = sql.raw(
  [
    'id',
    'purchase_order_id',
    'claimant',
    'submit_tx_hash',
    'triggered_at_sec',
    'okx_event_id',
    'status',
    'verdict',
    'flags',
    'evidence_root',
    'liquidation_time_ms',
    'coverage_window_start',
    'coverage_window_end',
    'payout_amount_usdc',
    'payout_cap_usdc',
    'hold_reasons',
    'attempts',
    'last_attempt_reason',
    'next_attempt_at',
    'approved_by',
    'approved_at',
    'rejected_reason',
    'multisig_safe',
    'multisig_tx_hash',
    'paid_at',
    'created_at',
    'updated_at',
  ]
    .map((column) => `c.${column}`)
    .join(', '),
);

export function toClaim(row: ClaimRow): Claim {
  return {
    id: row.id,
    purchaseOrderId: row.purchase_order_id,
    claimant: row.claimant,
    submitTxHash: row.submit_tx_hash,
    triggeredAtSec: Number(row.triggered_at_sec),
    okxEventId: row.okx_event_id,
    status: row.status,
    verdict: row.verdict,
    flags: row.flags,
    evidenceRoot: row.evidence_root,
    liquidationTimeMs: row.liquidation_time_ms === null ? null : Number(row.liquidation_time_ms),
    window: { startMs: row.coverage_window_start.getTime(), endMs: row.coverage_window_end.getTime() },
    payoutAmount: amountOrNull(row.payout_amount_usdc),
    payoutCap: amountOf(row.payout_cap_usdc),
    holdReasons: row.hold_reasons,
    attempts: row.attempts,
    lastAttemptReason: row.last_attempt_reason,
    nextAttemptAtMs: msOrNull(row.next_attempt_at),
    approvedBy: row.approved_by,
    approvedAtMs: msOrNull(row.approved_at),
    rejectedReason: row.rejected_reason,
    multisigSafe: row.multisig_safe,
    multisigTxHash: row.multisig_tx_hash,
    paidAtMs: msOrNull(row.paid_at),
    createdAtMs: row.created_at.getTime(),
    updatedAtMs: row.updated_at.getTime(),
    attested: row.attested === true,
  };
}

/**
 * The guard of a claim that is found by its id; said so that no plan looks for it by its status instead. The planner takes few for
 * none there, but until the next vacuum the index holds an entry of every claim that was ever in the status: it read them all.
 */
export const isInStatus = (status: ClaimStatus): RawBuilder<unknown> => sql`(status = ${sql.lit(status)}) is true`;

/** The claim that a statement moved (CTE `moved`), whole, so that nobody has to read it again. */
export const selectMovedClaim = sql`select ${claimColumns}, p.attested from moved c join purchase_orders p on p.id = c.purchase_order_id`;
/** What `selectMovedClaim` answered; null when the step was not allowed. */
export const movedClaim = ({ rows }: { readonly rows: readonly ClaimRow[] }): Claim | null =>
  rows[0] ? toClaim(rows[0]) : null;

export type NewClaim = {
  readonly id: string;
  readonly purchaseOrderId: string;
  readonly claimant: string;
  readonly submitTxHash: string | null;
  readonly triggeredAtSec: number;
  readonly okxEventId: string;
  readonly window: Window;
  readonly payoutCap: Usdc;
};

/** Writes a claim that its filer asks the verifier about until `askedUntilMs`, and then anybody; null when there is one already, or the order is unpaid by now. */
export async function insertClaim(
  db: Db,
  claim: NewClaim,
  askedUntilMs: EpochMs,
  entry: AuditEntry,
): Promise<Claim | null> {
  const now = new Date(entry.atMs);
  return movedClaim(
    await sql<ClaimRow>`
    with paid as (
      -- Whoever undoes the record of the premium in the same moment waits for this claim, or this claim for them.
      select id from purchase_orders where id = ${claim.purchaseOrderId} and paid_at is not null for share
    ), moved as (
      insert into insurance_claims (id, purchase_order_id, claimant, submit_tx_hash, triggered_at_sec, okx_event_id, status,
        coverage_window_start, coverage_window_end, payout_cap_usdc, next_attempt_at, created_at, updated_at)
      select ${claim.id}::uuid, paid.id, ${claim.claimant}, ${claim.submitTxHash}, ${claim.triggeredAtSec}::bigint, ${claim.okxEventId},
        'VERIFYING', ${new Date(claim.window.startMs)}::timestamptz, ${new Date(claim.window.endMs)}::timestamptz, ${numericOf(claim.payoutCap)}::numeric, ${new Date(askedUntilMs)}::timestamptz, ${now}::timestamptz, ${now}::timestamptz from paid
      on conflict (purchase_order_id, okx_event_id) do nothing
      returning *, null::text as from_status, status as to_status
    ), noted as (${auditFrom('moved', entry)})
    ${selectMovedClaim}`.execute(db),
  );
}

export async function getClaimById(db: Db, id: string): Promise<Claim | null> {
  const { rows } =
    await sql<ClaimRow>`select ${claimColumns}, p.attested from insurance_claims c join purchase_orders p on p.id = c.purchase_order_id where c.id = ${id}`.execute(
      db,
    );
  return rows[0] ? toClaim(rows[0]) : null;
}

/** The claims on these orders, in one query. */
export async function listClaimsOn(db: Db, purchaseOrderIds: readonly string[]): Promise<Claim[]> {
  const { rows } = await sql<ClaimRow>`
    select ${claimColumns}, p.attested from insurance_claims c join purchase_orders p on p.id = c.purchase_order_id
    where c.purchase_order_id = any(${[...purchaseOrderIds]}::uuid[])`.execute(db);
  return rows.map(toClaim);
}

export async function getClaimByEvent(db: Db, purchaseOrderId: string, okxEventId: string): Promise<Claim | null> {
  const { rows } = await sql<ClaimRow>`
    select ${claimColumns}, p.attested from insurance_claims c join purchase_orders p on p.id = c.purchase_order_id
    where c.purchase_order_id = ${purchaseOrderId} and c.okx_event_id = ${okxEventId}`.execute(db);
  return rows[0] ? toClaim(rows[0]) : null;
}

/** jp-verify's last answer on a claim, as kept; null before there is one. */
export async function getEvidence(db: Db, id: string): Promise<unknown> {
  const { rows } = await sql<{
    evidence_json: unknown;
  }>`select evidence_json from insurance_claims where id = ${id}`.execute(db);
  return rows[0]?.evidence_json ?? null;
}

/** A claim that FAILED is verified again, by whoever reopens it until `askedUntilMs`; null when it is not FAILED any more. */
export async function reopenFailedClaim(
  db: Db,
  id: string,
  askedUntilMs: EpochMs,
  entry: AuditEntry,
): Promise<Claim | null> {
  const now = new Date(entry.atMs);
  return movedClaim(
    await sql<ClaimRow>`
    with moved as (
      update insurance_claims set status = 'VERIFYING', rejected_reason = null, attempts = 0, next_attempt_at = ${new Date(askedUntilMs)},
        updated_at = ${now}
      where id = ${id} and ${isInStatus('FAILED')}
      returning *, 'FAILED'::text as from_status, status as to_status
    ), noted as (${auditFrom('moved', entry)})
    ${selectMovedClaim}`.execute(db),
  );
}

/** What an attempt to verify left: the verdict with its evidence where there was an answer, and where the claim goes. */
export type AttemptResult = {
  /** The attempts made before this one: what was read when it began. */
  readonly attemptsBefore: number;
  /** Whether this one is one more of them: not what came to nothing because the exchange is in trouble. */
  readonly counts: boolean;
  readonly to: Extract<ClaimStatus, 'VERIFYING' | 'VERIFIED_PENDING_REVIEW' | 'REJECTED' | 'FAILED'>;
  readonly reason: string | null;
  readonly nextAttemptAtMs: EpochMs | null;
  readonly answer: {
    readonly verdict: Verdict;
    readonly flags: readonly string[];
    readonly evidenceRoot: string | null;
    readonly evidence: unknown;
    /** Whose signature the evidence was taken by; null: it is not signed. */
    readonly attestationKeyId: string | null;
    readonly checksPassed: number;
    readonly checksTotal: number;
    readonly side: 'long' | 'short' | null;
    /** The main account that the exchange answered about; null where the evidence does not say. */
    readonly accountUid: string | null;
  } | null;
  readonly liquidationTimeMs: EpochMs | null;
  readonly payoutAmount: Usdc | null;
  readonly holdReasons: readonly string[];
};

/** Stores an attempt on a claim that still waits for it; null when another attempt came first. */
export async function recordAttempt(
  db: Db,
  id: string,
  result: AttemptResult,
  entry: AuditEntry,
): Promise<Claim | null> {
  const now = new Date(entry.atMs);
  const { answer } = result;
  const ended = result.to === 'REJECTED' || result.to === 'FAILED';
  const found = {
    side: answer?.side ?? null,
    liquidatedMs: result.liquidationTimeMs,
    account: answer?.accountUid ?? null,
  };
  const hedged =
    result.to === 'VERIFIED_PENDING_REVIEW'
      ? sql` || case when ${isHedged(sql`insurance_claims`, found)} then '{HEDGED_PAIR}'::text[] else '{}' end`
      : sql``;
  return movedClaim(
    await sql<ClaimRow>`
    with moved as (
      update insurance_claims set status = ${result.to}, attempts = attempts + ${result.counts ? 1 : 0}, last_attempt_reason = ${result.reason},
        next_attempt_at = ${result.nextAttemptAtMs === null ? null : new Date(result.nextAttemptAtMs)},
        rejected_reason = ${ended ? result.reason : null},
        verdict = coalesce(${answer?.verdict ?? null}, verdict), flags = coalesce(${answer ? [...answer.flags] : null}::text[], flags),
        evidence_json = coalesce(${answer ? JSON.stringify(answer.evidence) : null}::json, evidence_json),
        evidence_root = coalesce(${answer?.evidenceRoot ?? null}, evidence_root),
        attestation_key_id = case when ${answer !== null}::boolean then ${answer?.attestationKeyId ?? null} else attestation_key_id end,
        checks_passed = coalesce(${answer?.checksPassed ?? null}, checks_passed), checks_total = coalesce(${answer?.checksTotal ?? null}, checks_total),
        side = coalesce(${answer?.side ?? null}, side), account_uid = coalesce(${answer?.accountUid ?? null}, account_uid),
        liquidation_time_ms = ${result.liquidationTimeMs}, payout_amount_usdc = ${result.payoutAmount === null ? null : numericOf(result.payoutAmount)},
        hold_reasons = ${[...result.holdReasons]}::text[]${hedged}, updated_at = ${now}
      where id = ${id} and ${isInStatus('VERIFYING')} and attempts = ${result.attemptsBefore}
      returning *, 'VERIFYING'::text as from_status, status as to_status
    ), noted as (${auditFrom('moved', entry)})
    ${selectMovedClaim}`.execute(db),
  );
}

/** Claims of a status beyond this many are not counted: a look costs a tenth of a second at most, in a book of any size. */
export const COUNTED_AT_MOST = 100_000;

/** How many claims there are in each status, `atMost` and more as that, as a JSON object; by the index of each status, in its order. */
export const claimsByStatus = (atMost: number): RawBuilder<unknown> => sql`(
    select jsonb_object_agg(s.status, (select count(*) from (select 1 from insurance_claims c where c.status = s.status order by c.created_at desc, c.id desc limit ${sql.lit(atMost)}) few))
    from (values ${sql.join(CLAIM_STATUSES.map((status) => sql`(${sql.lit(status)})`))}) as s (status))`;

/** How many claims there are in each status, COUNTED_AT_MOST and more as COUNTED_AT_MOST. */
export async function countClaimsByStatus(
  db: Db,
  atMost: number = COUNTED_AT_MOST,
): Promise<Record<ClaimStatus, number>> {
  const { rows } = await sql<{
    counts: Record<ClaimStatus, number>;
  }>`select ${claimsByStatus(atMost)} as counts`.execute(db);
  const [row] = rows;
  invariant(row, 'a count has a row');
  return row.counts;
}
