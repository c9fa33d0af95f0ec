import { quoteAnswer, type Quote as QuoteAnswer } from '@liqpass/api/quotes';
import { quoteBody } from '@liqpass/api/quoteBodies';
import { invariant } from '@liqpass/kernel/invariant';
import { formatUsdc } from '@liqpass/kernel/money';
import { formatIso } from '@liqpass/kernel/time';
import type { Server } from '@liqpass/service/server';
import type { BookContext } from '../../services/book/bookContext.ts';
import { issueQuote, type Quote } from '../../services/book/quotes.ts';
import { callerName } from '../people/callerName.ts';
import { amount, instantMs } from '../platform/wireValues.ts';

/** Prices that hold for 30 seconds. */
export function quoteRoutes(app: Server, ctx: BookContext): void {
  app.post(
    '/api/quotes',
    {
      schema: {
        tags: ['quotes'],
        summary: 'Ask for a price: it holds for 30 seconds, with room in the book kept for it',
        body: quoteBody,
        response: { 200: quoteAnswer },
        refuses: ['PRODUCT_NOT_FOUND', 'SALES_STOPPED', 'QUOTE_REFUSED', 'START_TOO_FAR', 'EXPOSURE_LIMIT_REACHED'],
      },
    },
    async (request) => {
      const { policyType, instId, side, leverage, liqPx, payoutUsdc, coverageStartAt, replaces } = request.body;
      const at = leverage !== undefined ? { leverage } : liqPx !== undefined ? { liqPx } : null;
      invariant(at, 'the schema asks for one of leverage and liqPx');
      const quote = await issueQuote(ctx, {
        policyType,
        instId,
        side,
        at,
        payout: amount(payoutUsdc),
        startMs: instantMs(coverageStartAt),
        replaces: replaces?.toLowerCase() ?? null,
        caller: callerName(request),
      });
      return quoteToWire(quote);
    },
  );
}

function quoteToWire({
  stored,
  product,
  offer,
  events,
  market,
  cheaper,
  morePayout,
  signature,
  typedData,
}: Quote): QuoteAnswer {
  return {
    quote_hash: stored.quoteHash,
    policy_type: stored.policyType,
    inst_id: stored.instId,
    side: stored.side,
    leverage: stored.leverage,
    mark_px: stored.markPx,
    liq_px: stored.liqPx,
    distance: offer.price.distance,
    probability: stored.probability,
    premium_usdc: formatUsdc(stored.premium),
    payout_usdc: formatUsdc(stored.payout),
    fixed_price: stored.fixedPrice,
    min_margin_usdt: formatUsdc(offer.minMargin),
    hours: product.hours,
    created_at: formatIso(stored.createdAtMs),
    expires_at: formatIso(stored.expiresAtMs),
    honoured_up_to_probability: stored.honouredUpTo,
    depends_on: {
      sigma: offer.price.sigma,
      events,
      mark_at: formatIso(market.markAtMs),
      candles_until: formatIso(market.candlesUntilMs),
    },
    cheaper: cheaper.map((one) => ({
      leverage: one.leverage,
      liq_px: one.liqPx,
      probability: one.probability,
      premium_usdc: formatUsdc(one.premium),
    })),
    ...(morePayout === null ? {} : { more_payout_usdc: formatUsdc(morePayout) }),
    signature,
    typed_data: typedData,
  };
}
