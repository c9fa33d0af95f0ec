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
  readonly stopped: Readonly<Record<Side, SalesStopReason | null>>;
  readonly buckets: readonly {
    readonly instId: string;
    readonly side: Side;
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
  return totals.sides[side].restsUntilMs === null ? null : 'CIRCUIT_BREAKER';
}

function lossRatio(days: readonly BookDay[]): number | null {
  const premiums = days.reduce((sum, day) => sum + day.premiums, 0n);
  const payouts = days.reduce((sum, day) => sum + day.payouts, 0n);
  return premiums === 0n ? null : Number(payouts) / Number(premiums);
}

/** Rooms by instrument, side and distance; what cannot be placed counts as nearest, on each instrument and side it could be. */
function buckets(rooms: readonly Room[], risk: Parameters<typeof distanceOf>[1]): ExposureReport['buckets'] {
  const sums = new Map<string, { policies: number; payout: bigint }>();
  const key = (instId: string, side: Side, bucket: number): string => `${instId} ${side} ${bucket}`;
  for (const room of rooms) {
    const policy = toBookPolicy(room);
    const distance = distanceOf(policy, risk);
    const sigma = sigmaFor(policy, risk, policy.horizon);
    const sigmas = distance === null || sigma === null ? 0 : Math.max(0, distance / sigma);
    const bucket = BUCKETS.findIndex(([, to]) => to === null || sigmas < to);
    for (const instId of room.instId === null ? INSTRUMENTS : [room.instId])
      for (const side of room.side === null ? SIDES : [room.side]) {
        const sum = sums.get(key(instId, side, bucket)) ?? { policies: 0, payout: 0n };
        sums.set(key(instId, side, bucket), { policies: sum.policies + 1, payout: sum.payout + room.payout });
      }
  }
  return INSTRUMENTS.flatMap((instId) =>
    SIDES.flatMap((side) =>
      BUCKETS.map(([fromSigma, toSigma], index) => {
        const sum = sums.get(key(instId, side, index));
        return { instId, side, fromSigma, toSigma, policies: sum?.policies ?? 0, payout: usdc(sum?.payout ?? 0n) };
      }),
    ),
  );
}
