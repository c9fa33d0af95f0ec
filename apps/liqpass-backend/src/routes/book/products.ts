import { productsAnswer } from '@liqpass/api/quotes';
import { formatUsdc } from '@liqpass/kernel/money';
import { formatIso } from '@liqpass/kernel/time';
import type { Server } from '@liqpass/service/server';
import { MIN_PAYOUT, PAYOUT_CHOICES } from '../../domain/book/product.ts';
import type { BookContext } from '../../services/book/bookContext.ts';
import { limitsOf } from '../../services/book/exposure.ts';
import { INSTRUMENTS } from '../../services/book/market.ts';
import { shopReader } from '../../services/book/products.ts';

/** What is on sale now. */
export function productRoutes(app: Server, ctx: BookContext): void {
  const readShop = shopReader(ctx);
  app.get(
    '/api/products',
    {
      schema: {
        tags: ['quotes'],
        summary: 'What is on sale now and, where not, why',
        response: { 200: productsAnswer },
      },
    },
    async () => {
      const { products, markets } = await readShop();
      const most = limitsOf(ctx).policy;
      return {
        items: products.map(({ product, offSale }) => ({
          policy_type: product.policyType,
          hours: product.hours,
          inst_ids: [...INSTRUMENTS],
          payout_choices: [...PAYOUT_CHOICES]
            .filter((payout) => payout >= MIN_PAYOUT && payout <= most)
            .map((payout) => formatUsdc(payout)),
          fixed_price: product.fixedPrice
            ? {
                premium_usdc: formatUsdc(product.fixedPrice.premium),
                payout_usdc: formatUsdc(product.fixedPrice.payout),
                p_max: product.fixedPrice.pMax,
                min_margin_usdt: formatUsdc(product.fixedPrice.minMargin),
              }
            : null,
          on_sale: offSale === null,
          off_sale_reason: offSale,
        })),
        market: markets.map((market) => ({
          inst_id: market.instId,
          mark_px: market.mark?.px ?? null,
          mark_at: market.mark ? formatIso(market.mark.atMs) : null,
          stale: market.stale,
          sales_stopped_reason: market.stopped,
          max_leverage: market.maxLeverage,
          fixed_price_max_leverage: market.fixedPriceMaxLeverage,
        })),
        allow_unattested_binding: ctx.settings.allowUnattestedBinding,
      };
    },
  );
}
