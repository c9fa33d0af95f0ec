import { HOUR_MS, MINUTE_MS, type EpochMs } from '@liqpass/kernel/time';
import type { SalesStopReason } from '@liqpass/kernel/vocabulary';
import type { ParamSet } from './params.ts';
import { featuresOf, hourVariance, type Candle, type Features } from './price.ts';
import type { Coin } from './products.ts';

/** Nothing is sold on data older than this, nor while two sources of the price differ by more than that fraction. */
export const MAX_DATA_AGE_MS = 2 * MINUTE_MS;
export const MAX_SOURCE_DIFFERENCE = 0.003;

/** What is known of a coin's market. Candles oldest first, the running one may be among them; null where nothing was read. */
export type MarketReading = {
  readonly coin: Coin;
  readonly candles: readonly Candle[];
  readonly mark: { readonly price: number; readonly atMs: EpochMs } | null;
  /** A second source of the same price, such as the index. Not compared when it is missing or itself too old. */
  readonly otherPrice: { readonly price: number; readonly atMs: EpochMs } | null;
};

/** A market that prices can rest on. */
export type Market = {
  readonly coin: Coin;
  readonly mark: number;
  readonly markAtMs: EpochMs;
  /** When the last closed candle ended. */
  readonly candlesUntilMs: EpochMs;
  readonly features: Features;
  /** v_1, or what the running hour already shows if that is more: for the rule on the last hour's turmoil. */
  readonly lastHourVariance: number;
};
export type MarketAnswer =
  | { readonly open: true; readonly market: Market }
  | {
      readonly open: false;
      readonly reason: Extract<SalesStopReason, 'MARKET_DATA_MISSING' | 'MARKET_DATA_STALE' | 'PRICE_SOURCES_DISAGREE'>;
    };

const closed = (reason: (MarketAnswer & { open: false })['reason']): MarketAnswer => ({ open: false, reason });
const isPrice = (price: number): boolean => price > 0 && price < Infinity;

/**
 * Whether a coin's data can be sold on at `nowMs`: 720 closed candles without a gap, the last hour's among them within
 * 2 minutes of its end, a mark of the last 2 minutes, and no second price more than 0.3 % away.
 */
export function openMarket(reading: MarketReading, set: ParamSet, nowMs: EpochMs): MarketAnswer {
  const { mark, otherPrice } = reading;
  if (!mark || !isPrice(mark.price)) return closed('MARKET_DATA_MISSING');
  // A mark from the future is a clock that cannot be trusted.
  if (Math.abs(nowMs - mark.atMs) > MAX_DATA_AGE_MS) return closed('MARKET_DATA_STALE');

  let end = reading.candles.length;
  while (end > 0 && (reading.candles[end - 1]?.timeMs ?? 0) + HOUR_MS > nowMs) end--;
  const last = reading.candles[end - 1];
  if (!last) return closed('MARKET_DATA_MISSING');
  const candlesUntilMs = last.timeMs + HOUR_MS;
  if (nowMs - candlesUntilMs > HOUR_MS + MAX_DATA_AGE_MS) return closed('MARKET_DATA_STALE');
  const answer = featuresOf(reading.candles, set.season, end);
  if ('fault' in answer) return closed('MARKET_DATA_MISSING');

  if (otherPrice && Math.abs(nowMs - otherPrice.atMs) <= MAX_DATA_AGE_MS) {
    if (!(Math.abs(mark.price - otherPrice.price) / mark.price <= MAX_SOURCE_DIFFERENCE)) {
      return closed('PRICE_SOURCES_DISAGREE');
    }
  }
  const running = reading.candles[end];
  const runningVariance =
    running && running.low > 0 && running.high >= running.low ? hourVariance(running, set.season) : 0;
  return {
    open: true,
    market: {
      coin: reading.coin,
      mark: mark.price,
      markAtMs: mark.atMs,
      candlesUntilMs,
      features: answer.features,
      lastHourVariance: Math.max(answer.features.v1, runningVariance),
    },
  };
}

const MAX_TURMOIL = 14;

/** Rule 5 against the insured: v_1 H / sigma² > 14, the last hour moved so much that its insured know more than the model. */
export function isTurmoil(lastHourVariance: number, hours: number, modelSigma: number): boolean {
  return (lastHourVariance * hours) / (modelSigma * modelSigma) > MAX_TURMOIL;
}
