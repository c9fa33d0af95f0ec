import { parseDecimal, type Decimal } from '@liqpass/kernel/decimal';
import { z } from 'zod';
import type { Origin, RawRow } from './answers.ts';

// The rows of OKX's v5 API, as far as the proof reads them. Everything is text there, "" standing for nothing; a field
// that is missing altogether reads the same. Only what makes a row itself is required: what else a step needs, that step
// asks for, and says so when it is not there.

const scalar = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .optional()
  .transform((value) => (typeof value === 'number' ? plain(value) : String(value ?? '')));
/** A number as text, without the exponent that JavaScript gives to small ones. */
const plain = (value: number): string =>
  /e-/.test(String(value)) ? value.toFixed(20).replace(/\.?0+$/, '') : String(value);
/** An id that came as a number is one only where a number can hold all of its digits. */
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
const amount = scalar.transform((text): Decimal | null => parseDecimal(text));
/** Epoch milliseconds; null where there is none. */
const instant = scalar.transform((text) => (/^\d{10,16}$/.test(text) ? Number(text) : null));

export const configRow = z.object({
  uid: scalar,
  mainUid: scalar,
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
  ordId: scalar,
  instId: scalar,
  mgnMode: scalar,
  type: scalar,
  subType: scalar,
  tradeId: scalar,
  ccy: scalar,
  sz: amount,
  px: amount,
  pnl: amount,
  fee: amount,
  balChg: amount,
  posBalChg: amount,
  ts: ms,
});
export type BillRow = z.infer<typeof billRow>;

export const fillRow = z.object({
  billId: id,
  ordId: scalar,
  instId: scalar,
  side: scalar,
  posSide: scalar,
  subType: scalar,
  tradeId: scalar,
  fillSz: amount,
  fillPx: amount,
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
  realizedPnl: amount,
  fundingFee: amount,
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
    open: parseDecimal(open),
    high: parseDecimal(high),
    low: parseDecimal(low),
    close: parseDecimal(close),
    closed: confirm === undefined ? null : confirm === '1',
  }))
  .refine((candle) => Number.isSafeInteger(candle.timeMs));
export type CandleRow = z.infer<typeof candleRow>;

export type Row<T> = T & { readonly origin: Origin };

/** The parsed rows, each with where it came from; null when one of them cannot be read. */
export function parseRows<T extends object>(schema: z.ZodType<T>, raw: readonly RawRow[]): Row<T>[] | null {
  const rows: Row<T>[] = [];
  for (const { value, origin } of raw) {
    const parsed = schema.safeParse(value);
    if (!parsed.success) return null;
    rows.push({ ...parsed.data, origin });
  }
  return rows;
}
