import { exposureAnswer } from '@liqpass/api/operators';
import { formatUsdc, type Usdc } from '@liqpass/kernel/money';
import { formatIso } from '@liqpass/kernel/time';
import { SIDES } from '@liqpass/kernel/vocabulary';
import type { Server } from '@liqpass/service/server';
import type { BookContext } from '../../services/book/bookContext.ts';
import { reportExposure } from '../../services/book/exposureReport.ts';
import { operatorsOnly } from '../people/guards.ts';
import type { Keys } from '../platform/keys.ts';

/** What the book carries and may carry. */
export function adminExposureRoutes(app: Server, ctx: BookContext, keys: Keys): void {
  app.get(
    '/admin/exposure',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: {
        tags: ['admin'],
        summary: 'The book against its limits, and how the last 30 days went',
        security: [{ adminKey: [] }, { session: [] }],
        response: { 200: exposureAnswer },
      },
    },
    async () => {
      const report = await reportExposure(ctx);
      const { limits, totals } = report;
      const limit = (used: Usdc, most: Usdc): { used_usdc: string; limit_usdc: string } => ({
        used_usdc: formatUsdc(used),
        limit_usdc: formatUsdc(most),
      });
      return {
        at: formatIso(report.atMs),
        capital_usdc: formatUsdc(limits.book),
        book: limit(totals.inForce, limits.book),
        reserve_usdc: formatUsdc(report.reserve),
        policies: report.policies,
        held_by_quotes: { quotes: report.held.quotes, payout_usdc: formatUsdc(report.held.payout) },
        not_bound_yet: { policies: report.unplaced.policies, payout_usdc: formatUsdc(report.unplaced.payout) },
        per_account_limit_usdc: formatUsdc(limits.account),
        per_policy_limit_usdc: formatUsdc(limits.policy),
        sides: SIDES.map((side) => ({
          side,
          in_force: limit(totals.sides[side].inForce, limits.side),
          near: limit(totals.sides[side].near, limits.near),
          this_hour: limit(totals.sides[side].soldLastHour, limits.hour),
          stopped_reason: report.stopped[side],
        })),
        buckets: report.buckets.map((bucket) => ({
          inst_id: bucket.instId,
          side: bucket.side,
          from_sigma: bucket.fromSigma,
          to_sigma: bucket.toSigma,
          policies: bucket.policies,
          payout_usdc: formatUsdc(bucket.payout),
        })),
        days: report.days.map((day) => ({
          day: day.day,
          premiums_usdc: formatUsdc(day.premiums),
          payouts_usdc: formatUsdc(day.payouts),
          in_force_usdc: formatUsdc(day.inForce),
          reserve_usdc: day.reserve === null ? null : formatUsdc(day.reserve),
        })),
        loss_ratio: report.lossRatio,
        claims_expected: report.claimsExpected,
        claims_seen: report.claimsSeen,
      };
    },
  );
}
