import { paymentInstructionsAnswer } from '@liqpass/api/quotes';
import { BASE_SEPOLIA_CHAIN_ID, chainName } from '@liqpass/kernel/chains';
import { USDC_DECIMALS } from '@liqpass/kernel/money';
import { MINUTE_MS } from '@liqpass/kernel/time';
import { BASE_CHAIN_ID } from '@liqpass/kernel/vocabulary';
import type { Server } from '@liqpass/service/server';
import { usualConfirmationMs } from '../db/paymentsRepo.ts';
import type { HallContext } from '../services/hallContext.ts';
import { keptFor } from '../services/platform/keptFor.ts';

/** Where people look a transaction up, by chain; a local one has no such place. */
const EXPLORERS: ReadonlyMap<number, string> = new Map([
  [BASE_CHAIN_ID, 'https://basescan.org'],
  [BASE_SEPOLIA_CHAIN_ID, 'https://sepolia.basescan.org'],
]);

/** Where premiums are paid to; without a treasury no address is shown. */
export function paymentInstructionRoutes(app: Server, ctx: HallContext): void {
  // Asked for with every page that pays; it changes by the hour at most.
  const usual = keptFor(MINUTE_MS, () => usualConfirmationMs(ctx.db));
  app.get(
    '/api/payment-instructions',
    {
      schema: {
        tags: ['purchase orders'],
        summary: 'Where premiums are paid to',
        response: { 200: paymentInstructionsAnswer },
      },
    },
    async () => {
      const usualMs = await usual();
      return {
        treasury_safe: ctx.settings.treasurySafe,
        chain_id: ctx.settings.chain.chainId,
        chain_name: chainName(ctx.settings.chain.chainId),
        token: 'USDC',
        token_address: ctx.settings.chain.usdc,
        token_decimals: USDC_DECIMALS,
        explorer_url: EXPLORERS.get(ctx.settings.chain.chainId) ?? null,
        contact_url: ctx.settings.contact.url,
        contact_email: ctx.settings.contact.email,
        usual_confirmation_minutes: usualMs === null ? null : Math.max(1, Math.ceil(usualMs / MINUTE_MS)),
      };
    },
  );
}
