import { MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import { freeAmountsDue } from '../../db/amountsDueRepo.ts';
import { dropLease } from '../../db/treasury/chainReadersRepo.ts';
import type { LiveCapital } from '../../services/treasury/liveCapital.ts';
import { readCapital } from '../../services/treasury/standing.ts';
import type { WatchContext } from '../../services/treasury/treasuryContext.ts';
import { watchTreasury } from '../../services/treasury/watchTreasury.ts';
import { repeatedly } from '../platform/repeatedly.ts';

/** A process that does not read looks at what the others have read. */
const UNWATCHED_MS = 4 * SECOND_MS;
/** After a trouble, doubled each time. */
const MOST_BETWEEN_MS = 60 * SECOND_MS;

/** Looks at the chain every few seconds, less often while it gives trouble, until it is stopped. */
export function startTreasuryWatch(
  ctx: WatchContext,
  options: { reads: boolean; live: LiveCapital },
): () => Promise<void> {
  const { looksEveryMs } = ctx.watch.settings;
  let freedAtMs = -Infinity;
  let failures = 0;

  const stop = repeatedly(async (stopping) => {
    try {
      if (options.reads && looksEveryMs !== null) {
        const tick = await watchTreasury(ctx);
        failures = tick.trouble === null ? 0 : failures + 1;
      }
      options.live.set(await readCapital(ctx), ctx.clock.now());
      if (performance.now() - freedAtMs > MINUTE_MS) {
        await freeAmountsDue(ctx.db, ctx.clock.now());
        freedAtMs = performance.now();
      }
    } catch (error) {
      failures += 1;
      if (!stopping.aborted) ctx.log.error({ err: error }, 'the watch of the treasury failed; it looks again');
    }
    return Math.min((looksEveryMs ?? UNWATCHED_MS) * 2 ** Math.min(failures, 4), MOST_BETWEEN_MS);
  });

  return async () => {
    await stop();
    await dropLease(ctx.db, ctx.watch.readerId, ctx.watch.holder).catch((error: unknown) =>
      ctx.log.warn({ err: error }, 'the lease of the treasury is left to run out'),
    );
  };
}
