import { createHash } from 'node:crypto';
import type { RecordedExchange } from '@liqpass/evidence/bundle';
import type { Clock, EpochMs } from '@liqpass/kernel/time';
import { readAnswer, type Answer } from '@liqpass/proof/answers';
import { OKX_ERROR_CLASSES } from '@liqpass/proof/okxErrors';
import { askHttp } from '@liqpass/service/askHttp';
import { setImmediate as immediate, setTimeout as wait } from 'node:timers/promises';
import type { OkxCredential } from './credential.ts';
import type { ExchangeCalls } from './exchangeCalls.ts';
import { PUBLIC, type Lane, type RateLimiter } from './rateLimiter.ts';
import type { SharedQuestions } from './sharedQuestions.ts';
import { signedHeaders } from './signature.ts';

// GET only, signed, with what came back kept byte for byte. The public clients keep neither the raw body nor the status, and
// put key and signature into their errors: hence one of our own.

/** An answer as it came, before it has a place in a bundle. Times are of this machine's clock. */
export type RawExchange = Omit<RecordedExchange, 'path'>;

export type OkxClient = {
  readonly host: string;
  /** What the time is at the exchange. */
  now(): EpochMs;
  /** By how much the exchange's clock is ahead of ours. */
  offsetMs(): number;
  /** Asks, and asks again as the class of the error says, until the deadline. Never throws for what the network or the exchange does. */
  get(target: string, deadlineMs: EpochMs): Promise<RawExchange>;
};

export type OkxTiming = {
  /** Waits between tries after a passing fault; as many tries more. */
  readonly backoffMs: readonly number[];
  /** Waits after "too many requests", or while an account is frozen; as many tries more. */
  readonly slowMs: readonly number[];
  readonly requestTimeoutMs: number;
};
export const USUAL_TIMING: OkxTiming = {
  backoffMs: [250, 700, 1_500, 3_000, 5_000],
  slowMs: [2_000, 2_000, 2_500, 3_000, 4_000],
  requestTimeoutMs: 5_000,
};

const TIME_TARGET = '/api/v5/public/time';
/** The exchange's clock is looked at again after this long. */
const CLOCK_KEPT_MS = 60_000;
const CLOCK_TIMEOUT_MS = 5_000;
/** A question waits no longer than this for it: our own clock is nearly always good enough to sign with. */
const CLOCK_AWAITED_MS = 1_000;
/** Ten times the largest page that an honest exchange gives; more is let go of before it is unpacked or read. */
const LARGEST_BODY = 1024 * 1024;
/** Shorter secrets could stand in an answer by chance. */
const SHORTEST_SOUGHT = 8;

/** `reading`: the question on its way, one for all who wait for it. */
export type ExchangeClock = { offsetMs: number; readAtMs: EpochMs; reading: Promise<void> | null };
export const createExchangeClock = (): ExchangeClock => ({ offsetMs: 0, readAtMs: 0, reading: null });

type Deps = {
  readonly baseUrl: string;
  /** null: public data only. */
  readonly credential: OkxCredential | null;
  /** Whose turn its questions take: those of the market, or those that a user set off. */
  readonly lane: Lane;
  readonly clock: Clock;
  readonly limiter: RateLimiter;
  readonly shared: SharedQuestions<RawExchange>;
  readonly exchangeClock: ExchangeClock;
  /** Hears of every question whether it was answered. */
  readonly calls: ExchangeCalls;
  readonly timing: OkxTiming;
};

export function createOkxClient(deps: Deps): OkxClient {
  const { baseUrl, credential, lane, clock, limiter, shared, exchangeClock, calls, timing } = deps;
  // The limiter's map outlives a request: it holds a digest, not the key.
  const who = credential === null ? PUBLIC : createHash('sha256').update(credential.apiKey).digest('base64url');

  function readClock(): Promise<void> {
    exchangeClock.reading ??= askTime().finally(() => {
      exchangeClock.readAtMs = clock.now();
      exchangeClock.reading = null;
    });
    return exchangeClock.reading;
  }

  async function askTime(): Promise<void> {
    const sentMs = clock.now();
    const exchange = await send(TIME_TARGET, null, CLOCK_TIMEOUT_MS);
    const answer = readAnswer({ ...exchange, path: 'okx/00-public-time' });
    const row = answer.kind === 'rows' ? answer.rows[0]?.value : undefined;
    const ts = typeof row === 'object' && row !== null && 'ts' in row ? Number(row.ts) : Number.NaN;
    // Without an answer the offset known so far stays.
    if (Number.isSafeInteger(ts) && ts > 0) exchangeClock.offsetMs = ts - Math.round((sentMs + clock.now()) / 2);
  }

  async function send(target: string, signWith: OkxCredential | null, timeoutMs: number): Promise<RawExchange> {
    const exchange = await sendOnce(target, signWith, timeoutMs);
    const answer = readAnswer({ ...exchange, path: 'okx/00-asked' });
    // A refusal is an answer too; what passes (busy, down, cut off) is none.
    calls.note(answer.kind === 'rows' || answer.errorClass !== 'transient', clock.now());
    return exchange;
  }

  async function sendOnce(target: string, signWith: OkxCredential | null, timeoutMs: number): Promise<RawExchange> {
    const sentAtMs = clock.now();
    const headers = signWith === null ? {} : signedHeaders(signWith, target, sentAtMs + exchangeClock.offsetMs);
    const base = {
      method: 'GET' as const,
      host: baseUrl,
      target,
      sent_at_ms: sentAtMs,
      body_encoding: 'utf8' as const,
    };
    const none = { status: null, date: null, content_type: null, body: null };
    const outcome = await askHttp(baseUrl, {
      method: 'GET',
      target,
      headers: { accept: 'application/json', 'user-agent': 'liqpass-jp-verify', ...headers },
      timeoutMs,
      mostBytes: LARGEST_BODY,
    });
    if (outcome.failure !== null) return { ...base, ...none, received_at_ms: clock.now(), failure: outcome.failure };
    const { status, bytes } = outcome;
    const received = {
      ...base,
      received_at_ms: clock.now(),
      status,
      date: outcome.headers.date ?? null,
      content_type: outcome.headers['content-type'] ?? null,
    };
    if (bytes === null) return { ...received, body: null, failure: 'TOO_LARGE' };
    const text = decode(bytes);
    if (text !== null && signWith !== null && repeatsSecret(text, signWith, headers))
      return { ...received, body: null, failure: 'HELD_BACK' };
    if (text === null)
      return { ...received, body: Buffer.from(bytes).toString('base64'), body_encoding: 'base64', failure: null };
    return { ...received, body: text, failure: null };
  }

  /** Asks when it is this question's turn; a public one together with others who wait to ask the same. */
  async function inTurn(target: string, signWith: OkxCredential | null, deadlineMs: EpochMs): Promise<RawExchange> {
    // A turn is for the moment it is taken: not before what this process is busy with, such as opening other keys.
    await immediate();
    const key = signWith === null ? `${baseUrl} ${lane} ${target}` : null;
    const joined = key === null ? null : shared.join(key, deadlineMs);
    if (joined) return joined;
    const turnMs = limiter.reserve(signWith === null ? PUBLIC : who, target, deadlineMs, lane);
    const nowMs = clock.now();
    if (turnMs === null || nowMs >= deadlineMs) return unasked(baseUrl, target, nowMs);
    const sendUntil = (untilMs: EpochMs): Promise<RawExchange> =>
      send(target, signWith, Math.max(1, Math.min(timing.requestTimeoutMs, untilMs - clock.now())));
    if (turnMs === 0) return sendUntil(deadlineMs);
    return key === null
      ? wait(turnMs).then(() => sendUntil(deadlineMs))
      : shared.share(key, nowMs + turnMs, deadlineMs, wait(turnMs), sendUntil);
  }

  const isPrivate = (target: string): boolean => !/^\/api\/v5\/(public|market|system)\//.test(target);

  return {
    host: baseUrl,
    now: () => clock.now() + exchangeClock.offsetMs,
    offsetMs: () => exchangeClock.offsetMs,
    async get(target, deadlineMs) {
      if (clock.now() - exchangeClock.readAtMs > CLOCK_KEPT_MS)
        await Promise.race([readClock(), wait(CLOCK_AWAITED_MS, undefined, { ref: false })]);
      const signWith = isPrivate(target) ? credential : null;
      const user = signWith === null ? PUBLIC : who;
      const waits = { backoff: [...timing.backoffMs], wait: [...timing.slowMs], resync: [0] };
      for (;;) {
        const exchange = await inTurn(target, signWith, deadlineMs);
        if (exchange.failure === 'NOT_ASKED') return exchange;
        const retry = retryOf(readAnswer({ ...exchange, path: 'okx/00-asked' }));
        if (retry === null) return exchange;
        if (retry.slow) limiter.slowDown(user, target);
        const pauseMs = waits[retry.how].shift();
        if (pauseMs === undefined) return exchange;
        if (retry.how === 'resync') await readClock();
        const jitteredMs = Math.round(pauseMs * (0.75 + Math.random() / 2));
        if (clock.now() + jitteredMs >= deadlineMs) return exchange;
        await wait(jitteredMs);
      }
    },
  };
}

/** Whether to ask again, and how; declared with the error's class. */
function retryOf(answer: Answer): { how: 'backoff' | 'wait' | 'resync'; slow: boolean } | null {
  if (answer.kind === 'rows') return null;
  const { retry } = OKX_ERROR_CLASSES[answer.errorClass];
  return retry === 'never' ? null : { how: retry, slow: answer.errorClass === 'rate_limit' };
}

/** A question that there was no time left to ask. */
export function unasked(host: string, target: string, nowMs: EpochMs): RawExchange {
  return {
    method: 'GET',
    host,
    target,
    sent_at_ms: nowMs,
    received_at_ms: nowMs,
    status: null,
    date: null,
    content_type: null,
    body: null,
    body_encoding: 'utf8',
    failure: 'NOT_ASKED',
  };
}

/** The text of UTF-8 bytes, to the last one (a byte order mark stays); null for bytes that are none. */
function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null; // Not UTF-8: kept as base64.
  }
}

function repeatsSecret(text: string, credential: OkxCredential, headers: Record<string, string>): boolean {
  const sought = [credential.secretKey, credential.passphrase, credential.apiKey, headers['OK-ACCESS-SIGN'] ?? ''];
  return sought.some((secret) => secret.length >= SHORTEST_SOUGHT && text.includes(secret));
}
