import type { EpochMs } from '@liqpass/kernel/time';
import type { OkxRow, Stored } from '../domain/okxRow.ts';
import { parameterWrong } from './okxError.ts';

export type Query = Readonly<Record<string, string>>;

const MAX_PAGE = 100;

export function limitOf(query: Query): number {
  if (query['limit'] === undefined || query['limit'] === '') return MAX_PAGE;
  const limit = /^\d{1,9}$/.test(query['limit']) ? Number(query['limit']) : 0;
  if (limit < 1) throw parameterWrong('limit');
  return Math.min(limit, MAX_PAGE);
}

/** A cursor or an instant of a query; null where it is not given. */
export function wholeOf(query: Query, name: string): bigint | null {
  const text = query[name];
  if (text === undefined || text === '') return null;
  if (!/^\d{1,25}$/.test(text)) throw parameterWrong(name);
  return BigInt(text);
}

/**
 * A page, newest first: `after` asks for older than the cursor, `before` for newer; begin and end bound the time, both
 * included; the fields of `filters` must be as the query gives them.
 */
export function pageOf(rows: Iterable<Stored>, query: Query, filters: readonly string[], hasTimes: boolean): OkxRow[] {
  const [after, before] = [wholeOf(query, 'after'), wholeOf(query, 'before')];
  const begin = hasTimes ? wholeOf(query, 'begin') : null;
  const end = hasTimes ? wholeOf(query, 'end') : null;
  const wanted = filters.flatMap((name) => {
    const value = query[name];
    return value === undefined || value === '' ? [] : [{ name, value }];
  });
  const limit = limitOf(query);
  return [...rows]
    .filter(
      (stored) =>
        (after === null || stored.id < after) &&
        (before === null || stored.id > before) &&
        (begin === null || BigInt(stored.atMs) >= begin) &&
        (end === null || BigInt(stored.atMs) <= end) &&
        wanted.every(({ name, value }) => String(stored.row[name]) === value),
    )
    .toSorted((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0))
    .slice(0, limit)
    .map(({ row }) => row);
}

/** Rows that are out at `nowMs`, published `lateMs` after they happened, and not older than the endpoint reaches back. */
export const withinReach =
  (nowMs: EpochMs, lateMs: number, reachMs: number) =>
  (stored: Stored): boolean =>
    stored.visibleMs + lateMs <= nowMs && stored.atMs > nowMs - reachMs;
