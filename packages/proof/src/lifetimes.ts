import { isNegative, isZero, type Decimal } from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
import type { RawRow } from './answers.ts';
import { readPages } from './reader.ts';
import {
  historyRow,
  parseRows,
  positionRow,
  type HistoryRow,
  type OrderRow,
  type PositionRow,
  type Row,
} from './rows.ts';
import { haltOnRefusal, inconclusive, NEEDS, type Halt, type Study } from './study.ts';
import { historyTarget, positionsTarget } from './targets.ts';

/** How far the exchange's times of one thing lie apart at most. */
export const PAD_MS = 1_000;

/** One life of a position: the exchange reuses posId, so only with cTime (and uid) does it name one. */
export type Lifetime = {
  readonly posId: string;
  readonly cTime: EpochMs;
  /** When it was closed; null while it is open. */
  readonly endMs: EpochMs | null;
  readonly history: Row<HistoryRow> | null;
  readonly position: Row<PositionRow> | null;
};

export type Slot = { readonly instId: string; readonly posSide: 'long' | 'short' | 'net' };

/** The slot an order trades in: instrument, isolated, and side. Without a side, net. */
export const slotOf = (instId: string, order: OrderRow): Slot => ({
  instId,
  posSide: order.posSide === 'long' || order.posSide === 'short' ? order.posSide : 'net',
});

/** Rows of one instrument, isolated; a row that does not say either was asked for with both. */
export function ofSlot(rows: readonly RawRow[], instId: string): RawRow[] {
  return rows.filter(({ value }) => {
    if (typeof value !== 'object' || value === null) return true;
    const inst = 'instId' in value ? value.instId : '';
    const mode = 'mgnMode' in value ? value.mgnMode : '';
    return (inst === instId || inst === '' || inst === null) && mode !== 'cross' && mode !== 'cash';
  });
}

function inSide(row: { posSide: string; direction?: string }, slot: Slot): boolean {
  if (row.posSide !== '') return row.posSide === slot.posSide;
  return (
    slot.posSide === 'net' || row.direction === undefined || row.direction === '' || row.direction === slot.posSide
  );
}

function timeOf(value: unknown, field: 'uTime' | 'ts'): bigint | null {
  if (typeof value !== 'object' || value === null || !(field in value)) return null;
  const time: unknown = Reflect.get(value, field);
  return (typeof time === 'string' || typeof time === 'number') && /^\d{1,20}$/.test(String(time))
    ? BigInt(time)
    : null;
}

/** Whether every row of a page is older than `ms`. */
export const allOlder = (rows: readonly RawRow[], field: 'uTime' | 'ts', ms: EpochMs): boolean =>
  rows.every(({ value }) => {
    const time = timeOf(value, field);
    return time !== null && time < BigInt(ms);
  });

function identifyHistory(value: unknown): { id: string; cursor: bigint } | null {
  const parsed = historyRow.pick({ posId: true, cTime: true, uTime: true }).safeParse(value);
  if (!parsed.success) return null;
  const { posId, cTime, uTime } = parsed.data;
  return { id: `${posId}:${cTime}:${uTime}`, cursor: BigInt(uTime) };
}

export const incomplete = (study: Study, why: string): Halt => {
  study.checks.say('READING_COMPLETE', 'no_data', `Not everything could be read: ${why}.`);
  return inconclusive('EVIDENCE_INCOMPLETE');
};

/** The lives of a slot, and those of the other side of the same instrument: a long beside a short. */
export type Lives = { readonly ours: Lifetime[]; readonly others: Lifetime[] };

/** The other side of the same instrument; null in net mode, where there is none. */
export const otherSideOf = (slot: Slot): Slot | null =>
  slot.posSide === 'net' ? null : { ...slot, posSide: slot.posSide === 'long' ? 'short' : 'long' };

/** The lives on the slot's instrument that ended after `sinceMs` or still go on, oldest first. */
export function readLifetimes(study: Study, slot: Slot, sinceMs: EpochMs): Lives | Halt {
  const live = study.reader.read(positionsTarget(slot.instId));
  const past = readPages(study.reader, {
    target: historyTarget(slot.instId),
    identify: identifyHistory,
    enough: (page) => allOlder(page, 'uTime', sinceMs),
    ties: true,
  });
  if (live === null || past === null) return NEEDS;
  if (live.kind === 'refused') return haltOnRefusal(study, live);
  if (past.kind === 'refused') return haltOnRefusal(study, past.answer);
  if (past.kind === 'incomplete' || past.kind === 'too_long')
    return incomplete(study, `of the closed positions, ${past.why}`);
  const positions = parseRows(positionRow, ofSlot(live.rows, slot.instId));
  const histories = parseRows(historyRow, ofSlot(past.rows, slot.instId));
  if (positions === null || histories === null) return incomplete(study, 'a position cannot be read');
  const other = otherSideOf(slot);
  return {
    ours: lifetimesOf(slot, positions, histories),
    others: other === null ? [] : lifetimesOf(other, positions, histories),
  };
}

function lifetimesOf(
  slot: Slot,
  positions: readonly Row<PositionRow>[],
  histories: readonly Row<HistoryRow>[],
): Lifetime[] {
  const lifetimes = new Map<string, Lifetime>();
  const keyOf = (row: { posId: string; cTime: number }): string => `${row.posId}:${row.cTime}`;
  for (const history of histories.filter((row) => inSide(row, slot)).toSorted((a, b) => a.uTime - b.uTime))
    lifetimes.set(keyOf(history), {
      posId: history.posId,
      cTime: history.cTime,
      endMs: history.uTime,
      history,
      position: null,
    });
  for (const position of positions.filter((row) => inSide(row, slot) && row.pos !== null && !isZero(row.pos))) {
    // A position that was partly closed is in the history too, and still lives.
    const history = lifetimes.get(keyOf(position))?.history ?? null;
    lifetimes.set(keyOf(position), { posId: position.posId, cTime: position.cTime, endMs: null, history, position });
  }
  return [...lifetimes.values()].toSorted((a, b) => a.cTime - b.cTime);
}

/**
 * Where reading the ledger must begin so that it begins with no position: at the first life that the order can have
 * traded in, or at one before it where they meet without a pause (a fill that turned the position round belongs to both);
 * and where it may end. null: there is no such life.
 */
export function ledgerSpan(
  lifetimes: readonly Lifetime[],
  fromMs: EpochMs,
  toMs: EpochMs,
): { startMs: EpochMs; endMs: EpochMs } | null {
  const endOf = (lifetime: Lifetime): EpochMs => lifetime.endMs ?? Number.MAX_SAFE_INTEGER;
  const touched = lifetimes.filter((life) => life.cTime - PAD_MS <= toMs && endOf(life) + PAD_MS >= fromMs);
  const [first] = touched;
  if (!first) return null;
  let startMs = first.cTime;
  for (const life of lifetimes.toReversed()) {
    if (life.cTime < startMs && endOf(life) >= startMs - PAD_MS) startMs = life.cTime;
  }
  return { startMs, endMs: Math.max(...touched.map(endOf)) };
}

/** A live position's size with its sign: negative for a short, in either way of keeping positions. */
export function signedSize(position: PositionRow, slot: Slot): Decimal | null {
  if (position.pos === null || slot.posSide !== 'short' || isNegative(position.pos)) return position.pos;
  return { n: -position.pos.n, d: position.pos.d };
}
