import { sealBundle, type EvidenceBundle } from '@liqpass/evidence/bundle';
import { canonicalJson } from '@liqpass/evidence/canonical';
import { add, compare, decimal, ratio } from '@liqpass/kernel/decimal';
import { formatIso, HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { createOkxAccount } from '@liqpass/testing/okxAccount';
import { okxAnswer, type OkxReply, type OkxRows } from '@liqpass/testing/okxAnswers';
import { bundleOf, readUntilProven } from '@liqpass/testing/okxReading';
import { recordedLiquidation, recordedRoundTrip, recordingsMissing } from '@liqpass/testing/okxRecordings';
import { recheckBundle } from '../src/recheck.ts';
import { recheckText } from '../src/recheckText.ts';
import { proveClaim, verifyClaim, type VerdictAnswer, type VerifyClaim } from '../src/verdict.ts';
import {
  changeAt,
  damagedRows,
  damagedText,
  damagedValue,
  placesOf,
  randomOf,
  type Json,
  type Random,
} from './damage.ts';

// Evidence damaged in one place, at random: what is concluded from it must be what the whole evidence said, or nothing.

const T0 = 1_760_000_000_000;
const at = (minutes: number): number => T0 + minutes * MINUTE_MS;

export type Honest = {
  name: string;
  account: OkxRows;
  claim: VerifyClaim;
  nowMs: number;
  answer: VerdictAnswer;
  bundle: EvidenceBundle;
};

function honest(
  name: string,
  account: OkxRows,
  ordId: string,
  change: Partial<Record<keyof VerifyClaim, unknown>> = {},
  nowMs = T0 + 48 * HOUR_MS,
): Honest {
  const claim = verifyClaim.parse({
    instId: account.instId,
    ordId,
    boundAt: formatIso(at(10)),
    coverageStartAt: formatIso(at(20)),
    coverageEndAt: formatIso(at(20) + 24 * HOUR_MS),
    ...change,
  });
  const { answer, exchanges } = readUntilProven(
    (read) => proveClaim(claim, read, nowMs),
    (target) => okxAnswer(account, target, { nowMs }),
    nowMs,
  );
  return { name, account, claim, nowMs, answer, bundle: bundleOf('verify', claim, answer, exchanges, nowMs) };
}

/** Positions that went every way there is. */
export function honestEvidence(): Honest[] {
  const made: Honest[] = [];
  const long = createOkxAccount({ seed: 21 });
  const whole = long.trade({ at: T0, side: 'buy', sz: '2', px: '117000' });
  long.note({ at: at(40), type: '8', subType: '173', change: '-0.3' });
  long.note({ at: at(50), type: '6', subType: '161', change: '-1' });
  long.trade({ at: at(120), side: 'sell', sz: '2', px: '111200', kind: 'full_liquidation' });
  long.mark.at = () => '111600';
  made.push(honest('liquidated', long, whole, { snapshot: { uid: '446001', liqPx: '111700', lever: '20' } }));

  const partial = createOkxAccount({ seed: 22 });
  partial.trade({ at: T0, posSide: 'short', side: 'sell', sz: '1', px: '100000' });
  const part = partial.trade({ at: at(5), posSide: 'short', side: 'sell', sz: '3', px: '100000', parts: 3 });
  partial.trade({ at: at(120), posSide: 'short', side: 'buy', sz: '1', px: '105000', kind: 'partial_liquidation' });
  partial.trade({ at: at(130), posSide: 'short', side: 'buy', sz: '3', px: '104000' });
  made.push(honest('liquidated in part', partial, part));

  const turned = createOkxAccount({ seed: 23 });
  turned.trade({ at: T0, posSide: 'net', side: 'sell', sz: '1', px: '100000' });
  const flip = turned.trade({ at: at(5), posSide: 'net', side: 'buy', sz: '3', px: '100000' });
  turned.trade({ at: at(120), posSide: 'net', side: 'sell', sz: '2', px: '95000', kind: 'full_liquidation' });
  made.push(honest('turned round', turned, flip));

  const byHand = createOkxAccount({ seed: 24 });
  const closed = byHand.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
  byHand.trade({ at: at(120), side: 'sell', sz: '2', px: '101000' });
  made.push(honest('closed by hand', byHand, closed));

  const adl = createOkxAccount({ seed: 25 });
  const reduced = adl.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
  adl.trade({ at: at(120), side: 'sell', sz: '2', px: '103000', kind: 'adl' });
  made.push(honest('ADL', adl, reduced));

  const open = createOkxAccount({ seed: 26 });
  const live = open.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
  open.trade({ at: at(30), side: 'sell', sz: '1', px: '100500' });
  made.push(honest('still open', open, live, {}, at(60)));

  if (recordingsMissing() === false) {
    const window = { coverageStartAt: formatIso(1_760_085_700_000), coverageEndAt: formatIso(1_760_172_000_000) };
    const boundAt = formatIso(1_760_119_800_000);
    const nowMs = 1_760_200_000_000;
    made.push(honest('recorded', recordedLiquidation(), '2939942264028307457', { ...window, boundAt }, nowMs));
    const early = { ...window, boundAt: formatIso(1_760_085_700_000) };
    made.push(honest('recorded round trip', recordedRoundTrip(), '2938801601245126656', early, nowMs));
  }
  return made;
}

const DEEP = 'as deep as can be';
const ALLOWED = ratio(1n, 100_000n);
const MOST_SHIFT_MS = 1_000;

/** Why a verdict from damaged evidence may not stand; null where it may. */
function wrongness(whole: VerdictAnswer, damaged: VerdictAnswer, mayBeIneligible: boolean): string | null {
  if (damaged.verdict === 'INCONCLUSIVE') return null;
  if (damaged.verdict === 'INELIGIBLE' && mayBeIneligible) return null;
  if (damaged.verdict !== whole.verdict || damaged.reason !== whole.reason)
    return `${whole.verdict} ${whole.reason ?? ''} became ${damaged.verdict} ${damaged.reason ?? ''}`;
  const [before, after] = [whole.liquidation, damaged.liquidation];
  if (before === null || after === null) return before === after ? null : 'a liquidation appeared or went';
  for (const amount of ['total', 'insured'] as const)
    if (compare(decimal(after.loss[amount]), add(decimal(before.loss[amount]), ALLOWED)) > 0)
      return `loss.${amount} ${before.loss[amount]} became ${after.loss[amount]}`;
  for (const time of ['liquidation_time_ms', 'first_forced_time_ms'] as const)
    if (Math.abs(after[time] - before[time]) > MOST_SHIFT_MS) return `${time} ${before[time]} became ${after[time]}`;
  return null;
}

export type Outcome = { kind: string; verdict: string; wrong: string | null; what: string };

function damagedReply(reply: OkxReply, other: OkxReply, random: Random): { reply: OkxReply; what: string } {
  const say = (what: string, changed: Partial<OkxReply>): { reply: OkxReply; what: string } => ({
    reply: { ...reply, ...changed },
    what,
  });
  const parsed = JSON.parse(reply.body) as { data?: Json[] };
  switch (random.below(10)) {
    case 0:
      return say('text', { body: damagedText(reply.body, random) });
    case 1:
      return say('status', { status: random.pick([201, 204, 301, 400, 401, 403, 404, 429, 500, 503, 999]) });
    case 2:
      return say('code', {
        body: JSON.stringify({
          ...parsed,
          code: random.pick(['1', '50001', '50011', '51603', '50119', '50009', 'x', 7]),
        }),
      });
    case 3:
      return say('another answer', { body: other.body });
    case 4:
    case 5:
      return say('rows', { body: JSON.stringify({ ...parsed, data: damagedRows(parsed.data ?? [], random) }) });
    default: {
      const places = placesOf(parsed.data ?? []).filter(({ path }) => path.length >= 2 || random.below(20) === 0);
      if (places.length === 0) return say('rows', { body: JSON.stringify({ ...parsed, data: [null] }) });
      const { path } = random.pick(places);
      const [, field] = path;
      // Deeper than JSON.stringify can write, not deeper than JSON.parse can read.
      const isDeep = random.below(30) === 0;
      const data = changeAt(parsed.data ?? [], path, (value) => (isDeep ? DEEP : damagedValue(value, random)));
      const body = JSON.stringify({ ...parsed, data });
      return say(`field ${String(field)}`, {
        body: body.replace(`"${DEEP}"`, '['.repeat(50_000) + ']'.repeat(50_000)),
      });
    }
  }
}

/** One answer of the exchange damaged, all others whole. */
export function runOnAnswer(base: Honest, seed: number): Outcome {
  const random = randomOf(seed);
  const chosen = random.pick(base.bundle.exchanges);
  const other = random.pick(base.bundle.exchanges);
  const answerTo = (target: string): OkxReply => okxAnswer(base.account, target, { nowMs: base.nowMs });
  const { reply, what } = damagedReply(answerTo(chosen.target), answerTo(other.target), random);
  const { answer } = readUntilProven(
    (read) => proveClaim(base.claim, read, base.nowMs),
    (target) => (target === chosen.target ? reply : answerTo(target)),
    base.nowMs,
  );
  const alone =
    /account\/config|trade\/order\?/.test(chosen.target) &&
    (!chosen.target.includes('order?') || chosen.target.includes(base.claim.ordId));
  const wrong = wrongness(base.answer, answer, alone);
  return {
    kind: `answer: ${what.split(' ')[0] ?? ''}`,
    verdict: answer.verdict,
    wrong,
    what: `${base.name}, ${chosen.target}, ${what}: ${reply.body.slice(0, 2_000)}`,
  };
}

/** The bundle damaged somewhere; hashes computed anew or not. */
export function runOnBundle(base: Honest, seed: number): Outcome {
  const random = randomOf(seed);
  const reseals = random.below(3) > 0;
  const whole: Json = base.bundle;
  let damaged: Json;
  let kind = 'bundle';
  if (!reseals && random.below(3) === 0) {
    kind = 'bundle: text';
    const text = damagedText(JSON.stringify(whole), random);
    const checked = recheckText(text);
    const same = checked.ok && sameJson(JSON.parse(text), whole);
    return {
      kind,
      verdict: verdictOf(checked.answer, checked.ok),
      wrong: checked.ok && !same ? 'a changed file holds' : null,
      what: text.slice(0, 300),
    };
  }
  if (random.below(4) === 0) {
    const exchanges = damagedRows(base.bundle.exchanges, random);
    damaged = { ...base.bundle, exchanges };
    kind = 'bundle: answers';
  } else {
    const { path } = random.pick(
      placesOf(whole).filter(
        ({ path: [first] }) => first !== undefined && (!reseals || (first !== 'root' && first !== 'leaves')),
      ),
    );
    damaged = changeAt(whole, path, (value) => damagedValue(value, random));
    kind = `bundle: ${String(path[0])}`;
  }
  if (reseals) {
    kind += ', hashed anew';
    damaged = reseal(damaged);
  }
  const checked = recheckBundle(damaged);
  const what = `${base.name}: ${JSON.stringify(checked.problems).slice(0, 300)}`;
  const isSame = sameJson(damaged, whole);
  let wrong: string | null = null;
  if (checked.ok && !isSame && !reseals) wrong = 'a changed bundle holds';
  if (checked.ok && !isSame && checked.root === base.bundle.root) wrong = 'a changed bundle has the published root';
  return { kind, verdict: verdictOf(checked.answer, checked.ok), wrong, what };
}

const verdictOf = (answer: unknown, ok: boolean): string =>
  `${typeof answer === 'object' && answer !== null && 'verdict' in answer ? String(answer.verdict) : 'none'}${ok ? ', holds' : ', does not hold'}`;

/** The same but for the order of answers and leaves, which says nothing: both are named by their paths. */
function sameJson(a: Json, b: Json): boolean {
  const text = (item: Json): string => canonicalJson(item);
  const sorted = (bundle: Json): Json => {
    const { exchanges, leaves } = bundle as EvidenceBundle;
    return {
      ...(bundle as EvidenceBundle),
      exchanges: exchanges.map(text).toSorted(),
      leaves: leaves.map(text).toSorted(),
    };
  };
  try {
    return text(sorted(a)) === text(sorted(b));
  } catch {
    return false; // What has no canonical form is not what had one.
  }
}

/** Whoever forges a bundle also computes its hashes anew, where that is possible at all. */
function reseal(damaged: Json): Json {
  try {
    const { leaves: _leaves, root: _root, ...content } = damaged as EvidenceBundle;
    return sealBundle(content);
  } catch {
    return damaged;
  }
}

/** A run by its seed: which evidence, and what is damaged. */
export function damagedRun(bases: readonly Honest[], seed: number): Outcome {
  const random = randomOf(seed ^ 0x5bd1e995);
  const base = random.pick(bases);
  try {
    return random.below(2) === 0 ? runOnAnswer(base, seed) : runOnBundle(base, seed);
  } catch (error) {
    return {
      kind: 'thrown',
      verdict: 'none',
      wrong: `it threw ${error instanceof Error ? (error.stack ?? error.message) : 'something'}`,
      what: base.name,
    };
  }
}
