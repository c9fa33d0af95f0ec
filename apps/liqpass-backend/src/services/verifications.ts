import { SECOND_MS } from '@liqpass/kernel/time';
import { countDueClaims, giveBackClaims, takeDueClaims } from '../db/dueClaimsRepo.ts';
import type { Claim } from '../domain/claim.ts';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import type { HallContext, Verifications } from './hallContext.ts';
import { buildPlaces } from './platform/fairPlaces.ts';
import { verifyClaim } from './verifyClaim.ts';

/**
 * How long whoever asks about a claim has it to themselves: longer than jp-verify may take. It is kept as the claim's next
 * attempt, so that a claim whose process was killed is due again by itself, and there is nothing to write when all goes well.
 */
export const ASKED_ABOUT_MS = 30 * SECOND_MS;
/** What a verifier bears at once, as long as it does not say otherwise by failing. */
const PLACES = { least: 8, first: 128, most: 256 };

/** Whose turn a claim takes: the wallet's that its order belongs to, else of whoever is to be paid. */
const accountOf = (claim: Claim, order: PurchaseOrder | null): string => order?.owner ?? claim.claimant;

export function buildVerifications(
  ctx: Omit<HallContext, 'verifications'>,
  observe: (seconds: number, to: Claim['status']) => void,
): Verifications {
  const places = buildPlaces(PLACES);
  const running = new Map<string, Promise<Claim | null>>();
  let stopping = false;

  const verify: Verifications['verify'] = (claim, order, retriedBy) => {
    const same = running.get(claim.id);
    if (same) return same;
    const asked = places
      .run(accountOf(claim, order), async () => {
        const startedMs = performance.now();
        if (stopping) return { borne: true, result: null };
        const { claim: after, borne } = await verifyClaim(ctx, claim, order, retriedBy);
        if (after) observe((performance.now() - startedMs) / 1000, after.status);
        return { borne, result: after };
      })
      .catch((error: unknown) => {
        ctx.log.error({ err: error, claimId: claim.id }, 'a claim could not be verified: it is tried again');
        return null;
      })
      .finally(() => running.delete(claim.id));
    running.set(claim.id, asked);
    return asked;
  };

  return {
    verify,
    async takeUpDue() {
      const free = stopping ? 0 : places.free();
      if (free === 0) return;
      const nowMs = ctx.clock.now();
      for (const claim of await takeDueClaims(ctx.db, nowMs, nowMs + ASKED_ABOUT_MS, free)) void verify(claim, null);
    },
    depth: () => countDueClaims(ctx.db, ctx.clock.now()),
    async stop(withinMs) {
      stopping = true;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise((resolve) => (timer = setTimeout(resolve, Math.max(SECOND_MS, withinMs))));
      await Promise.race([Promise.all(running.values()), late]);
      clearTimeout(timer);
      await giveBackClaims(ctx.db, [...running.keys()], ctx.clock.now());
    },
  };
}
