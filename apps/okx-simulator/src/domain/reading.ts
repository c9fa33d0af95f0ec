import type { Decimal } from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
import { indexAt, markAt } from '../market/market.ts';
import { knownInstrument, marketOf, type Account, type Exchange, type Ghost } from './exchange.ts';
import { tierOf } from './instruments.ts';
import type { OkxRow, Stored } from './okxRow.ts';
import { liquidationPx, notional, pnlOf, type Position } from './position.ts';
import { positionRow } from './rows.ts';

// What an account shows at an instant.

/** The rows of account/positions. */
export function positionRows(exchange: Exchange, account: Account, nowMs: EpochMs): OkxRow[] {
  const rows = [...account.positions.values()].map((position) =>
    rowOf(
      position,
      markAt(marketOf(exchange, position.instId), nowMs),
      indexAt(marketOf(exchange, position.instId), nowMs),
      nowMs,
    ),
  );
  for (const ghost of account.ghosts) {
    const position = ghost.states.findLast(({ atMs }) => atMs <= nowMs)?.position;
    if (!position || position.size.n === 0n) continue;
    const markPx = ghostMark(ghost, nowMs) ?? position.avgPx;
    rows.push(rowOf(position, markPx, markPx, nowMs));
  }
  return rows;
}

function rowOf(position: Position, markPx: Decimal, idxPx: Decimal, nowMs: EpochMs): OkxRow {
  const instrument = knownInstrument(position.instId);
  return positionRow(instrument, position, {
    markPx,
    idxPx,
    liqPx: liquidationPx(instrument, position),
    mmr: tierOf(instrument, position.size).mmr,
    upl: pnlOf(instrument, position, position.size, markPx),
    notional: notional(instrument, position.size, markPx),
    nowMs,
  });
}

/** A recorded position keeps the mark it was seen at last: the market of today has nothing to do with it. */
const ghostMark = (ghost: Ghost, nowMs: EpochMs): Decimal | undefined =>
  ghost.marks.findLast(({ atMs }) => atMs <= nowMs)?.px;

/** Of each position's history the latest state that is out: `publishedMs(row)` says from when on a row is. */
export function latestHistories(account: Account, isOut: (stored: Stored) => boolean): Stored[] {
  const latest = new Map<string, Stored>();
  for (const stored of account.history.values()) {
    if (!isOut(stored)) continue;
    const key = `${String(stored.row['posId'])}:${String(stored.row['cTime'])}`;
    const known = latest.get(key);
    if (!known || known.atMs <= stored.atMs) latest.set(key, stored);
  }
  return [...latest.values()];
}
