import { LiqPassError } from '@liqpass/api/errors';
import type { PastAnswer, PastQuery } from '@liqpass/api/past';
import { formatIso, HOUR_MS } from '@liqpass/kernel/time';
import { pastPayouts } from '@liqpass/underwriting/pastCovers';
import { productOf } from '@liqpass/underwriting/products';
import type { BookContext } from './bookContext.ts';
import { INSTRUMENTS } from './market.ts';

/** How often such a cover, begun at any hour of the last year, would have paid. From memory: no query. */
export function readPast(ctx: BookContext, { instId, side, policyType, distance }: PastQuery): PastAnswer {
  const product = productOf(policyType);
  if (!product || !INSTRUMENTS.includes(instId))
    throw new LiqPassError('PRODUCT_NOT_FOUND', `${policyType} is not sold on ${instId}.`);
  const hours = ctx.past.hours(instId, product.hours);
  const { covers, paid, worstDay, months } = pastPayouts(hours, side, distance);
  const [first, last] = [hours[0], hours.at(-1)];
  return {
    covers,
    paid,
    from: first ? formatIso(first.timeMs) : null,
    until: last ? formatIso(last.timeMs + HOUR_MS) : null,
    worst_day: worstDay,
    months: [...months],
  };
}
