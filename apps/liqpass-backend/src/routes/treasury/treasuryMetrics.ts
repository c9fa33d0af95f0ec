import { Gauge, type Registry } from 'prom-client';
import { readTreasury } from '../../services/treasury/standing.ts';
import type { WatchContext } from '../../services/treasury/treasuryContext.ts';

/** What is measured of the watch: the last block that is read, how far that is behind, trouble, and questions asked. */
export function measureTreasury(registry: Registry, ctx: WatchContext): void {
  const registers = [registry];
  const last = new Gauge({ name: 'liqpass_chain_last_block', help: 'The last block that is read', registers });
  const lag = new Gauge({
    name: 'liqpass_chain_read_age_seconds',
    help: 'How long ago the chain was last read',
    registers,
  });
  const calls = new Gauge({
    name: 'liqpass_chain_calls',
    help: 'Questions that this process has asked the RPC',
    registers,
  });
  new Gauge({
    name: 'liqpass_chain_trouble',
    help: '1 while the chain cannot be read or believed',
    registers,
    async collect() {
      const standing = await readTreasury(ctx);
      this.set(standing.trouble === null ? 0 : 1);
      if (standing.last_block !== null) last.set(standing.last_block);
      if (standing.read_at !== null) lag.set((ctx.clock.now() - Date.parse(standing.read_at)) / 1_000);
      calls.set(ctx.watch.rpc.calls + (ctx.watch.second?.calls ?? 0));
    },
  });
}
