import { paymentInstructionsAnswer } from '@liqpass/api/quotes';
import { USDC_DECIMALS } from '@liqpass/kernel/money';
import { BASE_CHAIN_ID, USDC_ON_BASE } from '@liqpass/kernel/vocabulary';
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
      chain_id: BASE_CHAIN_ID,
      chain_name: 'Base',
      token: 'USDC',
      token_address: USDC_ON_BASE,
      token_decimals: USDC_DECIMALS,
      explorer_url: 'https://basescan.org',
    }),
  );
}
