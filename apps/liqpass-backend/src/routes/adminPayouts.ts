import { LiqPassError } from '@liqpass/api/errors';
import { payoutsAnswer, safeBatchAnswer } from '@liqpass/api/operators';
import { formatUsdc } from '@liqpass/kernel/money';
import { formatIso } from '@liqpass/kernel/time';
import { BASE_CHAIN_ID, USDC_ON_BASE } from '@liqpass/kernel/vocabulary';
import type { Server } from '@liqpass/service/server';
import { z } from 'zod';
import { payoutListHash, payoutsCsv, payoutTotal, safeBatch } from '../domain/safeBatch.ts';
import type { HallContext } from '../services/hallContext.ts';
import { listPayouts } from '../services/payouts.ts';
import { operatorsOnly } from './people/guards.ts';
import type { Keys } from './platform/keys.ts';

/** What the multisig is to pay: a list to copy from, and files that Safe reads. */
export function adminPayoutRoutes(app: Server, ctx: HallContext, keys: Keys): void {
  const guard = operatorsOnly(keys, 'viewer');
  const common = { tags: ['admin'], security: [{ adminKey: [] }, { session: [] }] };

  app.get(
    '/admin/payouts',
    {
      ...guard,
      schema: {
        ...common,
        summary: 'Approved claims that wait for payment',
        response: { 200: payoutsAnswer },
      },
    },
    async () => {
      const payouts = await listPayouts(ctx);
      return {
        items: payouts.map((payout) => ({
          claim_id: payout.claimId,
          purchase_order_id: payout.purchaseOrderId,
          to: payout.to,
          amount_usdc: formatUsdc(payout.amount),
          approved_by: payout.approvedBy,
          approved_at: formatIso(payout.approvedAtMs),
          attested: payout.attested,
        })),
        count: payouts.length,
        total_usdc: formatUsdc(payoutTotal(payouts)),
        list_hash: payoutListHash(payouts),
        treasury_safe: ctx.settings.treasurySafe,
        chain_id: BASE_CHAIN_ID,
        token_address: USDC_ON_BASE,
      };
    },
  );

  app.get(
    '/admin/payouts/safe-batch',
    {
      ...guard,
      schema: {
        ...common,
        summary: 'A file for Safe’s Transaction Builder',
        response: { 200: safeBatchAnswer },
        refuses: ['TREASURY_SAFE_MISSING'],
      },
    },
    async (_request, reply) => {
      const { treasurySafe } = ctx.settings;
      if (treasurySafe === null)
        throw new LiqPassError(
          'TREASURY_SAFE_MISSING',
          'No treasury is configured: set TREASURY_SAFE to the Safe that pays.',
        );
      void reply.header('content-disposition', 'attachment; filename="liqpass-payouts.json"');
      return safeBatchAnswer.parse(safeBatch(await listPayouts(ctx), treasurySafe, ctx.clock.now()));
    },
  );

  app.get(
    '/admin/payouts/csv',
    {
      ...guard,
      schema: {
        ...common,
        summary: 'The same for Safe’s CSV airdrop, 400 rows at most',
        response: { 200: { content: { 'text/csv': { schema: z.string() } } } },
      },
    },
    async (_request, reply) =>
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="liqpass-payouts.csv"')
        .serializer(String)
        .send(payoutsCsv(await listPayouts(ctx))),
  );
}
