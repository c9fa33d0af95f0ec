import { LiqPassError } from '@liqpass/api/errors';
import { DAY_MS, HOUR_MS, MINUTE_MS, type EpochMs } from '@liqpass/kernel/time';
import { SIDES } from '@liqpass/kernel/vocabulary';
import { formatUsdc, usdc, type Usdc } from '@liqpass/kernel/money';
import {
  bookLimits,
  decideSale,
  nearFrom,
  restsUntil,
  type BookLimits,
  type BookPolicy,
  type BookTotals,
  type SaleDecision,
} from '@liqpass/underwriting/book';
import type { BookRisk } from '@liqpass/underwriting/bookRisk';
import { coinOf, COIN_OF_INSTRUMENT, productOf, PRODUCTS } from '@liqpass/underwriting/products';
import type { Db } from '../../db/platform/database.ts';
import {
  listClaimsOnBook,
  lockBook,
  putRoom,
  sumBook,
  type BookSums,
  type NearPrice,
  type Room,
} from '../../db/book/exposureRepo.ts';
import type { BookContext } from './bookContext.ts';
import { salesStopped } from './sales.ts';

/** How long a quote or an order that no key bound holds room: long enough to bind, too short to close the shop with. */
export const TENTATIVE_HOLD_MS = 2 * MINUTE_MS;
/** What all of those may hold together of a side, and how many rooms each caller. Beyond that they are sold as long as there is room, and take it when they are bound or paid. */
const TENTATIVE_SHARE = 20n;
const TENTATIVE_ROOMS = 3;
/** A side rests 24 h once the claims of 24 h passed its limit: two days of claims say whether it does. */
const BREAKER_LOOKS_BACK_MS = 2 * DAY_MS;
const LONGEST_COVER_MS = Math.max(...PRODUCTS.map((product) => product.hours)) * HOUR_MS;

export const limitsOf = (ctx: BookContext): BookLimits => bookLimits(ctx.settings.underwriting.capital);

/** A room as the underwriting package counts it. */
export function toBookPolicy(
  room: Pick<Room, 'policyType' | 'instId' | 'side' | 'liqPx' | 'payout' | 'mainAccount' | 'soldAtMs'>,
): BookPolicy {
  return {
    coin: room.instId === null ? null : coinOf(room.instId),
    side: room.side,
    liqPx: room.liqPx === null ? null : Number(room.liqPx),
    horizon: productOf(room.policyType)?.horizon ?? '24h',
    payout: room.payout,
    mainAccount: room.mainAccount,
    soldAtMs: room.soldAtMs,
  };
}

/** isNear() of the underwriting package, turned into prices that SQL compares with. */
export function nearPrices(risk: BookRisk): NearPrice[] {
  return Object.entries(COIN_OF_INSTRUMENT).flatMap(([instId, coin]) => {
    const now = risk[coin];
    if (!now) return [];
    return SIDES.flatMap((side) =>
      PRODUCTS.flatMap(({ policyType, horizon }) => {
        const sigma = now.sigma[side][horizon];
        if (sigma === undefined) return [];
        return [{ instId, side, policyType, px: nearFrom(now.mark, sigma, side) }];
      }),
    );
  });
}

/** The book's sums as they stand, by SQL; `except` leaves out the room that is about to be replaced. */
export async function readTotals(
  ctx: BookContext,
  db: Db,
  nowMs: EpochMs,
  asked: {
    readonly account: string | null;
    readonly except: string | null;
    readonly risk: BookRisk;
    /** What the account is promised by a cover that ends before the one that is asked for begins. */
    readonly notAtOnce?: Usdc;
  },
): Promise<BookTotals> {
  return (await readBook(ctx, db, nowMs, { ...asked, caller: null })).totals;
}

async function readBook(
  ctx: BookContext,
  db: Db,
  nowMs: EpochMs,
  asked: {
    readonly account: string | null;
    readonly except: string | null;
    readonly caller: string | null;
    readonly risk: BookRisk;
    readonly notAtOnce?: Usdc;
  },
): Promise<{ totals: BookTotals; sums: BookSums }> {
  const sums = await sumBook(db, {
    nowMs,
    near: nearPrices(asked.risk),
    account: asked.account,
    except: asked.except,
    caller: asked.caller,
  });
  const claims = await listClaimsOnBook(
    db,
    nowMs - BREAKER_LOOKS_BACK_MS,
    nowMs - BREAKER_LOOKS_BACK_MS - LONGEST_COVER_MS - 2 * DAY_MS,
  );
  // A claim that was rejected cost nothing; one that is still looked at may.
  const counted = claims.filter((claim) => claim.status !== 'REJECTED');
  const limit = limitsOf(ctx).breaker;
  const of = (side: (typeof SIDES)[number]): BookTotals['sides']['long'] => ({
    inForce: sums.sides[side].inForce,
    near: sums.sides[side].near,
    soldLastHour: sums.sides[side].soldLastHour,
    restsUntilMs: restsUntil(counted, side, limit, nowMs),
  });
  const totals = {
    inForce: sums.inForce,
    sides: { long: of('long'), short: of('short') },
    accounts:
      asked.account === null
        ? new Map<string, Usdc>()
        : new Map([[asked.account, usdc(sums.account - (asked.notAtOnce ?? 0n))]]),
  };
  return { totals, sums };
}

/**
 * Takes room in the book, or refuses with the limit in the way. Tentative room beyond its share is sold, but not held: nobody
 * closes the shop by asking. Inside a transaction: the lock is held until it commits.
 * @param notAtOnce what the account is promised by the cover that this one follows, which ends before it begins
 */
export async function takeRoom(ctx: BookContext, trx: Db, room: Room, notAtOnce: Usdc = usdc(0n)): Promise<void> {
  await lockBook(trx);
  const nowMs = ctx.clock.now();
  const risk = ctx.market.risk(nowMs);
  const asked = { account: room.mainAccount, except: room.id, caller: room.tentativeOf, risk, notAtOnce };
  const { totals, sums } = await readBook(ctx, trx, nowMs, asked);
  const limits = limitsOf(ctx);
  const decision = decideSale(totals, limits, toBookPolicy(room), risk);
  if (!decision.allowed) throw noRoom(decision);
  const share = limits.side / TENTATIVE_SHARE;
  const sides = room.side === null ? SIDES : [room.side];
  const isHeld =
    room.tentativeOf === null ||
    (sums.tentativeRooms < TENTATIVE_ROOMS && sides.every((side) => sums.sides[side].tentative + room.payout <= share));
  if (isHeld) await putRoom(trx, room);
}

function noRoom(decision: SaleDecision & { allowed: false }): LiqPassError {
  const retry: Record<string, string> =
    decision.retryAtMs === null ? {} : { retry_at: new Date(decision.retryAtMs).toISOString() };
  if (decision.limit === 'CIRCUIT_BREAKER')
    return salesStopped('CIRCUIT_BREAKER', { message: decision.message, params: retry });
  return new LiqPassError('EXPOSURE_LIMIT_REACHED', decision.message, {
    params: { limit: decision.limit, room: formatUsdc(decision.room), ...retry },
  });
}

/** Runs `work` in a transaction: the one that `db` is, or a new one. */
export function inTransaction<T>(db: Db, work: (trx: Db) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db) : db.transaction().execute(work);
}
