import type { PositionsAnswer } from '@liqpass/api/exchangeKeys';
import type { OkxPosition } from '@liqpass/api/credentials';
import type { EpochMs } from '@liqpass/kernel/time';
import { coinOf } from '@liqpass/underwriting/products';
import { listHolders } from '../db/boundPositionsRepo.ts';
import { holdsItsOkxOrder, nextCoverFrom } from '../domain/purchaseOrder.ts';
import type { HallContext } from './hallContext.ts';
import { readCredential } from './people/credentials.ts';

type OpenPosition = PositionsAnswer['positions'][number];
export type ShownPosition = {
  readonly position: OpenPosition;
  readonly reason: OkxPosition['reason'];
  /** The order that holds it, where that is the wallet's own. */
  readonly orderId: string | null;
  /** From when the next cover would go on from that order, where it may be bought now. */
  readonly nextFromMs: EpochMs | null;
};

/** One lifetime of one position, as a word to look up. */
export const lifetimeOf = (posId: string, cTime: string): string => `${posId}:${cTime}`;

type Holder = Awaited<ReturnType<typeof listHolders>>[number];

function reasonOf(position: OpenPosition, held: boolean): OkxPosition['reason'] {
  if (coinOf(position.instId) === null) return 'INSTRUMENT_NOT_COVERED';
  if (position.mgnMode === 'cross') return 'CROSS_MARGIN';
  if (position.orders.length === 0) return 'ORDER_NOT_IN_POSITION';
  if (position.liqPx === null) return 'LIQ_PRICE_UNKNOWN';
  return held ? 'ALREADY_INSURED' : null;
}

/**
 * Whether a position could be insured, as far as it tells by itself: price, room and margin are judged at binding. Whether
 * another order has it is asked of the very rule that binding asks (holdsItsOkxOrder).
 */
export function judgeOpenPosition(
  position: OpenPosition,
  holders: readonly Holder[],
  owner: string,
  nowMs: EpochMs,
): ShownPosition {
  const lifetime = lifetimeOf(position.posId, position.cTime);
  const ordId = position.orders[0]?.ordId;
  const [holder, ...more] = holders
    .filter(
      ({ order, lifetime: held }) =>
        (held === lifetime || (ordId !== undefined && order.binding?.ordId === ordId)) &&
        holdsItsOkxOrder(order, nowMs),
    )
    // Where it has its next cover, that is the one to look at.
    .toSorted((a, b) => b.order.createdAtMs - a.order.createdAtMs);
  const own = holder?.order.owner === owner ? holder.order : null;
  const nextFromMs = own && more.length === 0 && holder?.lifetime === lifetime ? nextCoverFrom(own, nowMs) : null;
  return {
    position,
    reason: reasonOf(position, holder !== undefined && nextFromMs === null),
    orderId: own?.id ?? null,
    nextFromMs,
  };
}

/** What is open on a key's account, and which of it could be insured as far as the position alone tells. */
export async function listOpenPositions(ctx: HallContext, id: string, owner: string): Promise<ShownPosition[]> {
  const credential = await readCredential(ctx, id, owner);
  const { positions } = await ctx.exchangeKeys.positions({ sealed: credential.sealed, owner });
  const ordIds = positions.flatMap(({ orders }) => orders.slice(0, 1).map(({ ordId }) => ordId));
  const holders = await listHolders(ctx.db, credential.mainUid, ordIds);
  return positions.map((position) => judgeOpenPosition(position, holders, owner, ctx.clock.now()));
}
