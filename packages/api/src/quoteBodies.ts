import { SIDES } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { cleanNumber } from './pasted.ts';
import { price } from './quotes.ts';
import { hex32, instant, instId, usdcText } from './wire.ts';

/** A price as somebody gives it: "58,210.5" too. */
const givenPrice = z.string().max(60).transform(cleanNumber).pipe(price);

/** POST /api/quotes: exactly one of leverage and liqPx. */
export const quoteBody = z
  .strictObject({
    policyType: z.string().min(1).max(40),
    instId,
    side: z.enum(SIDES),
    leverage: z.number().min(1).max(125).optional(),
    liqPx: givenPrice.optional(),
    payoutUsdc: usdcText,
    /** From when it is to cover, at most an hour ahead: the end of the cover that it follows. Ten minutes from now when left out. */
    coverageStartAt: instant.optional(),
    /** The quote_hash of the buyer's quote before this one, which he no longer wants: the room it holds goes to this one. */
    replaces: hex32.optional(),
  })
  .refine((body) => (body.leverage === undefined) !== (body.liqPx === undefined), 'give leverage or liqPx, one of them')
  .meta({ id: 'QuoteRequest' });

export type QuoteBody = z.infer<typeof quoteBody>;
