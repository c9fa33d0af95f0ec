// jp-verify as a process of its own, for bench/ledgers.ts: it tells how long its event loop was held at most since it was last asked, in
// time of the processor, which a busy machine does not lengthen.
import { signingKey } from '@liqpass/evidence/attestation';
import { systemClock } from '@liqpass/kernel/time';
import { buildLogger } from '@liqpass/service/logger';
import { buildApp } from '../../apps/jp-verify/src/app.ts';
import { createRateLimiter } from '../../apps/jp-verify/src/okx/rateLimiter.ts';
import { createContext } from '../../apps/jp-verify/src/services/context.ts';

const [okxBaseUrl = '', apiKey = '', limits = ''] = process.argv.slice(2);
const ctx = createContext({
  clock: systemClock,
  logger: buildLogger('jp-verify', 'error'),
  okxBaseUrl,
  ownCredential: { apiKey: 'key-of-the-benchmark', secretKey: 'secret-of-the-benchmark', passphrase: 'passphrase' },
  sealingKeys: [],
  attestationKeys: [signingKey(new Uint8Array(32).fill(7))],
  reading: {
    withinMs: limits === 'real' ? 20_000 : 120_000,
    ledgerWithinMs: limits === 'real' ? 45_000 : 120_000,
    againAfterMs: [],
  },
  ...(limits === 'real' ? {} : { limiter: createRateLimiter(systemClock, { spanMs: 0, slowDownMs: 0 }) }),
});
const app = await buildApp(ctx, apiKey);
const url = await app.listen({ port: 0, host: '127.0.0.1' });

/** Milliseconds that this thread had of the processor. */
const usedMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};
let lastMs = usedMs();
let heldMs = 0;
setInterval(() => {
  const nowMs = usedMs();
  heldMs = Math.max(heldMs, nowMs - lastMs);
  lastMs = nowMs;
}, 1);
process.on('message', () => {
  process.send?.({ heldMs, memoryMb: process.memoryUsage().rss / 1_048_576 });
  heldMs = 0;
});
process.send?.({ url });
