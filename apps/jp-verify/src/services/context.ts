import type { SigningKey } from '@liqpass/evidence/attestation';
import type { Clock } from '@liqpass/kernel/time';
import type { OkxRegion } from '@liqpass/kernel/vocabulary';
import type { SealingKeyPair } from '@liqpass/sealing/open';
import type { FastifyBaseLogger } from 'fastify';
import {
  createExchangeClock,
  createOkxClient,
  USUAL_TIMING,
  type ExchangeClock,
  type OkxClient,
  type OkxTiming,
  type RawExchange,
} from '../okx/okxClient.ts';
import { createLiquidationFeed, USUAL_FEED, type FeedTiming, type LiquidationFeed } from '../okx/liquidationFeed.ts';
import type { OkxCredential } from '../okx/credential.ts';
import { createExchangeCalls, type ExchangeCalls } from '../okx/exchangeCalls.ts';
import { createRateLimiter, type Lane, type RateLimiter } from '../okx/rateLimiter.ts';
import { createSharedQuestions, type SharedQuestions } from '../okx/sharedQuestions.ts';
import { USUAL_READING, type ReadingTiming } from './gatherEvidence.ts';
import { createJudges, type Judges } from './proofThreads.ts';

/** The world as jp-verify's services see it. */
export type Context = {
  readonly clock: Clock;
  readonly logger: FastifyBaseLogger;
  readonly okxBaseUrl: string;
  readonly ownCredential: OkxCredential | null;
  readonly sealingKeys: readonly SealingKeyPair[];
  /** The first signs what was found. */
  readonly attestationKeys: readonly SigningKey[];
  readonly limiter: RateLimiter;
  readonly shared: SharedQuestions<RawExchange>;
  readonly exchangeClocks: Map<string, ExchangeClock>;
  /** How the exchange that was configured answered lately. */
  readonly exchangeCalls: ExchangeCalls;
  readonly okxTiming: OkxTiming;
  readonly reading: ReadingTiming;
  readonly judges: Judges;
  /** The exchange's public liquidations; null: nobody listens to them. */
  readonly liquidations: LiquidationFeed | null;
  /** Set once the server is to stop: what is being read is then concluded with what there is. */
  readonly stopping: { now: boolean };
};

export type ContextInput = Pick<
  Context,
  'clock' | 'logger' | 'okxBaseUrl' | 'ownCredential' | 'sealingKeys' | 'attestationKeys'
> &
  Partial<Pick<Context, 'okxTiming' | 'reading' | 'limiter'>> & {
    readonly liquidationFeedUrl?: string | null;
    readonly feedTiming?: FeedTiming;
  };

export function createContext({ liquidationFeedUrl = null, feedTiming = USUAL_FEED, ...given }: ContextInput): Context {
  return {
    okxTiming: USUAL_TIMING,
    reading: USUAL_READING,
    limiter: createRateLimiter(given.clock),
    judges: createJudges(),
    shared: createSharedQuestions(),
    ...given,
    liquidations:
      liquidationFeedUrl === null ? null : createLiquidationFeed(liquidationFeedUrl, given.logger, feedTiming),
    exchangeClocks: new Map(),
    exchangeCalls: createExchangeCalls(),
    stopping: { now: false },
  };
}

/** A key works only on the hosts of its own region. Source: OKX v5 documentation. */
const HOST_OF: Record<OkxRegion, string> = {
  global: 'https://www.okx.com',
  us: 'https://us.okx.com',
  eea: 'https://eea.okx.com',
};
const isOkxHost = (baseUrl: string): boolean => /(^|\.)okx\.com$/.test(new URL(baseUrl).hostname);

/** Where to ask with a key of a region: its own host, or the one that was configured where that is not OKX itself. */
export const hostFor = (ctx: Context, region: OkxRegion | null): string =>
  region === null || !isOkxHost(ctx.okxBaseUrl) ? ctx.okxBaseUrl : HOST_OF[region];

/** A client for one key (null: public data), sharing clock and rate limits with all others. */
export function okxClientFor(
  ctx: Context,
  credential: OkxCredential | null,
  region: OkxRegion | null,
  lane: Lane = 'user',
): OkxClient {
  const baseUrl = hostFor(ctx, region);
  const exchangeClock = ctx.exchangeClocks.get(baseUrl) ?? createExchangeClock();
  ctx.exchangeClocks.set(baseUrl, exchangeClock);
  return createOkxClient({
    baseUrl,
    credential,
    lane,
    clock: ctx.clock,
    limiter: ctx.limiter,
    shared: ctx.shared,
    exchangeClock,
    // Hosts of other regions are other machines: their trouble is not everybody's.
    calls: baseUrl === ctx.okxBaseUrl ? ctx.exchangeCalls : { ...ctx.exchangeCalls, note: () => undefined },
    timing: ctx.okxTiming,
  });
}
