import { reservesAnswer } from '@liqpass/api/treasury';
import type { Server } from '@liqpass/service/server';
import { readReserves } from '../../services/treasury/standing.ts';
import type { TreasuryContext } from '../../services/treasury/treasuryContext.ts';

/** What the treasury holds against what it owes: for anybody. */
export function reservesRoutes(app: Server, ctx: TreasuryContext): void {
  app.get(
    '/api/reserves',
    {
      schema: {
        tags: ['treasury'],
        summary: 'What the treasury holds, and what it could have to pay',
        response: { 200: reservesAnswer },
      },
    },
    async () => readReserves(ctx),
  );
}
