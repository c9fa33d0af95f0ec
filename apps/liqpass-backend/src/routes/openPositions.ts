import { credentialParams, positionList, type OkxPosition } from '@liqpass/api/credentials';
import { formatIso } from '@liqpass/kernel/time';
import type { Server } from '@liqpass/service/server';
import type { HallContext } from '../services/hallContext.ts';
import { listOpenPositions, type ShownPosition } from '../services/openPositions.ts';
import { signedIn, signedInOnly } from './people/guards.ts';
import { OF_EXCHANGE_KEY } from './platform/refusals.ts';

const positionToWire = ({ position, reason, orderId, nextFromMs }: ShownPosition): OkxPosition => ({
  inst_id: position.instId,
  pos_side: position.posSide,
  side: position.side,
  mgn_mode: position.mgnMode,
  lever: position.lever,
  pos: position.pos,
  avg_px: position.avgPx,
  liq_px: position.liqPx,
  mark_px: position.markPx,
  margin: position.margin,
  ord_ids: position.orders.map((order) => order.ordId),
  insurable: reason === null,
  reason,
  order_id: orderId,
  ...(nextFromMs === null ? {} : { next_from: formatIso(nextFromMs) }),
});

/** What is open on the account of a wallet's key, and what of it could be insured. */
export function openPositionRoutes(app: Server, ctx: HallContext): void {
  const tags = ['exchange keys'];
  const security = [{ session: [] }];

  app.get(
    '/api/okx-credentials/:id/positions',
    {
      ...signedInOnly,
      schema: {
        tags,
        summary: 'What is open on the account of a key',
        security,
        params: credentialParams,
        response: { 200: positionList },
        refuses: [...OF_EXCHANGE_KEY, 'CREDENTIAL_NOT_FOUND'],
      },
    },
    async (request) => ({
      items: (await listOpenPositions(ctx, request.params.id, signedIn(request).address)).map(positionToWire),
    }),
  );
}
