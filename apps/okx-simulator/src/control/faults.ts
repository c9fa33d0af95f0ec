import type { EpochMs } from '@liqpass/kernel/time';
import { z } from 'zod';

// Bad days on demand. Faults are not journaled: after a restart the exchange is well again.

const common = {
  /** Which requests: a path below /api/v5, `*` standing for anything ("/account/bills*"); all, where it is left out. */
  path: z.string().min(1).max(200).default('*'),
  /** Only requests with this key. */
  apiKey: z.string().max(128).optional(),
  /** How many requests it hits; without either limit it stays until it is taken away. */
  count: z.int().min(1).max(1_000_000).optional(),
  durationMs: z.int().min(1).max(86_400_000).optional(),
  /** How many matching requests are let through first. */
  skip: z.int().min(0).max(1_000_000).default(0),
};
const where = z.record(z.string().max(40), z.string().max(200)).default({});

export const faultBody = z.discriminatedUnion('kind', [
  /** 503 with a JSON body. */
  z.strictObject({ kind: z.literal('unavailable'), ...common }),
  /** An HTML page where JSON should be. */
  z.strictObject({ kind: z.literal('html'), status: z.int().min(200).max(599).default(502), ...common }),
  /** Any refusal of the exchange: code, message, HTTP status. */
  z.strictObject({
    kind: z.literal('refusal'),
    code: z.string().regex(/^\d{1,6}$/),
    msg: z.string().max(200).default(''),
    status: z.int().min(200).max(599).default(200),
    ...common,
  }),
  /** 50011, with HTTP 429 or 200. */
  z.strictObject({
    kind: z.literal('rateLimit'),
    status: z.union([z.literal(200), z.literal(429)]).default(429),
    ...common,
  }),
  z.strictObject({ kind: z.literal('slow'), delayMs: z.int().min(1).max(120_000), ...common }),
  /** Rows become visible this long after they happened. */
  z.strictObject({ kind: z.literal('late'), delayMs: z.int().min(1).max(86_400_000), ...common }),
  /** The exchange's clock runs ahead (negative: behind), for public/time and for the timestamp check. */
  z.strictObject({ kind: z.literal('clockSkew'), skewMs: z.int().min(-86_400_000).max(86_400_000), ...common }),
  /** Fields of the rows that match `where` read otherwise. */
  z.strictObject({
    kind: z.literal('contradiction'),
    set: z.record(z.string().max(40), z.string().max(200)),
    where,
    ...common,
  }),
  /** Rows that match `where` are left out. */
  z.strictObject({ kind: z.literal('missingRows'), where, ...common }),
  /** Pages after the first come empty. */
  z.strictObject({ kind: z.literal('missingPage'), ...common }),
  /** The exchange says that it works on itself (serviceType 5 is trading, 8 accounts, 99 others); what it answers besides stays. */
  z.strictObject({
    kind: z.literal('maintenance'),
    state: z.enum(['scheduled', 'ongoing', 'pre_open', 'completed', 'canceled']).default('ongoing'),
    serviceType: z.string().max(4).default('5'),
    title: z.string().max(200).default('Unified trading account upgrade'),
    ...common,
  }),
  /** The connection is cut, without an answer. */
  z.strictObject({ kind: z.literal('drop'), ...common }),
  // Of the public channel of liquidations; a count is of looks, of which there are twenty a second.
  /** Every connection is cut. */
  z.strictObject({ kind: z.literal('feedClose'), ...common }),
  /** 64008: the connection ends after this, for an upgrade. */
  z.strictObject({
    kind: z.literal('feedNotice'),
    closesAfterMs: z.int().min(0).max(600_000).default(60_000),
    ...common,
  }),
  /** Rows come twice. */
  z.strictObject({ kind: z.literal('feedTwice'), ...common }),
  /** What nobody can read. */
  z.strictObject({ kind: z.literal('feedGarbage'), ...common }),
]);
const FEED = ['feedClose', 'feedNotice', 'feedTwice', 'feedGarbage'];
export type FaultBody = z.infer<typeof faultBody>;
export type Fault = FaultBody & {
  readonly id: number;
  readonly untilMs: EpochMs | null;
  hits: number;
  skipped: number;
};

export type FaultBook = {
  add(body: FaultBody, nowMs: EpochMs): Fault;
  remove(id: number): boolean;
  clear(): void;
  list(nowMs: EpochMs): readonly Fault[];
  /** The faults that this request meets, in the order they were made; each counts it. */
  meet(path: string, apiKey: string, nowMs: EpochMs): readonly Fault[];
  /** The faults that the public channel of liquidations meets. */
  meetFeed(nowMs: EpochMs): readonly Fault[];
};

export function faultBook(): FaultBook {
  let faults: Fault[] = [];
  let lastId = 0;
  const isAlive = (fault: Fault, nowMs: EpochMs): boolean =>
    (fault.untilMs === null || nowMs < fault.untilMs) && (fault.count === undefined || fault.hits < fault.count);
  function hit(nowMs: EpochMs, concerns: (fault: Fault) => boolean): readonly Fault[] {
    faults = faults.filter((fault) => isAlive(fault, nowMs));
    return faults.filter((fault) => {
      if (!concerns(fault)) return false;
      if (fault.skipped < fault.skip) {
        fault.skipped += 1;
        return false;
      }
      fault.hits += 1;
      return true;
    });
  }
  return {
    add(body, nowMs) {
      const fault: Fault = {
        ...body,
        id: ++lastId,
        untilMs: body.durationMs === undefined ? null : nowMs + body.durationMs,
        hits: 0,
        skipped: 0,
      };
      faults.push(fault);
      return fault;
    },
    remove(id) {
      const before = faults.length;
      faults = faults.filter((fault) => fault.id !== id);
      return faults.length < before;
    },
    clear() {
      faults = [];
    },
    list(nowMs) {
      faults = faults.filter((fault) => isAlive(fault, nowMs));
      return faults;
    },
    meet: (path, apiKey, nowMs) =>
      hit(
        nowMs,
        (fault) =>
          !FEED.includes(fault.kind) &&
          matches(fault.path, path) &&
          (fault.apiKey === undefined || fault.apiKey === apiKey),
      ),
    meetFeed: (nowMs) => hit(nowMs, (fault) => FEED.includes(fault.kind)),
  };
}

/** Whether a path (with or without /api/v5) matches a pattern with `*`. */
export function matches(pattern: string, path: string): boolean {
  const expression = pattern
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.*');
  const whole = new RegExp(`^${expression}$`);
  return whole.test(path) || whole.test(path.replace(/^\/api\/v5/, ''));
}
