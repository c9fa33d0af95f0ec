import { paymentInstructionsAnswer } from '@liqpass/api/quotes';
import { USDC_DECIMALS } from '@liqpass/kernel/money';
import type { Server } from '@liqpass/service/server';
import type { HallContext } from '../services/hallContext.ts';

/** Where premiums are paid to; without a treasury no address is shown. */
export function paymentInstructionRoutes(app: Server, ctx: HallContext): void {
  app.get(
    '/api/payment-instructions',
    {
      schema: {
        tags: ['purchase orders'],
        summary: 'Where premiums are paid to',
        response: { 200: paymentInstructionsAnswer },
      },
    },
    async () => ({
      treasury_safe: ctx.settings.treasurySafe,
      chain_id: ctx.settings.chain.chainId,
      chain_name: 'Base',
      token: 'USDC',
      token_address: ctx.settings.chain.usdc,
      token_decimals: USDC_DECIMALS,
      explorer_url: 'https://basescan.org',
    }),
  );
}
