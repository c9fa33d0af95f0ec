// npm run storm: the simulator's market falls through 1,000 watched positions within a minute, with two workers, one of them killed in
// the middle. When each was looked at, what was filed, and what of each account's quota that took. --positions=1000 --seconds=60
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { buildLogger } from '@liqpass/service/logger';
import pg from 'pg';
import { MINUTE_MS } from '@liqpass/kernel/time';
import { buildSimulator } from '../apps/okx-simulator/src/app.ts';
import { LIMITS, WINDOW_MS } from '../apps/okx-simulator/src/okx/rateLimits.ts';
import { brokenInvariants } from '../apps/liqpass-backend/test/brokenInvariants.ts';
import { freePort } from '../scripts/freePort.ts';
import { startPostgres } from '../scripts/localPostgres.ts';
import { scratchDirectory, startBackendProcess } from './support/backendProcess.ts';
import { startPart } from './support/partProcess.ts';
import { keepResults, machine, settingNumber, table } from './support/report.ts';
import { VERIFIER_KEY } from './support/standInVerifier.ts';
import { INST_ID, newWatchedTrader, type WatchedTrader } from './support/watchedTraders.ts';

const positions = settingNumber('positions', 1_000);
const seconds = settingNumber('seconds', 60);
const settleSeconds = settingNumber('settle', 600);
/** Leverages of the positions: the liquidation prices lie between about 18 and 24 % below. */
const LEVERAGE = { least: 4, most: 5 };
/** How many traders come at once. */
const AT_ONCE = 32;
console.log(machine(), { positions, seconds });

const directory = scratchDirectory('storm');
const clockFile = join(directory, 'ahead');
writeFileSync(clockFile, '0');
let aheadMs = 0;
const now = (): number => Date.now() + aheadMs;
const shifted = {
  NODE_OPTIONS: `--import=${join(import.meta.dirname, '../e2e/shiftedClock.ts')}`,
  CLOCK_AHEAD: clockFile,
};

// The exchange, and what it is asked: by key and endpoint, when.
const { app: exchange, simulator } = await buildSimulator({
  logger: buildLogger('okx-simulator', 'silent'),
  defaultKey: { apiKey: 'storm-own', secretKey: 'storm-own-secret', passphrase: 'Storm!0' },
  clock: { now },
});
const asked = new Map<string, Map<string, number[]>>();
let refused = 0;
exchange.server.on('request', (request, response) => {
  const key = request.headers['ok-access-key'];
  if (typeof key !== 'string') return;
  const [endpoint = ''] = (request.url ?? '').split('?', 1);
  const ofKey = asked.get(key) ?? new Map<string, number[]>();
  asked.set(key, ofKey.set(endpoint, [...(ofKey.get(endpoint) ?? []), now()]));
  response.once('finish', () => (refused += response.statusCode === 429 ? 1 : 0));
});
const exchangeUrl = await exchange.listen({ port: 0, host: '127.0.0.1' });
const control = async (path: string, body: Record<string, unknown>): Promise<Record<string, unknown>> => {
  const answer = await exchange.inject({ method: 'POST', url: `/control${path}`, payload: body });
  if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.body}`);
  return answer.json();
};
const scanning = setInterval(() => simulator.catchUp(), 250);

const postgres = await startPostgres();
const verifierPort = await freePort();
const verifierUrl = `http://127.0.0.1:${verifierPort}`;
mkdirSync(directory, { recursive: true });
const verifier = await startPart(
  join(import.meta.dirname, '../apps/jp-verify/src/index.ts'),
  verifierUrl,
  { ...shifted, PORT: String(verifierPort), JP_VERIFY_API_KEY: VERIFIER_KEY, OKX_BASE_URL: exchangeUrl },
  { directory, logFile: join(directory, 'jp-verify.log') },
);
const backend = (role: string, name: string) =>
  startBackendProcess({
    databaseUrl: postgres.url,
    verifierUrl,
    directory: join(directory, name),
    env: { ...shifted, ROLE: role, TRUST_PROXY: '127.0.0.1', CAPITAL_USDC: '100000000' },
  });
const web = await backend('web', 'web');
const workers = [await backend('worker', 'one'), await backend('worker', 'two')];

const pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
const read = async <T extends pg.QueryResultRow>(query: string): Promise<T[]> => (await pool.query<T>(query)).rows;
async function until(what: string, holds: () => Promise<boolean>, forSeconds: number): Promise<boolean> {
  const deadline = performance.now() + forSeconds * 1_000;
  while (performance.now() < deadline) {
    if (await holds()) return true;
    await pause(500);
  }
  console.log(`not within ${forSeconds} s: ${what}`);
  return false;
}
const count = async (query: string): Promise<number> => Number((await read<{ n: string }>(query))[0]?.n ?? 0);

try {
  await until(
    'prices come in',
    async () => {
      const answer = await fetch(`${web.url}/api/products`);
      return (await answer.text()).includes('"sales_stopped_reason":null');
    },
    30,
  );
  const { public_key: sealingKey } = (await (await fetch(`${web.url}/api/sealing-key`)).json()) as {
    public_key: string;
  };
  const traders: WatchedTrader[] = [];
  const begun = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let number = next++; number < positions; number = next++) {
        const leverage = LEVERAGE.least + ((LEVERAGE.most - LEVERAGE.least) * number) / positions;
        traders.push(await newWatchedTrader({ url: web.url, sealingKey }, control, number, leverage));
      }
    }),
  );
  console.log(`${traders.length} watched covers after ${((performance.now() - begun) / 1_000).toFixed(0)} s`);

  // Cover begins ten minutes after the money; then each position is looked at for the first time.
  aheadMs = 11 * MINUTE_MS;
  writeFileSync(clockFile, String(aheadMs));
  const allSeen = async (): Promise<boolean> =>
    (await count('select count(*) as n from watches where seen_at is not null')) === positions;
  await until('each position is seen', allSeen, 180);

  const liqPxs = (await read<{ liq_px: string }>('select liq_px from watches order by liq_px')).map(({ liq_px: px }) =>
    Number(px),
  );
  const [lowest = 0, highest = 0] = [liqPxs[0], liqPxs.at(-1)];
  const fallFrom = now();
  // Down to just above the first of them in a third of a minute, and through all of them in the time that was asked for.
  await control('/marks', { instId: INST_ID, px: (highest * 1.005).toFixed(1), how: 'glide', overMs: 20_000 });
  await pause(20_000);
  const throughFrom = now();
  await control('/marks', { instId: INST_ID, px: (lowest * 0.998).toFixed(1), how: 'glide', overMs: seconds * 1_000 });
  await pause((seconds * 1_000) / 2);
  await workers[0]?.kill();
  const killedAt = now();
  await until('everything is touched', async () => simulator.exchange.liquidations.count >= positions, seconds + 30);
  const filed = `select count(*) as n from audit_log where action = 'file' and actor = 'watch'`;
  const isFiled = await until(
    'every liquidation is filed',
    async () => (await count(filed)) >= positions,
    settleSeconds,
  );
  const filedAt = now();
  const verified = `select count(*) as n from insurance_claims where status = 'VERIFIED_PENDING_REVIEW'`;
  await until('every claim is verified', async () => (await count(verified)) >= positions, isFiled ? settleSeconds : 0);
  const verifiedAt = now();

  const touchedAt = (uid: string): number | null => {
    const orders = [...(simulator.exchange.accounts.get(uid)?.orders.values() ?? [])];
    return orders.find(({ row }) => row['category'] === 'full_liquidation')?.atMs ?? null;
  };
  const lags = traders.flatMap(({ uid, apiKey }) => {
    const atMs = touchedAt(uid);
    if (atMs === null) return [];
    const look = asked
      .get(apiKey)
      ?.get('/api/v5/account/positions')
      ?.find((each) => each >= atMs);
    return [{ lagMs: (look ?? Number.POSITIVE_INFINITY) - atMs, afterKill: atMs >= killedAt }];
  });
  const worst = (all: readonly number[]): number => Math.max(0, ...all);
  const within = (all: readonly number[], share: number): number =>
    all.toSorted((a, b) => a - b)[Math.floor((all.length - 1) * share)] ?? 0;
  const touches = traders.flatMap(({ uid }) => touchedAt(uid) ?? []);
  const use = (fromMs: number, untilMs: number): { endpoint: string; share: number }[] =>
    Object.entries(LIMITS).map(([endpoint, quota]) => ({
      endpoint,
      share: worst(
        [...asked.values()].map(
          (ofKey) =>
            (ofKey.get(endpoint) ?? []).filter((each) => each >= fromMs && each < untilMs).length /
            ((quota * (untilMs - fromMs)) / WINDOW_MS),
        ),
      ),
    }));
  const shares = use(fallFrom, verifiedAt);
  const most = shares.toSorted((a, b) => b.share - a.share)[0];
  const counts = {
    touched: touches.length,
    lookedAt: lags.filter(({ lagMs }) => Number.isFinite(lagMs)).length,
    filed: await count(filed),
    orders: await count(`select count(distinct purchase_order_id) as n from insurance_claims`),
    claims: await count('select count(*) as n from insurance_claims'),
    verified: await count(verified),
    ended: await count(`select count(*) as n from watches where ended_as = 'CLAIMED'`),
  };
  const broken = await brokenInvariants(pool);
  const all = lags.map(({ lagMs }) => lagMs);
  const late = lags.filter(({ afterKill }) => afterKill).map(({ lagMs }) => lagMs);
  const s = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  const rows: [string, string, boolean][] = [
    [
      'positions touched',
      `${counts.touched} within ${s(worst(touches) - Math.min(...touches))}`,
      counts.touched === positions,
    ],
    [
      'looked at after the touch, half / 99 % / all',
      `${s(within(all, 0.5))} / ${s(within(all, 0.99))} / ${s(worst(all))}`,
      worst(all) <= 30_000,
    ],
    [
      'the same for those after one worker of two was killed',
      `${s(within(late, 0.5))} / ${s(within(late, 0.99))} / ${s(worst(late))}`,
      worst(late) <= 30_000,
    ],
    [
      'liquidations filed',
      `${counts.filed} times, ${counts.claims} claims on ${counts.orders} orders, the last ${s(filedAt - throughFrom)} after the fall began`,
      counts.filed === positions && counts.claims === positions && counts.orders === positions,
    ],
    ['watches ended as claimed', String(counts.ended), counts.ended === positions],
    [
      'claims verified',
      `${counts.verified}, the last ${s(verifiedAt - throughFrom)} after the fall began`,
      counts.verified === positions,
    ],
    [
      'of an account’s quota, at most',
      `${((most?.share ?? 0) * 100).toFixed(1)} % (${most?.endpoint ?? '–'})`,
      (most?.share ?? 1) <= 0.05,
    ],
    ['refused by the exchange for too many', String(refused), refused === 0],
    ['broken invariants', broken.length === 0 ? 'none' : broken.join('; '), broken.length === 0],
  ];
  console.log(
    table(
      ['what', 'found', ''],
      rows.map(([what, found, ok]) => [what, found, ok ? 'ok' : 'WRONG']),
    ),
  );
  console.log(
    table(
      ['private endpoint', 'most of an account’s quota, from the fall to the last verdict'],
      shares.filter(({ share }) => share > 0).map(({ endpoint, share }) => [endpoint, `${(share * 100).toFixed(2)} %`]),
    ),
  );
  console.log(keepResults('storm', { positions, seconds, counts, lags, shares, refused, broken }));
  if (rows.some(([, , ok]) => !ok)) process.exitCode = 1;
} finally {
  clearInterval(scanning);
  for (const part of [...workers, web]) await part.stop();
  await verifier.stop();
  await exchange.close();
  await pool.end();
  await postgres.remove();
  if (process.exitCode === 1) console.log(`logs: ${directory}`);
}
process.exit();
