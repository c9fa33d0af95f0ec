import { parseNumeric, type Decimal } from '@liqpass/kernel/decimal';
import { z } from 'zod';
import type { Origin, RawRow } from './answers.ts';

// The rows of OKX's v5 API, as far as the proof reads them. Everything is text there, "" standing for nothing; a field
// that is missing altogether reads the same. Only what makes a row itself is required: what else a step needs, that step
// asks for, and says so when it is not there.

const scalar = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .optional()
  .transform((value) => String(value ?? ''));
/**
 * What tells one thing from another is text, compared as it was written. As a number it is one only where a number can hold all of its
 * digits: uids, order and position ids go beyond 2^53, where two of them read as the same number.
 */
const identity = z
  .union([z.string(), z.int(), z.null()])
  .optional()
  .transform((value) => String(value ?? ''));
/** The id that makes a row itself: it must be there. */
const id = z
  .union([z.string(), z.int()])
  .transform(String)
  .refine((text) => /^\d{1,30}$/.test(text));
const ms = z
  .union([z.string(), z.int()])
  .transform(String)
  .refine((text) => /^\d{10,16}$/.test(text))
  .transform(Number);
/** An exact amount; null where there is none, or none that can be read. */
const amount = scalar.transform((text): Decimal | null => parseNumeric(text));
/** Epoch milliseconds; null where there is none. */
const instant = scalar.transform((text) => (/^\d{10,16}$/.test(text) ? Number(text) : null));

export const configRow = z.object({
  uid: identity,
  mainUid: identity,
  /** A list: "read_only,trade", or one of JSON. */
  perm: z.union([scalar, z.array(z.string()).transform((words) => words.join(','))]),
  ip: scalar,
  label: scalar,
  posMode: scalar,
});
export type ConfigRow = z.infer<typeof configRow>;

export const orderRow = z.object({
  ordId: id,
  instId: scalar,
  instType: scalar,
  tdMode: scalar,
  side: scalar,
  posSide: scalar,
  category: scalar,
  accFillSz: amount,
  avgPx: amount,
  lever: amount,
  cTime: instant,
  uTime: instant,
});
export type OrderRow = z.infer<typeof orderRow>;

export const billRow = z.object({
  billId: id,
  ordId: identity,
  instId: scalar,
  mgnMode: scalar,
  type: scalar,
  subType: scalar,
  tradeId: identity,
  ccy: scalar,
  sz: amount,
  px: amount,
  pnl: amount,
  fee: amount,
  balChg: amount,
  posBalChg: amount,
  /** The position's margin after it. */
  posBal: amount,
  /** When it was filled; of a bill that is no trade it means nothing. */
  fillTime: instant,
  ts: ms,
});
export type BillRow = z.infer<typeof billRow>;

export const fillRow = z.object({
  billId: id,
  ordId: identity,
  instId: scalar,
  side: scalar,
  posSide: scalar,
  subType: scalar,
  tradeId: identity,
  fillSz: amount,
  fillPx: amount,
  fillTime: instant,
  ts: instant,
});
export type FillRow = z.infer<typeof fillRow>;

const positionShape = {
  posId: id,
  cTime: ms,
  uTime: instant,
  instId: scalar,
  mgnMode: scalar,
  posSide: scalar,
  ccy: scalar,
  lever: amount,
};
export const positionRow = z.object({
  ...positionShape,
  pos: amount,
  avgPx: amount,
  margin: amount,
  liqPx: amount,
  markPx: amount,
  upl: amount,
});
export type PositionRow = z.infer<typeof positionRow>;

export const historyRow = z.object({
  ...positionShape,
  /** For a position that was closed, when. */
  uTime: ms,
  direction: scalar,
  type: scalar,
  /** undefined where the row has no such field at all. */
  triggerPx: z.union([z.string(), z.number(), z.null()]).optional(),
  /** = pnl + fee + fundingFee + liqPenalty + settledPnl */
  realizedPnl: amount,
  pnl: amount,
  fee: amount,
  fundingFee: amount,
  liqPenalty: amount,
  settledPnl: amount,
  openMaxPos: amount,
  closeTotalPos: amount,
});
export type HistoryRow = z.infer<typeof historyRow>;

/** [ts, open, high, low, close, confirm] */
export const candleRow = z
  .array(z.union([z.string(), z.number()]).transform(String))
  .min(5)
  .transform(([ts = '', open = '', high = '', low = '', close = '', confirm]) => ({
    timeMs: Number(ts),
    open: parseNumeric(open),
    high: parseNumeric(high),
    low: parseNumeric(low),
    close: parseNumeric(close),
    closed: confirm === undefined ? null : confirm === '1',
  }))
  .refine((candle) => Number.isSafeInteger(candle.timeMs));
export type CandleRow = z.infer<typeof candleRow>;

export type Row<T> = T & { readonly origin: Origin };

const parsedRows = new WeakMap<z.ZodType, WeakMap<object, object | null>>();

/** A row read by a schema, once for each row; null when it cannot be read. */
function parseOnce<T extends object>(schema: z.ZodType<T>, value: unknown): T | null {
  if (typeof value !== 'object' || value === null) return schema.safeParse(value).data ?? null;
  let known = parsedRows.get(schema);
  if (!known) parsedRows.set(schema, (known = new WeakMap()));
  // What is kept under a schema is what that schema made.
  const before = known.get(value) as T | null | undefined;
  if (before !== undefined) return before;
  const parsed = schema.safeParse(value).data ?? null;
  known.set(value, parsed);
  return parsed;
}

/** The parsed rows, each with where it came from; null when one of them cannot be read. */
export function parseRows<T extends object>(schema: z.ZodType<T>, raw: readonly RawRow[]): Row<T>[] | null {
  const rows: Row<T>[] = [];
  for (const { value, origin } of raw) {
    const parsed = parseOnce(schema, value);
    if (parsed === null) return null;
    rows.push({ ...parsed, origin });
  }
  return rows;
}
