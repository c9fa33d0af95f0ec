import type { PositionsAnswer } from '@liqpass/api/exchangeKeys';
import type { OkxPosition } from '@liqpass/api/credentials';
import { coinOf } from '@liqpass/underwriting/products';
import { listLivePositions } from '../db/purchaseOrdersRepo.ts';
import type { HallContext } from './hallContext.ts';
import { readCredential } from './people/credentials.ts';

type OpenPosition = PositionsAnswer['positions'][number];
export type ShownPosition = { readonly position: OpenPosition; readonly reason: OkxPosition['reason'] };

/** One lifetime of one position, as a word to look up. */
export const lifetimeOf = (posId: string, cTime: string): string => `${posId}:${cTime}`;

/** Whether a position could be insured, as far as it tells by itself: price, room and margin are judged at binding. */
export function judgeOpenPosition(position: OpenPosition, insured: ReadonlySet<string>): ShownPosition {
  return { position, reason: reasonOf(position, insured) };
}

function reasonOf(position: OpenPosition, insured: ReadonlySet<string>): OkxPosition['reason'] {
  if (coinOf(position.instId) === null) return 'INSTRUMENT_NOT_COVERED';
  if (position.mgnMode === 'cross') return 'CROSS_MARGIN';
  if (position.orders.length === 0) return 'ORDER_NOT_IN_POSITION';
  if (position.liqPx === null) return 'LIQ_PRICE_UNKNOWN';
  return insured.has(lifetimeOf(position.posId, position.cTime)) ? 'ALREADY_INSURED' : null;
}

/** What is open on a key's account, and which of it could be insured as far as the position alone tells. */
export async function listOpenPositions(ctx: HallContext, id: string, owner: string): Promise<ShownPosition[]> {
  const credential = await readCredential(ctx, id, owner);
  const { positions } = await ctx.exchangeKeys.positions({ sealed: credential.sealed, owner });
  const insured = new Set(await listLivePositions(ctx.db, credential.mainUid));
  return positions.map((position) => judgeOpenPosition(position, insured));
}
