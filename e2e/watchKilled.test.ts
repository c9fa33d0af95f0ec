import { MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import pg from 'pg';
import { z } from 'zod';
import { brokenInvariants } from '../apps/liqpass-backend/test/brokenInvariants.ts';
import { receiver, type Receiver } from '../apps/liqpass-backend/test/receiver.ts';
import { INTERNAL_KEY, startBackendProcess, type BackendProcess } from '../bench/support/backendProcess.ts';
import { INST_ID, newWatchedTrader, type WatchedTrader } from '../bench/support/watchedTraders.ts';
import { productAsProcesses, type RunningProduct } from './productAsProcesses.ts';

// The watch, and whoever tells people, as processes that are killed (-9) between seeing and filing, and between sending and
// marking as sent. Two others take over once the lease of the dead one has ended: nothing is lost, and nothing is there twice.

const THE_WAIT_MS = 11 * MINUTE_MS;
/** Longer than a calm position is left alone. */
const HALF_AN_HOUR_MS = 31 * MINUTE_MS;
/** Longer than whoever looks has a watch to itself while the proof is made, and whoever sends has a message. */
const LEASES_MS = MINUTE_MS + SECOND_MS;

type Told = WatchedTrader & { readonly path: string; readonly channelId: string };
type Scene = {
  readonly p: RunningProduct;
  readonly pool: pg.Pool;
  readonly hook: Receiver;
  /** Two, whose covers are paid and watched, each with a webhook of its own. */
  readonly traders: readonly [Told, Told];
  /** The time as every process has it. */
  readonly now: () => number;
  readonly letPass: (ms: number) => Promise<void>;
  /** Ten minutes after the money: both covers have begun. */
  passTheWait(): Promise<void>;
  /** kill -9 of the one backend that there is. */
  kill(): Promise<void>;
  /** Two at once: the one that was killed is started again, and a worker beside it. */
  othersAreThere(): Promise<void>;
};

async function rowsOf<T>(pool: pg.Pool, query: string, shape: z.ZodType<T>, values: unknown[] = []): Promise<T[]> {
  return z.array(shape).parse((await pool.query<Record<string, unknown>>(query, values)).rows);
}
const count = async (pool: pg.Pool, of: string): Promise<number> =>
  (await rowsOf(pool, `select count(*) as n from ${of}`, z.object({ n: z.coerce.number() })))[0]?.n ?? 0;

async function toldTrader(p: RunningProduct, hook: Receiver, sealingKey: string, number: number): Promise<Told> {
  const trader = await newWatchedTrader(
    { url: p.backend, sealingKey },
    (to, body) => p.control(to, body),
    number,
    4 + number,
  );
  const path = `/trader-${number}`;
  const added = await trader.call('POST', '/api/channels', {
    kind: 'json',
    address: `${hook.url}${path}`,
    secret: 'a secret of the webhook',
    locale: 'en',
  });
  const { channel } = z.looseObject({ channel: z.looseObject({ id: z.string() }) }).parse(added);
  return { ...trader, path, channelId: channel.id };
}

async function inScene(t: TestContext, postgres: string, play: (scene: Scene) => Promise<void>): Promise<void> {
  const hook = await receiver(t);
  const folder = mkdtempSync(join(tmpdir(), 'liqpass-clock-'));
  const clock = join(folder, 'ahead');
  let aheadMs = 0;
  writeFileSync(clock, '0');
  const env = {
    NODE_OPTIONS: `--import=${join(import.meta.dirname, 'shiftedClock.ts')}`,
    CLOCK_AHEAD: clock,
    WEBHOOK_HOSTS: hook.host,
    INTERNAL_API_KEY: `ops:${INTERNAL_KEY}`,
    TRUST_PROXY: '127.0.0.1',
    CAPITAL_USDC: '1000000',
  };
  const p = await productAsProcesses({ postgres, env });
  const pool = new pg.Pool({ connectionString: String(p.databaseUrl), max: 3 });
  let other: BackendProcess | null = null;
  const now = (): number => Date.now() + aheadMs;
  const letPass: Scene['letPass'] = async (ms) => {
    aheadMs += ms;
    writeFileSync(clock, String(aheadMs));
    // The processes look at their clock's file ten times a second.
    for (const server of [p.backend, p.jpVerify, p.simulator, ...(other ? [other.url] : [])])
      await p.until(
        async () => Date.parse((await fetch(`${server}/healthz`)).headers.get('date') ?? ''),
        (serverMs) => serverMs > now() - 5_000,
      );
  };
  try {
    await p.until(
      async () => (await fetch(`${p.backend}/api/products`)).text(),
      (products) => products.includes('"sales_stopped_reason":null'),
    );
    const sealingKey = String((await p.call('GET', '/api/sealing-key')).body['public_key']);
    const traders = [await toldTrader(p, hook, sealingKey, 0), await toldTrader(p, hook, sealingKey, 1)] as const;
    await play({
      p,
      pool,
      hook,
      traders,
      now,
      letPass,
      async passTheWait() {
        await letPass(THE_WAIT_MS);
        await p.until(
          () => count(pool, `purchase_orders where waiting_check = 'UNTOUCHED'`),
          (checked) => checked === traders.length,
        );
      },
      async kill() {
        const killed = p.product.pid('liqpass-backend');
        p.killHard('liqpass-backend');
        await p.until(
          async () => p.product.pid('liqpass-backend'),
          (pid) => pid !== killed,
        );
      },
      async othersAreThere() {
        other = await startBackendProcess({
          databaseUrl: p.databaseUrl,
          verifierUrl: p.jpVerify,
          env: { ...env, ROLE: 'worker', JP_VERIFY_API_KEY: p.secrets.jpVerifyApiKey },
        });
        await p.until(
          () => fetch(`${p.backend}/readyz`),
          ({ ok }) => ok,
        );
      },
    });
    assert.deepEqual(await brokenInvariants(pool), []);
  } finally {
    await pool.end();
    const worker = other as BackendProcess | null;
    await worker?.kill();
    await p.remove();
    for (const made of [folder, ...(worker ? [worker.directory] : [])]) rmSync(made, { recursive: true, force: true });
  }
}

const lease = z.object({ id: z.string(), until: z.date() });
const session = z.object({ pid: z.number() });
const claimRow = z.object({ id: z.string(), order: z.string(), status: z.string(), at: z.date() });

async function killedBeforeFiling({ p, pool, hook, traders, now, letPass, ...scene }: Scene): Promise<void> {
  await scene.passTheWait();
  await p.until(
    () => count(pool, 'watches where seen_at is not null'),
    (seen) => seen === traders.length,
  );
  const [lowest] = await rowsOf(
    pool,
    'select min(liq_px) * 0.998 as px from watches',
    z.object({ px: z.coerce.number() }),
  );
  // Whoever files a claim takes its order first, so that both looks come to stand at exactly that.
  const holder = await pool.connect();
  try {
    await holder.query('begin');
    await holder.query('select from purchase_orders for no key update');
    await p.control('/marks', { instId: INST_ID, px: (lowest?.px ?? 0).toFixed(1), how: 'wick' });
    await letPass(HALF_AN_HOUR_MS);
    const filing = await p.until(
      () =>
        rowsOf(
          pool,
          `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
             and query like '%insert into insurance_claims%'`,
          session,
        ),
      (all) => all.length === traders.length,
    );
    const leases = await rowsOf(pool, 'select purchase_order_id as id, taken_until as until from watches', lease);
    assert.ok(leases.every(({ until }) => until.getTime() > now()));
    assert.equal(
      await count(pool, `watch_evidence where kind = 'GONE' and verdict = 'LIQUIDATED'`),
      2,
      'both are seen',
    );
    assert.equal(await count(pool, 'insurance_claims'), 0, 'and neither is filed');

    await scene.kill();
    // What becomes of a dead client's statement is PostgreSQL's: of the one it notices in time that nobody waits for it, and undoes
    // it; the other it carries out.
    const [undone, carriedOut] = filing;
    const gone = (pid: number | undefined): Promise<number> =>
      p.until(
        () => count(pool, `pg_stat_activity where pid = ${Number(pid)}`),
        (left) => left === 0,
      );
    await pool.query('select pg_terminate_backend($1)', [undone?.pid]);
    await gone(undone?.pid);
    await holder.query('rollback');
    await gone(carriedOut?.pid);
    const claims = (): Promise<z.infer<typeof claimRow>[]> =>
      rowsOf(
        pool,
        'select id, purchase_order_id as order, status, created_at as at from insurance_claims order by created_at',
        claimRow,
      );
    const left = await claims();
    assert.equal(left.length, 1, 'one of them was never filed');

    await scene.othersAreThere();
    await letPass(LEASES_MS);
    const filed = await p.until(
      claims,
      (all) => all.length >= 2 && all.every(({ status }) => status === 'VERIFIED_PENDING_REVIEW'),
    );
    assert.deepEqual(
      filed.map(({ order }) => order).toSorted(),
      traders.map(({ orderId }) => orderId).toSorted(),
      'one claim each',
    );
    assert.equal(filed[0]?.id, left[0]?.id);
    const untilMs = leases.find(({ id }) => id === filed[1]?.order)?.until.getTime();
    assert.ok(untilMs !== undefined && Number(filed[1]?.at) >= untilMs, 'nobody else files before the lease ends');
  } finally {
    holder.release(true);
  }
  await p.until(
    () => count(pool, `watches where ended_as = 'CLAIMED'`),
    (ended) => ended === traders.length,
  );
  const audit = await rowsOf(
    pool,
    `select c.purchase_order_id as order, a.actor from audit_log a join insurance_claims c on c.id::text = a.subject_id where a.action = 'file'`,
    z.object({ order: z.string(), actor: z.string() }),
  );
  assert.deepEqual(
    audit.map(({ actor }) => actor),
    ['watch', 'watch'],
  );
  assert.equal(new Set(audit.map(({ order }) => order)).size, 2);
  // Once none is left to be sent, none comes.
  await p.until(
    () => count(pool, `outbox where event = 'CLAIM_FILED' and sent_at is not null`),
    (sent) => sent === traders.length,
  );
  assert.equal(await count(pool, `outbox where event in ('CLAIM_FILED', 'LIQUIDATED')`), 2, 'one message each');
  assert.deepEqual(
    hook.got
      .filter(({ json }) => json['event'] === 'CLAIM_FILED')
      .map(({ path }) => path)
      .toSorted(),
    traders.map(({ path }) => path).toSorted(),
  );
}

const message = z.object({
  tries: z.number(),
  until: z.date().nullable(),
  sent: z.date().nullable(),
  due: z.date().nullable(),
});

async function killedBeforeMarking(scene: Scene): Promise<void> {
  const { p, pool, hook, traders, now, letPass } = scene;
  const [one, two] = traders;
  const arrived: { id: unknown; delivery: unknown; atMs: number }[] = [];
  // The first time the receiver has it and says nothing: its sender is dead before it would.
  hook.answer(async ({ path, json, headers }) => {
    if (path !== one.path || json['event'] !== 'COVER_BEGINS') return { status: 200 };
    arrived.push({ id: json['id'], delivery: headers['x-liqpass-delivery'], atMs: now() });
    return arrived.length === 1 ? new Promise<never>(() => undefined) : { status: 200 };
  });
  const kept = (): Promise<z.infer<typeof message>[]> =>
    rowsOf(
      pool,
      `select tries, taken_until as until, sent_at as sent, due_at as due from outbox where event = 'COVER_BEGINS' and channel_id = $1`,
      message,
      [one.channelId],
    );
  await scene.passTheWait();
  await p.until(
    async () => arrived.length,
    (times) => times === 1,
  );
  await scene.kill();
  const [taken] = await kept();
  assert.deepEqual([taken?.tries, taken?.sent], [1, null], 'it is not marked');
  const untilMs = taken?.until?.getTime() ?? 0;
  assert.ok(untilMs > 0, 'the dead one has it still');

  await scene.othersAreThere();
  // The others send what is due; this one is not yet.
  await two.call('POST', `/api/channels/${two.channelId}/test`, {});
  await p.until(
    async () => hook.got.filter(({ path, json }) => path === two.path && json['event'] === 'TEST').length,
    (tests) => tests === 1,
  );
  await letPass(LEASES_MS);
  const [sent, ...more] = await p.until(kept, ([row]) => row?.sent instanceof Date);
  assert.deepEqual([sent?.tries, sent?.due, more.length], [2, null, 0], 'sent once more, and never again');
  assert.equal(arrived.length, 2);
  assert.ok((arrived[1]?.atMs ?? 0) >= untilMs, 'not before the lease of the dead one ended');
  assert.ok(typeof arrived[0]?.id === 'string');
  for (const { id, delivery } of arrived)
    assert.deepEqual([id, delivery], [arrived[0].id, arrived[0].id], 'who goes by the id counts one');
  const { items } = z
    .looseObject({ items: z.array(z.looseObject({ event: z.string(), state: z.string() })) })
    .parse(await one.call('GET', `/api/purchase-orders/${one.orderId}/messages`));
  assert.deepEqual(
    items.filter(({ event }) => event === 'COVER_BEGINS').map(({ state }) => state),
    ['sent'],
  );
}

const postgres = process.env['TEST_DATABASE_URL'];
if (postgres !== undefined) {
  test(
    'kill -9 between seeing a liquidation and filing it: others file it once, and tell of it once',
    { timeout: 180_000 },
    (t) => inScene(t, postgres, killedBeforeFiling),
  );
  test(
    'kill -9 between sending a message and marking it: others send it once more with the same id, and mark it once',
    { timeout: 180_000 },
    (t) => inScene(t, postgres, killedBeforeMarking),
  );
}
