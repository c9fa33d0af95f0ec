import { reservesAnswer } from '@liqpass/api/treasury';
import type { Server } from '@liqpass/service/server';
import { readLiabilities } from '../../services/log/liabilities.ts';
import type { LogContext } from '../../services/log/logContext.ts';
import { readReserves } from '../../services/treasury/standing.ts';
import type { TreasuryContext } from '../../services/treasury/treasuryContext.ts';
import { liabilitiesToWire } from './liabilitiesWire.ts';

/** What the treasury holds against what it owes, and what of it the log has: for anybody. */
export function reservesRoutes(app: Server, ctx: TreasuryContext & LogContext): void {
  app.get(
    '/api/reserves',
    {
      schema: {
        tags: ['treasury'],
        summary: 'What the treasury holds, what it could have to pay, and the sum that the log has of it',
        response: { 200: reservesAnswer },
      },
    },
    async () => {
      const logged = ctx.settings.publicLog === null ? null : await readLiabilities(ctx);
      return { ...(await readReserves(ctx)), liabilities: logged === null ? null : liabilitiesToWire(logged) };
    },
  );
}
