import cors from '@fastify/cors';
import rateLimit, { type FastifyRateLimitStore, type FastifyRateLimitStoreCtor } from '@fastify/rate-limit';
import { LiqPassError } from '@liqpass/api/errors';
import { MINUTE_MS } from '@liqpass/kernel/time';
import { holderOf } from '@liqpass/service/constantTime';
import type { Server } from '@liqpass/service/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isIP } from 'node:net';
import type { PlatformContext } from '../../services/platform/platformContext.ts';
import { buildRateCounters, type Counted, type RateCounters } from '../../services/platform/rateCounters.ts';
import type { Keys } from './keys.ts';
import { isBehindADoor, isForEverybody, isOfTheLog, routeName } from './matchedRoute.ts';

/** Requests a minute. A key is a machine's: its limit stops one that runs wild, not one that works. */
const PER_WALLET = 600;
const PER_ADDRESS = 600;
const PER_KEY = 600_000;
/** Files of the public log, for each address: as many as whoever follows it from its start reads. */
export const PER_LOG_READER = 6_000;
/** What costs somebody else something (a signature check, a question to the exchange), or what is guessed at. */
export const STRICT = {
  'POST /api/auth/nonce': 300,
  'POST /api/auth/verify': 300,
  'POST /api/okx-credentials': 60,
  'GET /api/okx-credentials/:id/positions': 30,
} as const;
export const PER_WRONG_KEY = 600;
/** Bindings with a key a minute, for each wallet: an order number, made up or not, costs a look-up at the exchange. */
export const LOOK_UPS = 10;
const LOOKS_UP = 'POST /api/purchase-orders/:id/bind-okx';
const strictLimits = new Map<string, number>(Object.entries(STRICT));

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/** An address as it is counted: one network of IPv6 (/64) is one caller, since it has more addresses than anybody counts. */
export function countedAddress(ip: string): string {
  const text = ip.replace(/%.*$/, '');
  if (isIP(text) !== 6) return text;
  // One address has many spellings; the URL standard has one.
  const written = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [head = '', tail = ''] = written.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === '' ? [] : tail.split(':');
  const groups = written.includes('::')
    ? [...first, ...Array<string>(8 - first.length - last.length).fill('0'), ...last]
    : first;
  // An address of IPv4, written as one of IPv6 (::ffff:0:0/96).
  if (groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff')
    return groups
      .slice(6)
      .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
      .join('.');
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** What is limited, by settings and by who asks: the address of the wallet that is signed in, null for anybody else. */
export type Limited = {
  /** Pages of other origins that may call. */
  readonly corsOrigins: readonly string[];
  /** Requests a minute for each wallet and address; null: the defaults, which let this machine itself alone. */
  readonly requestsPerMinute: number | null;
  walletOf(request: FastifyRequest): string | null;
};

/** Limits for each wallet, key and address, counted in the database for all processes; and which other origins may call. */
export async function installLimits(app: Server, ctx: PlatformContext, keys: Keys, limited: Limited): Promise<void> {
  const { corsOrigins, requestsPerMinute } = limited;
  const callerOf = (request: FastifyRequest): string => {
    const wallet = limited.walletOf(request);
    return wallet === null ? `ip:${countedAddress(request.ip)}` : `wallet:${wallet}`;
  };
  if (corsOrigins.length > 0)
    await app.register(cors, {
      origin: [...corsOrigins],
      credentials: true,
      methods: ['GET', 'POST', 'PUT', 'DELETE'],
      allowedHeaders: ['content-type', 'idempotency-key', 'x-request-id'],
      exposedHeaders: ['x-request-id', 'retry-after'],
      maxAge: 600,
    });

  const counters = buildRateCounters(ctx);
  await app.register(rateLimit, {
    global: false,
    store: storeOf(counters),
    // A database that does not answer is told by the route itself; counting must not be what refuses.
    skipOnError: true,
    errorResponseBuilder: (_request, { after }) =>
      new LiqPassError('TOO_MANY_REQUESTS', `Too many requests: wait ${after} and try again.`),
  });

  const keyHolder = (request: FastifyRequest): string | null => {
    for (const [header, kind, list] of [
      ['x-admin-key', 'admin', keys.admin],
      ['x-internal-key', 'internal', keys.internal],
    ] as const) {
      const given = request.headers[header];
      if (typeof given !== 'string') continue;
      const name = holderOf(given, list);
      return name === null ? '' : `key:${kind}:${name}`;
    }
    return null;
  };
  const limiter = app.createRateLimit({
    keyGenerator: (request) => limitOf(request).key,
    max: (request: FastifyRequest) => limitOf(request).max,
    timeWindow: MINUTE_MS,
  });
  type Limit = { readonly key: string; readonly max: number };
  const limits = new WeakMap<FastifyRequest, Limit>();
  const unlimited: Limit = { key: '', max: 0 };
  const limitOf = (request: FastifyRequest): Limit => limits.get(request) ?? unlimited;

  /** What counts against this request; null where nothing does. */
  const choose = (request: FastifyRequest): Limit | null => {
    const holder = keyHolder(request);
    // Exactly counted, like what is in STRICT: keys are not to be guessed at.
    if (holder === '') return { key: `!wrong-key ip:${countedAddress(request.ip)}`, max: PER_WRONG_KEY };
    if (holder !== null) return { key: holder, max: PER_KEY };
    const strict = strictLimits.get(routeName(request));
    if (strict !== undefined) return { key: `!${routeName(request)} ${callerOf(request)}`, max: strict };
    if (isOfTheLog(request) && !LOOPBACK.test(request.ip))
      return { key: `log ip:${countedAddress(request.ip)}`, max: PER_LOG_READER };
    if (requestsPerMinute !== null) return { key: callerOf(request), max: requestsPerMinute };
    if (limited.walletOf(request) !== null) return { key: callerOf(request), max: PER_WALLET };
    // This machine itself, or a proxy on it whose callers cannot be told apart until TRUST_PROXY names it.
    return LOOPBACK.test(request.ip) ? null : { key: callerOf(request), max: PER_ADDRESS };
  };

  const count = async (request: FastifyRequest, reply: FastifyReply, limit: Limit): Promise<void> => {
    limits.set(request, limit);
    const counted = await limiter(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    void reply.header('retry-after', Math.max(1, counted.ttlInSeconds));
    throw new LiqPassError(
      'TOO_MANY_REQUESTS',
      `Too many requests: at most ${limit.max} a minute. Wait ${Math.max(1, counted.ttlInSeconds)} s and try again.`,
      { params: { retry_after: String(Math.max(1, counted.ttlInSeconds)) } },
    );
  };
  app.addHook('onRequest', async (request, reply) => {
    if (!isBehindADoor(request) && !isForEverybody(request) && !isOfTheLog(request)) return;
    const limit = choose(request);
    if (limit !== null) await count(request, reply, limit);
  });
  app.addHook('preHandler', async (request, reply) => {
    if (routeName(request) !== LOOKS_UP || !asksTheExchange(request.body)) return;
    await count(request, reply, { key: `!look-up ${callerOf(request)}`, max: LOOK_UPS });
  });
}

const asksTheExchange = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'credentialId' in body && body.credentialId !== undefined;

/** The plugin's store, over our counters: keys that begin with "!" are counted exactly. */
function storeOf(counters: RateCounters): FastifyRateLimitStoreCtor {
  return class implements FastifyRateLimitStore {
    incr(
      key: string,
      callback: (error: Error | null, result?: { current: number; ttl: number }) => void,
      timeWindowMs: number,
      max: number,
    ): void {
      const count = key.startsWith('!') ? counters.exact(key, timeWindowMs) : counters.loose(key, timeWindowMs, max);
      count.then(
        ({ current, ttlMs }: Counted) => callback(null, { current, ttl: ttlMs }),
        (error: unknown) => callback(error instanceof Error ? error : new Error('counting failed', { cause: error })),
      );
    }
    child(): FastifyRateLimitStore {
      return this;
    }
  };
}
