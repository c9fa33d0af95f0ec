import { LiqPassError } from '@liqpass/api/errors';
import { positionSnapshot } from '@liqpass/api/verify';
import type { WatchAnswer, WatchBody } from '@liqpass/api/watch';
import { formatIso, type EpochMs } from '@liqpass/kernel/time';
import type { WatchState } from '@liqpass/kernel/vocabulary';
import type { Actor } from '../../db/audit/auditRepo.ts';
import { findLookKey, getWatch, readWatchDetails, setConsent, type Watched } from '../../db/watch/watchesRepo.ts';
import { stampKeyOf } from '../audit/auditContext.ts';
import type { HallContext } from '../hallContext.ts';
import { readOwnPurchaseOrder, readPurchaseOrder } from '../purchaseOrders.ts';

/** Switches the watch over an order's position on or off, and says whether it files the claim. Off is always allowed. */
export async function setWatch(
  ctx: HallContext,
  orderId: string,
  { on, files_claims: files }: WatchBody,
  actor: Actor,
): Promise<WatchAnswer> {
  const order = await readOwnPurchaseOrder(ctx, orderId, actor);
  const key = await findLookKey(ctx.db, order.id);
  const snapshot = positionSnapshot.safeParse(key?.snapshot);
  if (on && (!key || !order.binding?.attested || !snapshot.success))
    throw new LiqPassError(
      'WATCH_NEEDS_KEY',
      'The watch looks with the exchange key that the position was bound with, and there is none: bind with a read-only key first.',
    );
  // Of an order that belongs to no wallet the id lets anyone read; another's key is still its owner's alone to lend.
  if (on && key?.owner !== actor.wallet)
    throw new LiqPassError('NOT_THE_OWNER', 'This exchange key belongs to another wallet: sign in with that wallet.');
  const before = await getWatch(ctx.db, order.id);
  if (before || on) {
    const position = before ?? (snapshot.success ? snapshot.data : null);
    if (position)
      await setConsent(ctx.db, order.id, { isOn: on, filesClaims: on && files }, position, {
        actor,
        action: on ? 'watch_on' : 'watch_off',
        subjectType: 'purchase_order',
        atMs: ctx.clock.now(),
        stampKey: stampKeyOf(ctx),
        details: { filesClaims: on && files },
      });
  }
  ctx.changes.announce(order.id);
  return watchOf(ctx, order.id, key !== null);
}

/** What the watch of an order is and has seen. */
export async function readWatch(ctx: HallContext, orderId: string, actor: Actor): Promise<WatchAnswer> {
  const order = await readOwnPurchaseOrder(ctx, orderId, actor);
  return watchOf(ctx, order.id, (await findLookKey(ctx.db, order.id)) !== null);
}

/** As readWatch, for a reviewer. */
export async function readWatchForReview(ctx: HallContext, orderId: string): Promise<WatchAnswer> {
  const order = await readPurchaseOrder(ctx, orderId);
  return watchOf(ctx, order.id, (await findLookKey(ctx.db, order.id)) !== null);
}

const instantOf = (ms: EpochMs | null): string | null => (ms === null ? null : formatIso(ms));

function stateOf(watch: Watched): WatchState {
  if (watch.endedAs !== null) return 'ended';
  if (!watch.isOn) return 'off';
  if (watch.blind) return 'blind';
  return watch.lookedAtMs === null ? 'waiting' : 'watching';
}

/** As the wire has it; for a trader and for a reviewer alike. */
async function watchOf(ctx: Pick<HallContext, 'db'>, orderId: string, available: boolean): Promise<WatchAnswer> {
  const watch = await getWatch(ctx.db, orderId);
  const { intervals, changes, evidence } = await readWatchDetails(ctx.db, orderId);
  const seen = watch?.seen ?? null;
  return {
    available,
    state: watch ? stateOf(watch) : 'off',
    files_claims: watch?.filesClaims ?? false,
    changed_at: instantOf(watch?.changedAtMs ?? null),
    ended_as: watch?.endedAs ?? null,
    last_look_at: instantOf(watch?.lookedAtMs ?? null),
    next_look_at: instantOf(watch?.nextLookAtMs ?? null),
    blind: watch?.blind ? { since: formatIso(watch.blind.sinceMs), code: watch.blind.code } : null,
    position: seen
      ? {
          at: formatIso(seen.atMs),
          pos: seen.position.pos,
          margin: seen.position.margin,
          lever: seen.position.lever,
          liq_px: seen.position.liqPx,
          mark_px: seen.position.markPx,
        }
      : null,
    intervals: intervals.map((each) => ({
      from: formatIso(each.from_at.getTime()),
      until: formatIso(each.until_at.getTime()),
    })),
    changes: changes.map(({ at, ...change }) => ({ ...change, at: formatIso(at.getTime()) })),
    evidence: evidence.map(({ at, ...kept }) => ({ ...kept, at: formatIso(at.getTime()) })),
  };
}
