import type { PositionsAnswer } from '@liqpass/api/exchangeKeys';
import type { OkxPosition } from '@liqpass/api/credentials';
import { coinOf } from '@liqpass/underwriting/products';

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
