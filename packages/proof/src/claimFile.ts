import { canonicalJson } from '@liqpass/evidence/canonical';
import { parseDecimal, toUsdcDown } from '@liqpass/kernel/decimal';
import { okxEventId } from '@liqpass/kernel/ids';
import { formatUsdc, minUsdc, parseUsdc, type Usdc } from '@liqpass/kernel/money';
import { parseIso } from '@liqpass/kernel/time';
import { VERDICT_REASONS } from '@liqpass/kernel/vocabulary';
import type { RecheckProblem } from './recheck.ts';

// What a claim says around its evidence. Each of its fields either follows from the evidence, and is compared, or does not, and is then
// named: whoever reads it believes whoever gave them the file.

export type Json = Readonly<Record<string, unknown>>;
export const isJsonObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const inside = (value: unknown): Json => (isJsonObject(value) ? value : {});

/** A field of a claim that nothing in the evidence bears out; the value as far as it is one that can be shown in a line. */
export type Uncovered = { readonly field: string; readonly value: string };
export type ComparedClaim = { readonly problems: RecheckProblem[]; readonly uncovered: Uncovered[] };

const PAYS: readonly unknown[] = ['LIQUIDATED', 'PARTIALLY_LIQUIDATED'];
const DENIES: readonly unknown[] = ['NOT_LIQUIDATED', 'INELIGIBLE'];
const REVIEWED: readonly unknown[] = ['VERIFIED_PENDING_REVIEW', 'APPROVED_PENDING_MULTISIG', 'PAID'];
/** Where the evidence itself stands. */
const CARRIERS = new Set(['evidence_json', 'evidence', 'bundle', 'leaves', 'root', 'attestation']);

const isSame = (a: unknown, b: unknown): boolean => canonicalJson(a ?? null) === canonicalJson(b ?? null);
const isSameInstant = (a: unknown, b: unknown): boolean =>
  typeof a === 'string' && typeof b === 'string' && parseIso(a) !== null && parseIso(a) === parseIso(b);
const usdcOf = (value: unknown): Usdc | null => (typeof value === 'string' ? parseUsdc(value) : null);

/** What is owed by the evidence and the claim's own terms: the least of cap, fixed payout and the insured loss, rounded down; null: nothing. */
function owed(claim: Json, answer: Json): Usdc | null {
  const loss = inside(inside(answer['liquidation'])['loss']);
  const insured = typeof loss['insured'] === 'string' ? parseDecimal(loss['insured']) : null;
  const proven = insured && toUsdcDown(insured);
  if (!PAYS.includes(answer['verdict']) || proven === null) return null;
  const params = inside(inside(claim['purchase_order'])['policy_params_json']);
  const terms = [claim['payout_cap_usdc'], params['payout_cap_usdc'], params['payout_fixed_usdc']];
  return minUsdc(proven, ...terms.flatMap((value) => usdcOf(value) ?? []));
}

type Fact = (value: unknown) => boolean;

/** How each field that follows from the evidence must stand to it. A field that is not here is not covered. */
function factsOf(claim: Json, bundle: Json): Readonly<Record<string, Fact>> {
  const asked = inside(bundle['claim']);
  const answer = inside(bundle['answer']);
  const liquidation = inside(answer['liquidation']);
  const checks = Array.isArray(answer['checks']) ? answer['checks'] : [];
  const passed = checks.filter((check) => inside(check)['result'] === 'pass').length;
  const isPaying = REVIEWED.includes(claim['status']);
  return {
    evidence_root: (root) => typeof root === 'string' && root.toLowerCase() === bundle['root'],
    okx_event_id: (id) => id === okxEventId(String(asked['ordId'])),
    okx_meta_json: (meta) => inside(meta)['ordId'] === asked['ordId'] && inside(meta)['instId'] === asked['instId'],
    inst_id: (instId) => instId === null || instId === asked['instId'],
    ord_id: (ordId) => ordId === asked['ordId'],
    coverage_window_start: (start) => isSameInstant(start, asked['coverageStartAt']),
    coverage_window_end: (end) => isSameInstant(end, asked['coverageEndAt']),
    bound_at: (at) => isSameInstant(at, asked['boundAt']),
    verdict: (verdict) => isSame(verdict, answer['verdict']),
    flags: (flags) => isSame(flags, answer['flags']),
    checks: (said) => isSame(said, answer['checks']),
    checks_passed: (count) => count === passed,
    checks_total: (count) => count === checks.length,
    liquidation: (said) => isSame(said, answer['liquidation']),
    side: (side) => isEmpty(side) || liquidation['side'] === undefined || side === liquidation['side'],
    liquidation_time_ms: (ms) => (ms === null ? !isPaying : ms === liquidation['liquidation_time_ms']),
    payout_amount_usdc: (amount) => {
      const due = owed(claim, answer);
      return amount === null ? !isPaying : due !== null && usdcOf(amount) === due;
    },
    status: (status) => !REVIEWED.includes(status) || PAYS.includes(answer['verdict']),
    // A person's own reason is theirs; a verdict's must be this one's, and a claim that is to be paid has none.
    rejected_reason: (reason) =>
      !VERDICT_REASONS.some((known) => known === reason) ||
      (DENIES.includes(answer['verdict']) ? reason === answer['reason'] : !isPaying),
    claimant: (claimant) => {
      const to = inside(claim['purchase_order'])['payout_address'];
      return typeof to !== 'string' || String(claimant).toLowerCase() === to.toLowerCase();
    },
  };
}

/** Compared as far as it goes, and still no fact of the evidence. */
const NOT_FROM_EVIDENCE = new Set(['status', 'rejected_reason', 'claimant']);

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '…';
}
const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Fields that nothing bears out. */
export const named = (fields: Json): Uncovered[] =>
  Object.entries(fields).flatMap(([field, value]) => (isEmpty(value) ? [] : [{ field, value: shown(value) }]));

/** Compares all that a claim says with its evidence, and names what it says besides. */
export function compareClaim(claim: Json, bundle: Json): ComparedClaim {
  const facts = factsOf(claim, bundle);
  const answer = inside(bundle['answer']);
  const problems: RecheckProblem[] = [];
  const uncovered: Uncovered[] = [];
  for (const [field, value] of Object.entries(claim)) {
    if (CARRIERS.has(field)) continue;
    const fact = Object.hasOwn(facts, field) ? facts[field] : undefined;
    if (fact !== undefined && !fact(value)) {
      const due = field === 'payout_amount_usdc' ? owed(claim, answer) : null;
      problems.push({
        code: field === 'evidence_root' ? 'ROOT_CHANGED' : 'CLAIM_DIFFERS',
        detail: `${field} of the claim is not what its evidence says${due === null ? '' : ` (${formatUsdc(due)})`}`,
      });
    }
    // Of a position that was not liquidated the evidence's answer says no side.
    const isBorneOut = field !== 'side' || answer['liquidation'] !== null;
    if (fact === undefined || NOT_FROM_EVIDENCE.has(field) || !isBorneOut) uncovered.push(...named({ [field]: value }));
  }
  const order = inside(claim['purchase_order']);
  const meta = order['okx_meta_json'];
  if (isJsonObject(meta) && facts['okx_meta_json']?.(meta) === false)
    problems.push({
      code: 'CLAIM_DIFFERS',
      detail: 'the order of the claim is bound to another OKX order than its evidence',
    });
  return { problems, uncovered };
}
