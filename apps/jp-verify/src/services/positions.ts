import type { PositionsAnswer } from '@liqpass/api/exchangeKeys';
import { absolute, formatDecimal, isNegative, isZero, type Decimal } from '@liqpass/kernel/decimal';
import { moveOf } from '@liqpass/proof/movements';
import type { Answer } from '@liqpass/proof/answers';
import { createReader, PAGE_SIZE, readPages, type Reader } from '@liqpass/proof/reader';
import { fillRow, parseRows, positionRow, type PositionRow } from '@liqpass/proof/rows';
import { allPositionsTarget } from '@liqpass/proof/targets';
import type { RecordedExchange } from '@liqpass/evidence/bundle';
import { exchangePath } from '@liqpass/evidence/bundle';
import { z } from 'zod';
import type { OkxClient } from '../okx/okxClient.ts';
import type { Context } from './context.ts';
import { clientOf, INTERACTIVE_MS, refusalOf } from './credentials.ts';

const fillsSince = (beginMs: number): string =>
  `/api/v5/trade/fills-history?instType=SWAP&begin=${beginMs}&limit=${PAGE_SIZE}`;
const PAD_MS = 1_000;
const MOST_ORDERS = 20;

/** Reads whatever `look` asks for, until it has what it wants. */
export async function readThrough<T>(ctx: Context, client: OkxClient, look: (reader: Reader) => T | null): Promise<T> {
  const deadlineMs = ctx.clock.now() + INTERACTIVE_MS;
  const exchanges: RecordedExchange[] = [];
  for (;;) {
    const reader = createReader(exchanges);
    const found = look(reader);
    if (found !== null && reader.needs.length === 0) return found;
    const read = await Promise.all(reader.needs.map((target) => client.get(target, deadlineMs)));
    read.forEach((exchange) =>
      exchanges.push({ ...exchange, path: exchangePath(exchanges.length + 1, exchange.target) }),
    );
  }
}

const text = (value: Decimal | null): string | null => (value === null ? null : formatDecimal(value));
const datedFill = fillRow.extend({ ts: z.union([z.string(), z.number()]).transform(Number) });
type Fill = z.infer<typeof datedFill>;

/** The orders whose fills opened or enlarged a position since its life began, newest first. */
function openingOrders(
  position: PositionRow,
  isShort: boolean,
  fills: readonly Fill[],
): PositionsAnswer['positions'][number]['orders'] {
  const orders = new Map<string, { size: Decimal; px: Decimal | null; timeMs: number }>();
  for (const fill of fills) {
    const sign = moveOf(fill.subType)?.sign;
    const isOpening = sign !== undefined && (sign === -1) === isShort;
    if (!isOpening || fill.instId !== position.instId || (fill.posSide !== '' && fill.posSide !== position.posSide))
      continue;
    if (fill.ts < position.cTime - PAD_MS || fill.fillSz === null || !/^[1-9]\d*$/.test(fill.ordId)) continue;
    const known = orders.get(fill.ordId);
    const size = absolute(fill.fillSz);
    orders.set(fill.ordId, {
      size: known ? { n: known.size.n * size.d + size.n * known.size.d, d: known.size.d * size.d } : size,
      px: known ? known.px : fill.fillPx,
      timeMs: Math.max(known?.timeMs ?? 0, fill.ts),
    });
  }
  return [...orders]
    .map(([ordId, { size, px, timeMs }]) => ({ ordId, filledSz: formatDecimal(size), avgPx: text(px), timeMs }))
    .toSorted((a, b) => b.timeMs - a.timeMs)
    .slice(0, MOST_ORDERS);
}

const fillId = fillRow.pick({ billId: true });
function identifyFill(value: unknown): { id: string; cursor: bigint } | null {
  const id = fillId.safeParse(value).data?.billId;
  return id === undefined ? null : { id, cursor: BigInt(id) };
}

type Look =
  | { refused: Extract<Answer, { kind: 'refused' }> }
  | { positions: readonly PositionRow[]; fills: readonly Fill[] };

function look(reader: Reader): Look | null {
  const live = reader.read(allPositionsTarget);
  if (live === null) return null;
  if (live.kind === 'refused') return { refused: live };
  const positions = (parseRows(positionRow, live.rows) ?? []).filter((row) => row.pos !== null && !isZero(row.pos));
  if (positions.length === 0) return { positions, fills: [] };
  const beginMs = Math.min(...positions.map((row) => row.cTime)) - PAD_MS;
  // Newest first: where there is no time for all of them, the latest orders are there to pick from.
  const pages = readPages(reader, { target: fillsSince(beginMs), identify: identifyFill });
  if (pages === null) return null;
  if (pages.kind === 'refused') return { refused: pages.answer };
  return { positions, fills: parseRows(datedFill, pages.rows) ?? [] };
}

/** What is open on the account of a sealed key, with the orders that opened it, to pick from. */
export async function listPositions(ctx: Context, credential: string, owner: string): Promise<PositionsAnswer> {
  const client = await clientOf(ctx, { credential, owner });
  const seen = await readThrough(ctx, client, look);
  if ('refused' in seen) throw refusalOf(seen.refused);
  return {
    positions: seen.positions.map((row) => {
      const posSide = row.posSide === 'long' || row.posSide === 'short' ? row.posSide : 'net';
      const isShort = posSide === 'short' || (posSide === 'net' && row.pos !== null && isNegative(row.pos));
      return {
        instId: row.instId,
        posId: row.posId,
        cTime: String(row.cTime),
        mgnMode: row.mgnMode === 'cross' ? 'cross' : 'isolated',
        posSide,
        side: isShort ? 'short' : 'long',
        pos: row.pos === null ? '0' : formatDecimal(row.pos),
        avgPx: text(row.avgPx),
        lever: text(row.lever),
        margin: text(row.margin),
        liqPx: text(row.liqPx),
        markPx: text(row.markPx),
        upl: text(row.upl),
        orders: openingOrders(row, isShort, seen.fills),
      };
    }),
  };
}
