import {
  candlesAnswer,
  exchangeAnswer,
  liquidationsAnswer,
  marksAnswer,
  type CandlesAnswer,
  type CandlesQuery,
  type ExchangeAnswer,
  type LiquidationsAnswer,
  type MarksAnswer,
} from '@liqpass/api/market';
import { boundedFetch } from '@liqpass/service/boundedFetch';
import type { z } from 'zod';

/** The exchange's public prices, through jp-verify. Throws for whatever is not a readable answer. */
export type MarketClient = {
  marks(signal: AbortSignal): Promise<MarksAnswer>;
  /** How the exchange answered lately. */
  exchange(signal: AbortSignal): Promise<ExchangeAnswer>;
  /** What the exchange's public channel told since; `null`: everything that jp-verify still has. */
  liquidations(
    since: { readonly stream: string; readonly after: number } | null,
    signal: AbortSignal,
  ): Promise<LiquidationsAnswer>;
  /** Newest first; `after` is exclusive: only candles older than it. */
  candles(query: Omit<CandlesQuery, 'after'> & { after?: number }, signal: AbortSignal): Promise<CandlesAnswer>;
};

const TIMEOUT_MS = 8_000;
const LARGEST_ANSWER = 1024 * 1024;
const askJpVerify = boundedFetch({ timeoutMs: TIMEOUT_MS, mostBytes: LARGEST_ANSWER });

export function marketClient(baseUrl: string, apiKey: string): MarketClient {
  async function read<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const response = await askJpVerify(`${baseUrl}${path}`, {
      headers: { authorization: `Bearer ${apiKey}`, accept: 'application/json' },
      signal,
    });
    const [name] = path.split('?', 1);
    if (!response.ok) throw new Error(`jp-verify answered ${name} with ${response.status}`);
    const json: unknown = await response.json();
    return schema.parse(json);
  }
  return {
    exchange: (signal) => read('/exchange', exchangeAnswer, signal),
    liquidations: (since, signal) =>
      read(
        `/market/liquidations${since === null ? '' : `?${new URLSearchParams({ stream: since.stream, after: String(since.after) }).toString()}`}`,
        liquidationsAnswer,
        signal,
      ),
    marks: (signal) => read('/market/marks', marksAnswer, signal),
    candles: ({ instId, bar, limit, after }, signal) => {
      const query = new URLSearchParams({ instId, bar, limit: String(limit) });
      if (after !== undefined) query.set('after', String(after));
      return read(`/market/candles?${query.toString()}`, candlesAnswer, signal);
    },
  };
}
