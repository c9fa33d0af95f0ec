import { SALES_STOP_REASONS, SIDES } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { address, hex32, instId, instant, usdcText } from './wire.ts';

/** A price of the exchange, as a decimal string. */
export const price = z.string().regex(/^\d{1,20}(?:\.\d{1,20})?$/, 'a price such as "64210.5"');
const stopReason = z.enum(SALES_STOP_REASONS).nullable();

export const productAnswer = z
  .strictObject({
    policy_type: z.string(),
    hours: z.int(),
    inst_ids: z.array(instId),
    /** Payouts offered at a computed premium. */
    payout_choices: z.array(usdcText),
    /** The price of the contract ("1.00 buys 50"), sold only where probability ≤ p_max and margin ≥ min_margin_usdt. */
    fixed_price: z
      .strictObject({
        premium_usdc: usdcText,
        payout_usdc: usdcText,
        p_max: z.number(),
        min_margin_usdt: usdcText,
      })
      .nullable(),
    on_sale: z.boolean(),
    off_sale_reason: stopReason,
  })
  .meta({ id: 'Product' });
export type Product = z.infer<typeof productAnswer>;

const leverageBySide = z.strictObject({ long: z.int().nullable(), short: z.int().nullable() });
export const marketAnswer = z
  .strictObject({
    inst_id: instId,
    mark_px: price.nullable(),
    mark_at: instant.nullable(),
    stale: z.boolean(),
    sales_stopped_reason: stopReason,
    /** Highest whole leverage at which anything is sold for 24 h, and at which the fixed price holds, now; null where none. */
    max_leverage: leverageBySide,
    fixed_price_max_leverage: leverageBySide,
  })
  .meta({ id: 'MarketNow' });
export type MarketNow = z.infer<typeof marketAnswer>;
/** GET /api/products: what is on sale now and, where not, why. */
export const productsAnswer = z
  .strictObject({
    items: z.array(productAnswer),
    market: z.array(marketAnswer),
    /** Whether an order may be bound by its number alone, without an exchange key. */
    allow_unattested_binding: z.boolean(),
  })
  .meta({ id: 'Products' });
export type Products = z.infer<typeof productsAnswer>;

/** Refused with QUOTE_REFUSED, SALES_STOPPED or EXPOSURE_LIMIT_REACHED (see errors.ts for their params). */
export const quoteAnswer = z
  .strictObject({
    quote_hash: hex32,
    policy_type: z.string(),
    inst_id: instId,
    side: z.enum(SIDES),
    leverage: z.number(),
    mark_px: price,
    liq_px: price,
    /** From the mark to the liquidation price, as a fraction of the mark. */
    distance: z.number(),
    probability: z.number(),
    premium_usdc: usdcText,
    payout_usdc: usdcText,
    /** Whether this is the contract's fixed price rather than a computed one. */
    fixed_price: z.boolean(),
    /** The margin that must be at risk for this payout. */
    min_margin_usdt: usdcText,
    hours: z.int(),
    created_at: instant,
    expires_at: instant,
    /** The price is computed again at binding and honoured while the probability stays at or below this. */
    honoured_up_to_probability: z.number(),
    depends_on: z.strictObject({
      sigma: z.number(),
      /** Events (rate decisions, CPI) inside the window. */
      events: z.int(),
      mark_at: instant,
      candles_until: instant,
    }),
    /** Lower leverages that cost less, nearest first; what would make it cheaper. */
    cheaper: z.array(
      z.strictObject({ leverage: z.number(), liq_px: price, probability: z.number(), premium_usdc: usdcText }),
    ),
    /** The largest payout on offer that costs no more than this one; left out where each costs more. */
    more_payout_usdc: usdcText.optional(),
    signature: z.string(),
    typed_data: z.unknown(),
  })
  .meta({ id: 'Quote' });
export type Quote = z.infer<typeof quoteAnswer>;

export const CANDLE_BARS = ['1m', '1H'] as const;
/** GET /api/market/candles: mark-price candles, oldest first, ending at `until` (now when left out). */
export const candlesQuery = z.strictObject({
  instId,
  bar: z.enum(CANDLE_BARS).default('1H'),
  limit: z.coerce.number().int().min(1).max(1440).default(72),
  until: instant.optional(),
});
export const candlesAnswer = z
  .strictObject({
    inst_id: instId,
    bar: z.enum(CANDLE_BARS),
    items: z.array(z.strictObject({ at: instant, o: price, h: price, l: price, c: price })),
  })
  .meta({ id: 'MarketCandles' });
export type Candles = z.infer<typeof candlesAnswer>;
/** GET /api/market/marks */
export const marksAnswer = z
  .strictObject({
    items: z.array(z.strictObject({ inst_id: instId, mark_px: price, at: instant, stale: z.boolean() })),
  })
  .meta({ id: 'MarketMarks' });
export type Marks = z.infer<typeof marksAnswer>;

/** GET /api/payment-instructions: where premiums go. Without a treasury no address is shown, and nothing can be paid. */
export const paymentInstructionsAnswer = z
  .strictObject({
    treasury_safe: address.nullable(),
    chain_id: z.int(),
    chain_name: z.string(),
    token: z.string(),
    token_address: address,
    token_decimals: z.int(),
    /** Base of the chain's explorer, without a trailing slash: transactions are under /tx/. */
    explorer_url: z.string().nullable(),
    /** Where to ask, as the operators set it. */
    contact_url: z.string().nullable(),
    contact_email: z.string().nullable(),
    /** Minutes from the report of a payment to its confirmation, in the middle of the last twenty; null for none yet. */
    usual_confirmation_minutes: z.int().nullable(),
  })
  .meta({ id: 'PaymentInstructions' });
export type PaymentInstructions = z.infer<typeof paymentInstructionsAnswer>;
