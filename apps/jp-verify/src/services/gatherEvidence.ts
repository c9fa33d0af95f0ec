import { exchangePath, sealBundle, type EvidenceBundle, type RecordedExchange } from '@liqpass/evidence/bundle';
import { DAY_MS, type Clock, type EpochMs } from '@liqpass/kernel/time';
import type { Proof } from '@liqpass/proof/verdict';
import { setTimeout as wait } from 'node:timers/promises';
import { unasked, type OkxClient, type RawExchange } from '../okx/okxClient.ts';

export type ReadingTiming = {
  /** All tries together. */
  readonly withinMs: number;
  /** Waits between readings that did not fit together; as many more readings. */
  readonly againAfterMs: readonly number[];
};
export const USUAL_READING: ReadingTiming = {
  withinMs: 20_000,
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

type World = { readonly clock: Clock; readonly stopping: { readonly now: boolean } };
type Judged<T> = { answer: T; isSettled: boolean; exchanges: RecordedExchange[]; judgedAtMs: EpochMs };

/**
 * Reads what a proof needs, wave by wave, until it needs nothing more; and all of it anew, a few times, while what was read
 * does not fit together. What there is no time left for is recorded as not answered, and the proof concludes from that.
 */
async function readUntilSettled<T extends { reason: string | null }>(
  ctx: World,
  client: OkxClient,
  prove: (exchanges: readonly RecordedExchange[], nowMs: EpochMs) => Proof<T>,
  timing: ReadingTiming,
): Promise<Judged<T>> {
  const deadlineMs = ctx.clock.now() + timing.withinMs;
  let before: Judged<T> | null = null;
  for (let times = 0; ; times += 1) {
    const judged = await readOnce(ctx, client, prove, deadlineMs);
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

async function readOnce<T>(
  ctx: World,
  client: OkxClient,
  prove: (exchanges: readonly RecordedExchange[], nowMs: EpochMs) => Proof<T>,
  deadlineMs: EpochMs,
): Promise<Judged<T>> {
  const raw: RawExchange[] = [];
  for (;;) {
    const offsetMs = Math.abs(client.offsetMs()) <= BELIEVED_MS ? client.offsetMs() : 0;
    const exchanges = raw.map((exchange, at) => place(exchange, at + 1, offsetMs));
    const judgedAtMs = Math.max(ctx.clock.now() + offsetMs, ...exchanges.map((exchange) => exchange.received_at_ms));
    const proof = prove(exchanges, judgedAtMs);
    if (proof.kind === 'proven')
      return {
        answer: proof.answer,
        isSettled: proof.isSettled,
        exchanges: exchanges.filter(({ target }) => proof.used.has(target)),
        judgedAtMs,
      };
    const late = ctx.stopping.now || ctx.clock.now() >= deadlineMs;
    raw.push(
      ...(await Promise.all(
        proof.needs.map(async (target) =>
          late ? unasked(client.host, target, ctx.clock.now()) : client.get(target, deadlineMs),
        ),
      )),
    );
  }
}

/** An answer with its path, its times by the exchange's clock. */
function place(exchange: RawExchange, number: number, offsetMs: number): RecordedExchange {
  return {
    ...exchange,
    path: exchangePath(number, exchange.target),
    sent_at_ms: exchange.sent_at_ms + offsetMs,
    received_at_ms: exchange.received_at_ms + offsetMs,
  };
}

export type Gathered<T> = { answer: T; bundle: EvidenceBundle };

/** Reads, proves, and closes the evidence over both. `claim` is what was asked, without any credential. */
export async function gatherEvidence<T extends { reason: string | null }>(input: {
  ctx: World;
  client: OkxClient;
  kind: EvidenceBundle['kind'];
  claim: object;
  prove: (exchanges: readonly RecordedExchange[], nowMs: EpochMs) => Proof<T>;
  timing: ReadingTiming;
}): Promise<Gathered<T>> {
  const { ctx, client, kind, claim, prove, timing } = input;
  const { answer, exchanges, judgedAtMs } = await readUntilSettled(ctx, client, prove, timing);
  const bundle = sealBundle({
    format: 'liqpass-evidence/1',
    kind,
    claim: plain(claim),
    judged_at_ms: judgedAtMs,
    exchanges,
    answer: plain(answer),
  });
  return { answer, bundle };
}

/** As JSON will have it: fields that are undefined are not there. */
function plain(value: unknown): Record<string, unknown> {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  return typeof copy === 'object' && copy !== null ? { ...copy } : {};
}
