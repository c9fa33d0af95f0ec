import { DAY_MS, type EpochMs } from '@liqpass/kernel/time';
import { usdc, type Usdc } from '@liqpass/kernel/money';
import { SIDES, type SalesStopReason, type Side } from '@liqpass/kernel/vocabulary';
import { bookTotals, type BookLimits, type BookTotals } from '@liqpass/underwriting/book';
import { distanceOf, sigmaFor } from '@liqpass/underwriting/bookRisk';
import { reserveFor } from '@liqpass/underwriting/reserve';
import { listClaimsOnBook, listRooms, type Room } from '../../db/book/exposureRepo.ts';
import { countBook, listDays, type BookDay } from '../../db/book/bookDaysRepo.ts';
import type { BookContext } from './bookContext.ts';
import { limitsOf, toBookPolicy } from './exposure.ts';
import { INSTRUMENTS } from './market.ts';

/** Bounds of the buckets, in sigmas of the cover's own length. */
const BUCKETS: readonly (readonly [number, number | null])[] = [
  [0, 1],
  [1, 2],
  [2, 3],
  [3, 5],
  [5, 8],
  [8, null],
];
const DAYS = 30;

export type ExposureReport = {
  readonly atMs: EpochMs;
  readonly limits: BookLimits;
  readonly totals: BookTotals;
  readonly reserve: Usdc;
  readonly policies: number;
  /** Room that open quotes keep: in force until they are bought or run out, and no policy. */
  readonly held: { readonly quotes: number; readonly payout: Usdc };
  /** What is not bound yet, and so on no side: it counts on both. */
  readonly unplaced: { readonly policies: number; readonly payout: Usdc };
  readonly stopped: Readonly<Record<Side, SalesStopReason | null>>;
  readonly buckets: readonly {
    /** null, with the side: not bound yet. */
    readonly instId: string | null;
    readonly side: Side | null;
    readonly fromSigma: number;
    readonly toSigma: number | null;
    readonly policies: number;
    readonly payout: Usdc;
  }[];
  readonly days: readonly BookDay[];
  readonly lossRatio: number | null;
  readonly claimsExpected: number | null;
  readonly claimsSeen: number;
};

/** The book now, and how the last 30 days went. */
export async function reportExposure(ctx: BookContext): Promise<ExposureReport> {
  const nowMs = ctx.clock.now();
  const limits = limitsOf(ctx);
  const risk = ctx.market.risk(nowMs);
  const rooms = await listRooms(ctx.db, nowMs);
  const policies = rooms.map(toBookPolicy);
  const held = rooms.filter((room) => room.purchaseOrderId === null);
  const unplaced = rooms.filter((room) => !isPlaced(room));
  const claims = await listClaimsOnBook(ctx.db, nowMs - 2 * DAY_MS, nowMs - 12 * DAY_MS);
  const counted = claims.filter((claim) => claim.status !== 'REJECTED');
  const totals = bookTotals({ policies, claims: counted, risk, limits, nowMs });
  const { reserve } = reserveFor(policies, risk);
  const past = await listDays(ctx.db, nowMs, DAYS, { inForce: totals.inForce, reserve });
  const seen = await countBook(ctx.db, nowMs - DAYS * DAY_MS, nowMs);
  return {
    atMs: nowMs,
    limits,
    totals,
    reserve,
    policies: rooms.filter((room) => room.purchaseOrderId !== null).length,
    held: { quotes: held.length, payout: sumOf(held) },
    unplaced: { policies: unplaced.length, payout: sumOf(unplaced) },
    stopped: { long: stoppedReason(ctx, totals, 'long'), short: stoppedReason(ctx, totals, 'short') },
    buckets: buckets(rooms, risk),
    days: past,
    lossRatio: lossRatio(past),
    claimsExpected: seen.expected,
    claimsSeen: seen.claims,
  };
}

function stoppedReason(ctx: BookContext, totals: BookTotals, side: Side): SalesStopReason | null {
  const everything = ctx.sales
    .list()
    .some((stop) => stop.policyType === null && stop.instId === null && (stop.side === null || stop.side === side));
  if (everything) return 'STOPPED_BY_OPERATOR';
  if (ctx.exchange.stateAt(ctx.clock.now()) === 'DOWN') return 'EXCHANGE_DOWN';
  return totals.sides[side].restsUntilMs === null ? null : 'CIRCUIT_BREAKER';
}

function lossRatio(days: readonly BookDay[]): number | null {
  const premiums = days.reduce((sum, day) => sum + day.premiums, 0n);
  const payouts = days.reduce((sum, day) => sum + day.payouts, 0n);
  return premiums === 0n ? null : Number(payouts) / Number(premiums);
}

const sumOf = (rooms: readonly Room[]): Usdc => usdc(rooms.reduce((sum, room) => sum + room.payout, 0n));
const isPlaced = (room: Room): boolean => room.instId !== null && room.side !== null;

/** Rooms by instrument, side and distance, each once, so that they add up to the book; what is not bound yet stands by itself, last. */
function buckets(rooms: readonly Room[], risk: Parameters<typeof distanceOf>[1]): ExposureReport['buckets'] {
  const sums = new Map<string, { policies: number; payout: bigint }>();
  const key = (instId: string, side: Side, bucket: number): string => `${instId} ${side} ${bucket}`;
  for (const room of rooms) {
    const policy = toBookPolicy(room);
    const distance = distanceOf(policy, risk);
    const sigma = sigmaFor(policy, risk, policy.horizon);
    const sigmas = distance === null || sigma === null ? 0 : Math.max(0, distance / sigma);
    const bucket = BUCKETS.findIndex(([, to]) => to === null || sigmas < to);
    if (room.instId === null || room.side === null) continue;
    const at = key(room.instId, room.side, bucket);
    const sum = sums.get(at) ?? { policies: 0, payout: 0n };
    sums.set(at, { policies: sum.policies + 1, payout: sum.payout + room.payout });
  }
  const placed = INSTRUMENTS.flatMap((instId) =>
    SIDES.flatMap((side) =>
      BUCKETS.map(([fromSigma, toSigma], index) => {
        const sum = sums.get(key(instId, side, index));
        return { instId, side, fromSigma, toSigma, policies: sum?.policies ?? 0, payout: usdc(sum?.payout ?? 0n) };
      }),
    ),
  );
  const unplaced = rooms.filter((room) => !isPlaced(room));
  const last = { instId: null, side: null, fromSigma: 0, toSigma: null };
  return unplaced.length === 0 ? placed : [...placed, { ...last, policies: unplaced.length, payout: sumOf(unplaced) }];
}
