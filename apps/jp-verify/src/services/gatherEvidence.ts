import { exchangePath, type EvidenceBundle, type RecordedExchange } from '@liqpass/evidence/bundle';
import { invariant } from '@liqpass/kernel/invariant';
import { DAY_MS, type Clock, type EpochMs } from '@liqpass/kernel/time';
import type { SnapshotResult } from '@liqpass/proof/snapshotProof';
import type { VerdictAnswer } from '@liqpass/proof/verdict';
import { setTimeout as wait } from 'node:timers/promises';
import { unasked, type OkxClient, type RawExchange } from '../okx/okxClient.ts';
import type { Judges } from './proofThreads.ts';
import { contentOf, type Question } from './question.ts';

export type ReadingTiming = {
  /** All tries together. */
  readonly withinMs: number;
  /** A single reading of a ledger of many pages, which the exchange's limits make long: five pages of bills in two seconds. */
  readonly ledgerWithinMs?: number;
  /** Waits between readings that did not fit together; as many more readings. */
  readonly againAfterMs: readonly number[];
  /** How long after a position was absent it is asked for once more; ABSENT_AGAIN_MS unless said otherwise. */
  readonly absentAgainMs?: number;
};
export const USUAL_READING: ReadingTiming = {
  withinMs: 20_000,
  ledgerWithinMs: 45_000,
  againAfterMs: [500, 1_000, 1_500, 2_500, 3_500, 4_500],
};

/**
 * How often another reading is tried, by the reason that it can change: what the exchange publishes late is waited for while
 * there is time; what it changed while it was read is there the next time.
 */
const MOST_AGAIN = new Map([
  ['EVIDENCE_INCOMPLETE', Number.POSITIVE_INFINITY],
  ['EVIDENCE_CONTRADICTS', 3],
]);
/** A clock that is further off than this is not believed about what the time is. */
const BELIEVED_MS = DAY_MS;

type World = { readonly clock: Clock; readonly stopping: { readonly now: boolean }; readonly judges: Judges };
type Judged = { answer: VerdictAnswer | SnapshotResult; isSettled: boolean; bundle: EvidenceBundle };

/** A page of a ledger after its first: more of them than a usual position has mean that the reading is long. */
const isOlderPage = (target: string): boolean => /\/(?:bills-archive|fills-history)\?.*&after=/.test(target);
const LONG_AFTER = 20;
/** What is asked once a long ledger is read has this much time left. */
const KEPT_MS = 5_000;

/**
 * Reads what a proof needs, wave by wave, until it needs nothing more; and all of it anew, a few times, while what was read
 * does not fit together. What there is no time left for is recorded as not asked, and the proof concludes from that.
 */
async function readUntilSettled(
  ctx: World,
  client: OkxClient,
  question: Question,
  timing: ReadingTiming,
): Promise<Judged> {
  const startMs = ctx.clock.now();
  const deadlineMs = startMs + timing.withinMs;
  const longestMs = startMs + Math.max(timing.withinMs, timing.ledgerWithinMs ?? 0);
  let before: Judged | null = null;
  for (let times = 0; ; times += 1) {
    const judged = await readOnce(ctx, client, question, deadlineMs, longestMs);
    const { answer, isSettled } = judged;
    // A reading that was cut off says less than the whole one before it.
    if (before !== null && answer.reason === 'EXCHANGE_UNAVAILABLE') return before;
    before = judged;
    const isWorthIt = !isSettled && times < (MOST_AGAIN.get(answer.reason ?? '') ?? 0);
    const pauseMs = isWorthIt ? timing.againAfterMs[times] : undefined;
    if (pauseMs === undefined || ctx.stopping.now || ctx.clock.now() + pauseMs >= deadlineMs) return judged;
    await wait(pauseMs);
  }
}

/** Until when a question may be asked: longer where a ledger has many pages, of which the last leave time for what follows. */
function deadlineOf(target: string, pagesRead: number, deadlineMs: EpochMs, longestMs: EpochMs): EpochMs {
  if (pagesRead < LONG_AFTER || longestMs === deadlineMs) return deadlineMs;
  return isOlderPage(target) ? Math.max(deadlineMs, longestMs - KEPT_MS) : longestMs;
}

async function readOnce(
  ctx: World,
  client: OkxClient,
  question: Question,
  deadlineMs: EpochMs,
  longestMs: EpochMs,
): Promise<Judged> {
  const judge = ctx.judges.judgeOf(question);
  const exchanges: RecordedExchange[] = [];
  let added: RecordedExchange[] = [];
  let lastMs = 0;
  try {
    for (;;) {
      const offsetMs = offsetOf(client);
      lastMs = Math.max(lastMs, ...added.map((exchange) => exchange.received_at_ms));
      const judgedAtMs = Math.max(ctx.clock.now() + offsetMs, lastMs);
      const concluded = await judge.step(added, judgedAtMs);
      if (concluded.kind === 'proven') {
        const { answer, isSettled, used, seal } = concluded;
        const kept = exchanges.filter(({ target }) => used.has(target));
        return { answer, isSettled, bundle: { ...contentOf(question, answer, kept, judgedAtMs), ...seal } };
      }
      const pagesRead = exchanges.filter(({ target }) => isOlderPage(target)).length;
      const read = await Promise.all(
        concluded.needs.map(async (target) => {
          const untilMs = deadlineOf(target, pagesRead, deadlineMs, longestMs);
          const late = ctx.stopping.now || ctx.clock.now() >= untilMs;
          return late ? unasked(client.host, target, ctx.clock.now()) : client.get(target, untilMs);
        }),
      );
      const readOffsetMs = offsetOf(client);
      added = read.map((exchange, at) => place(exchange, exchanges.length + at + 1, readOffsetMs));
      exchanges.push(...added);
    }
  } finally {
    judge.end();
  }
}

/** By how much the exchange's clock is ahead, where that can be believed. */
export const offsetOf = (client: OkxClient): number =>
  Math.abs(client.offsetMs()) <= BELIEVED_MS ? client.offsetMs() : 0;

/** An answer with its path, its times by the exchange's clock. */
export function place(exchange: RawExchange, number: number, offsetMs: number): RecordedExchange {
  return {
    ...exchange,
    path: exchangePath(number, exchange.target),
    sent_at_ms: exchange.sent_at_ms + offsetMs,
    received_at_ms: exchange.received_at_ms + offsetMs,
  };
}

/** An answer, and the evidence closed over it and over all that it rests on. */
export type Gathered<T> = { readonly answer: T; readonly bundle: EvidenceBundle };

/** Reads, proves, and closes the evidence. `question` is what was asked, without any credential. */
export async function gatherVerdict(
  ctx: World,
  client: OkxClient,
  question: Extract<Question, { kind: 'verify' }>,
  timing: ReadingTiming,
): Promise<Gathered<VerdictAnswer>> {
  const { answer, bundle } = await readUntilSettled(ctx, client, question, timing);
  invariant('verdict' in answer, 'a claim is answered with a verdict');
  return { answer, bundle };
}

/** As gatherVerdict, of a position as it stands. */
export async function gatherSnapshot(
  ctx: World,
  client: OkxClient,
  question: Extract<Question, { kind: 'snapshot' }>,
  timing: ReadingTiming,
): Promise<Gathered<SnapshotResult>> {
  const { answer, bundle } = await readUntilSettled(ctx, client, question, timing);
  invariant('insurable' in answer, 'a position is answered with a snapshot');
  return { answer, bundle };
}
