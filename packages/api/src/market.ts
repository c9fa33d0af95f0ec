import { z } from 'zod';
import { decimalText } from './verify.ts';
import { instId } from './wire.ts';

// Public market data, read through jp-verify: it alone talks to the exchange.

/** GET /market/candles: closed and running mark-price candles, newest first. `after` is a time: only older candles are answered. */
export const candlesQuery = z.strictObject({
  instId,
  bar: z.enum(['1m', '1H']).default('1H'),
  after: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(300).default(100),
});
export type CandlesQuery = z.infer<typeof candlesQuery>;
export const candle = z
  .strictObject({
    timeMs: z.int(),
    open: decimalText,
    high: decimalText,
    low: decimalText,
    close: decimalText,
    /** Whether the candle is over; null where the exchange does not say. */
    closed: z.boolean().nullable(),
  })
  .meta({ id: 'Candle' });
export const candlesAnswer = z
  .strictObject({ instId: z.string(), bar: z.string(), candles: z.array(candle) })
  .meta({ id: 'Candles' });
export type CandlesAnswer = z.infer<typeof candlesAnswer>;

/** GET /market/marks: the mark price and the index price (a second source) of what can be insured; null where one could not be read. */
export const marksAnswer = z
  .strictObject({
    readAtMs: z.int(),
    marks: z.array(
      z.strictObject({
        instId: z.string(),
        markPx: decimalText.nullable(),
        markTimeMs: z.int().nullable(),
        indexPx: decimalText.nullable(),
        indexTimeMs: z.int().nullable(),
      }),
    ),
  })
  .meta({ id: 'Marks' });
export type MarksAnswer = z.infer<typeof marksAnswer>;

/** GET /exchange: how the exchange answered lately, and what it says of itself. */
export const exchangeAnswer = z
  .strictObject({
    readAtMs: z.int(),
    /** The last moment at which it answered anything; null: never since this process began. */
    answeredAtMs: z.int().nullable(),
    /** Questions of the last minute, and those of them without an answer. */
    asked: z.int(),
    failed: z.int(),
    /** Its maintenance, by its own word; null where it did not say. */
    maintenance: z
      .array(
        z.strictObject({
          title: z.string(),
          state: z.enum(['scheduled', 'ongoing', 'pre_open']),
          /** What it concerns: 5 is trading, 8 accounts, 99 others; as the exchange numbers them. */
          serviceType: z.string(),
          beginMs: z.int().nullable(),
          endMs: z.int().nullable(),
        }),
      )
      .nullable(),
  })
  .meta({ id: 'Exchange' });
export type ExchangeAnswer = z.infer<typeof exchangeAnswer>;

/** GET /market/liquidations: rows of the exchange's public channel, in the order they were heard; `after` is the `next` of the answer before. */
export const liquidationsQuery = z.strictObject({
  stream: z.string().max(40).optional(),
  after: z.coerce.number().int().min(0).default(0),
});
export const publicLiquidation = z
  .strictObject({
    instId: z.string(),
    /** Of the forced order: a long is liquidated by selling. */
    side: z.enum(['buy', 'sell']),
    /** The bankruptcy price, at which it was taken over. */
    px: decimalText,
    /** Contracts. */
    size: decimalText,
    atMs: z.int(),
  })
  .meta({ id: 'PublicLiquidation' });
export type PublicLiquidation = z.infer<typeof publicLiquidation>;
export const liquidationsAnswer = z
  .strictObject({
    /** Whether it listens at all, and whether it hears the channel at this moment. */
    on: z.boolean(),
    connected: z.boolean(),
    /** Of this run; rows of another are counted anew, from 0. */
    stream: z.string(),
    items: z.array(publicLiquidation),
    next: z.int(),
  })
  .meta({ id: 'PublicLiquidations' });
export type LiquidationsAnswer = z.infer<typeof liquidationsAnswer>;
