import type { Check, Liquidation } from '@liqpass/api/verify';
import { countHeard } from '../db/book/publicLiquidationsRepo.ts';
import type { Db } from '../db/platform/database.ts';

/**
 * Whether the exchange's public channel told of what closed the position. Seen there, it is borne out by a second way of the
 * exchange; not seen there it says nothing, for the channel does not tell of everything. null where nobody listens to it.
 */
export async function publicFeedCheck(db: Db, instId: string, liquidation: Liquidation | null): Promise<Check | null> {
  if (liquidation === null || liquidation.forced.length === 0) return null;
  const { listened, orders, heard } = await countHeard(
    db,
    { instId, side: liquidation.side },
    liquidation.forced.map(({ ord_id: ordId, size, time_ms: atMs }) => ({ ordId, size: size.replace('-', ''), atMs })),
  );
  if (!listened) return null;
  return {
    code: 'PUBLIC_FEED_SAW_IT',
    result: heard > 0 ? 'pass' : 'no_data',
    detail:
      heard > 0
        ? `The public channel told of ${heard} of ${orders} forced orders.`
        : 'The public channel told of none of the forced orders; it does not tell of all.',
    params: { seen: `${heard} / ${orders}` },
  };
}
