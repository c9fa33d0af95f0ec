import type { MarginTransfer, ObservedPosition } from '@liqpass/api/observe';
import type { RecordedExchange } from '@liqpass/evidence/bundle';
import { formatDecimal, isZero, type Decimal } from '@liqpass/kernel/decimal';
import { SECOND_MS, type EpochMs } from '@liqpass/kernel/time';
import type { Answer } from './answers.ts';
import { createReader, readPages, type Reader } from './reader.ts';
import { billRow, parseRows, positionRow, type PositionRow } from './rows.ts';
import { allPositionsTarget, marginBillsTarget, positionsTarget } from './targets.ts';

/** The exchange leaves out a position now and then for a moment: gone is what is absent twice, this far apart. */
export const ABSENT_AGAIN_MS = 5 * SECOND_MS;
/** 500 transfers of margin; more of them are as good as unread. */
const MOST_PAGES = 5;
/** Bill type: margin put in or taken out by hand. Source: OKX v5 documentation, bills. */
const MARGIN_TRANSFER = '6';

export type Observed = {
  readonly instId: string;
  readonly posId: string;
  /** With posId, the lifetime: a position opened again has another. */
  readonly cTime: string;
  readonly sinceMs: EpochMs;
};

export type Observation = {
  state: 'open' | 'absent' | 'unknown';
  position: ObservedPosition | null;
  marginTransfers: MarginTransfer[] | null;
};

export type Observing =
  /** `notBeforeMs`: by the clock of the recorded exchanges, when asking again says something new. */
  | { readonly kind: 'needs'; readonly needs: readonly string[]; readonly notBeforeMs: EpochMs | null }
  | { readonly kind: 'refused'; readonly answer: Extract<Answer, { kind: 'refused' }> }
  | { readonly kind: 'observed'; readonly answer: Observation };

const text = (value: Decimal | null): string | null => (value === null ? null : formatDecimal(value));

/** The position in an answer; null: it is not in it; undefined: the answer cannot be read. */
function findIn(answer: Extract<Answer, { kind: 'rows' }>, asked: Observed): PositionRow | null | undefined {
  const rows = parseRows(positionRow, answer.rows);
  const row = rows?.find((each) => each.posId === asked.posId && String(each.cTime) === asked.cTime);
  if (rows === null || row?.pos === null) return undefined;
  // Size 0 is how the exchange writes a position that has just been closed.
  return row === undefined || isZero(row.pos) ? null : row;
}

const identifyBill = (value: unknown): { id: string; cursor: bigint } | null => {
  const id = billRow.pick({ billId: true }).safeParse(value).data?.billId;
  return id === undefined ? null : { id, cursor: BigInt(id) };
};

/** 'needs': the next page must be read first. */
function readTransfers(reader: Reader, { instId, sinceMs }: Observed): MarginTransfer[] | null | 'needs' {
  const target = marginBillsTarget(instId, sinceMs);
  const pages = readPages(reader, { target, identify: identifyBill, most: MOST_PAGES });
  if (pages === null || pages.kind === 'draft') return 'needs';
  if (pages.kind !== 'complete') return null;
  const bills = parseRows(billRow, pages.rows);
  if (bills === null) return null;
  const moved = bills.filter(
    (bill) =>
      bill.type === MARGIN_TRANSFER && bill.instId === instId && bill.mgnMode === 'isolated' && bill.ts >= sinceMs,
  );
  const transfers = moved.flatMap(({ billId, ts, posBalChg, ccy }) =>
    posBalChg === null ? [] : [{ billId, timeMs: ts, amount: formatDecimal(posBalChg), ccy }],
  );
  // A transfer without its amount is one that was not read.
  return transfers.length === moved.length ? transfers.toSorted((a, b) => a.timeMs - b.timeMs) : null;
}

/**
 * How a position stands, from the exchange's answers. Pure; asks for what it needs, as proveClaim does. An error is never absence, and
 * absent is what was absent in two answers, to two questions, sent `againAfterMs` apart.
 */
export function observe(
  asked: Observed,
  exchanges: readonly RecordedExchange[],
  againAfterMs = ABSENT_AGAIN_MS,
): Observing {
  const reader = createReader(exchanges);
  const needs = (notBeforeMs: EpochMs | null): Observing => ({ kind: 'needs', needs: [...reader.needs], notBeforeMs });
  const first = reader.read(positionsTarget(asked.instId));
  const marginTransfers = readTransfers(reader, asked);
  if (first === null || marginTransfers === 'needs') return needs(null);
  const say = (state: Observation['state'], row: PositionRow | null = null): Observing => ({
    kind: 'observed',
    answer: { state, position: row && wirePosition(row), marginTransfers },
  });
  if (first.kind === 'refused') return { kind: 'refused', answer: first };
  const row = findIn(first, asked);
  if (row === undefined) return say('unknown');
  if (row !== null) return say('open', row);

  const firstMs = reader.sentAtMs(positionsTarget(asked.instId)) ?? 0;
  const second = reader.read(allPositionsTarget);
  if (second === null) return needs(firstMs + againAfterMs);
  if (second.kind === 'refused') return { kind: 'refused', answer: second };
  const again = findIn(second, asked);
  if (again === undefined) return say('unknown');
  if (again !== null) return say('open', again);
  return say((reader.sentAtMs(allPositionsTarget) ?? 0) - firstMs >= againAfterMs ? 'absent' : 'unknown');
}

const wirePosition = (row: PositionRow): ObservedPosition => ({
  pos: text(row.pos) ?? '0',
  margin: text(row.margin),
  lever: text(row.lever),
  avgPx: text(row.avgPx),
  liqPx: text(row.liqPx),
  markPx: text(row.markPx),
  ccy: row.ccy,
});
