import { SECOND_MS } from '@liqpass/kernel/time';
import { Gauge, type Registry } from 'prom-client';
import { getChainReader, type ChainReader } from '../../db/treasury/chainReadersRepo.ts';
import type { ChainHealth } from '../platform/operations.ts';
import { keptFor } from '../../services/platform/keptFor.ts';
import type { WatchContext } from '../../services/treasury/treasuryContext.ts';

/** One look at the reader serves all figures of an answer. */
const KEPT_MS = 500;

/** What is measured of the watch: the last block that is read, how far that is behind, trouble, and questions asked. */
export function measureTreasury(registry: Registry, ctx: WatchContext): void {
  const registers = [registry];
  const { watch } = ctx;
  const look = keptFor(KEPT_MS, () => getChainReader(ctx.db, watch.readerId));
  const secondsSince = (ms: number): number => (ctx.clock.now() - ms) / SECOND_MS;
  // A figure that another one sets while it is collected is one scrape late: each asks for itself.
  const gauge = (of: { name: string; help: string }, read: (reader: ChainReader | null) => number | null): Gauge =>
    new Gauge({
      ...of,
      registers,
      async collect() {
        const value = read(await look());
        if (value !== null) this.set(value);
      },
    });
  gauge(
    { name: 'liqpass_chain_last_block', help: 'The last block that is read' },
    (reader) => reader?.last.number ?? null,
  );
  gauge({ name: 'liqpass_chain_read_age_seconds', help: 'How long ago the chain was last read' }, (reader) =>
    reader === null ? null : secondsSince(reader.readAtMs),
  );
  gauge(
    {
      name: 'liqpass_chain_lag_blocks',
      help: 'Blocks between the newest that the RPC of this process spoke of and the last that is read',
    },
    (reader) => (watch.head === null || reader === null ? null : Math.max(0, watch.head.number - reader.last.number)),
  );
  gauge(
    {
      name: 'liqpass_chain_head_age_seconds',
      help: 'How old the newest block is that the RPC of this process spoke of',
    },
    () => (watch.head === null ? null : secondsSince(watch.head.atMs)),
  );
  gauge(
    { name: 'liqpass_chain_calls', help: 'Questions that this process has asked the RPC' },
    () => watch.rpc.calls + (watch.second?.calls ?? 0),
  );
  gauge({ name: 'liqpass_chain_trouble', help: '1 while the chain cannot be read or believed' }, (reader) =>
    reader === null || reader.trouble === null ? 0 : 1,
  );
}

/** How the watch stands, beside what the product needs to be ready: a chain that cannot be read stops belief, not the product. */
export async function readChainHealth(ctx: WatchContext): Promise<ChainHealth | undefined> {
  const reader = await getChainReader(ctx.db, ctx.watch.readerId).catch(() => null);
  if (reader === null) return undefined;
  return {
    last_block: reader.last.number,
    lag_blocks: Math.max(0, (ctx.watch.head?.number ?? reader.last.number) - reader.last.number),
    read_age_seconds: Math.max(0, Math.floor((ctx.clock.now() - reader.readAtMs) / SECOND_MS)),
    trouble: reader.trouble?.code ?? null,
  };
}
