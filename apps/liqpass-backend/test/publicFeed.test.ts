import type { AdminClaim } from '@liqpass/api/operators';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { buildLiquidationFeed } from '../src/services/book/feedLiquidations.ts';
import { ADMIN_KEY } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { BTC, testShop, type Shop } from './shop.ts';
import { engine } from './testDatabase.ts';

const row = (atMs: number, more: object = {}) => ({
  instId: BTC,
  side: 'sell',
  px: '60000.1',
  size: '3',
  atMs,
  ...more,
});

/** A claim on a long that one forced order of 3 contracts closed, in two fills. */
async function claimed(app: Shop, atMs: number): Promise<AdminClaim> {
  const { id } = await app.covered();
  app.clock.advance(MINUTE_MS);
  const part = (size: string) => ({
    kind: 'full_liquidation',
    time_ms: atMs,
    ord_id: '2900000001',
    bill_id: `1${size}`,
    size,
    px: '60000',
    share: '1',
    loss: '-1',
  });
  app.verifier.script(() =>
    liquidated(atMs, '7.5', {
      liquidation: {
        liquidation_time_ms: atMs,
        first_forced_time_ms: atMs,
        share: '1',
        loss: { ccy: 'USDT', total: '7.5', insured: '7.5' },
        side: 'long',
        pos_id: '1',
        opened_at_ms: atMs - MINUTE_MS,
        ended_at_ms: atMs,
        avg_open_px: '61000',
        forced: [part('1'), part('2')],
      },
    }),
  );
  const { body } = await app.claim(id);
  assert.equal(body.status, 'VERIFIED_PENDING_REVIEW', JSON.stringify(body));
  const headers = { 'x-admin-key': ADMIN_KEY };
  return (await app.call<AdminClaim>('GET', `/admin/claims/${body.claimId}`, { headers })).body;
}
const saw = ({ checks }: AdminClaim): unknown =>
  checks.find(({ code }) => code === 'PUBLIC_FEED_SAW_IT')?.result ?? null;

/** A shop whose jp-verify answers what it heard, row by row; `asked` are the questions. */
async function listening(t: TestContext, on = true) {
  const app = await testShop(t);
  const rows: object[] = [];
  const asked: string[] = [];
  app.verifier.route('GET /market/liquidations', (_body, request) => {
    asked.push(request.url ?? '');
    const query = new URL(request.url ?? '', 'http://x').searchParams;
    const after = query.get('stream') === 'run' ? Number(query.get('after')) : 0;
    return {
      body: {
        on,
        connected: on,
        stream: 'run',
        items: rows.slice(after, after + 2),
        next: Math.min(after + 2, rows.length),
      },
    };
  });
  app.clock.advance(6 * MINUTE_MS);
  return { app, rows, asked };
}

test(`a liquidation that the public channel told of is borne out; one that it did not is not refuted (${engine})`, async (t) => {
  const { app, rows } = await listening(t);
  const atMs = app.clock.now() + 30 * SECOND_MS;
  rows.push(
    row(atMs + 3 * SECOND_MS),
    row(atMs + 3 * SECOND_MS),
    row(atMs, { side: 'buy' }),
    row(atMs - MINUTE_MS),
    row(atMs, { size: '2.9' }),
    row(atMs, { instId: 'ETH-USDT-SWAP' }),
  );
  await app.feed();
  await app.feed();
  const kept = await app.backend.ctx.db.selectFrom('public_liquidations').selectAll().execute();
  assert.equal(kept.length, 5, 'what comes twice is kept once');
  assert.equal(saw(await claimed(app, atMs)), 'pass');
  const unseen = await claimed(app, app.clock.now() + 30 * SECOND_MS);
  assert.equal(saw(unseen), 'no_data');
  assert.deepEqual([unseen.hold_reasons, unseen.may.approve], [[], true]);
});

test(`where nobody listens there is no such check, and jp-verify is rarely asked (${engine})`, async (t) => {
  const { app, asked } = await listening(t, false);
  const { ctx } = app.backend;
  const feed = buildLiquidationFeed(ctx.marketClient);
  const before = asked.length;
  for (let turn = 0; turn < 4; turn += 1) await feed(ctx, AbortSignal.timeout(60_000));
  assert.equal(asked.length - before, 1);
  assert.equal(saw(await claimed(app, app.clock.now() + 30 * SECOND_MS)), null);
});

test(`a channel that lies or tells without end spoils nothing that is true, and fills no disk (${engine})`, async (t) => {
  const { app, rows } = await listening(t);
  const { ctx } = app.backend;
  // Noon, so that no day ends meanwhile.
  app.clock.set((Math.floor(app.clock.now() / DAY_MS) + 1.5) * DAY_MS);
  const nowMs = app.clock.now();
  rows.push(row(Number.MAX_SAFE_INTEGER), row(nowMs + 365 * DAY_MS), row(1), row(nowMs - MINUTE_MS));
  const feed = buildLiquidationFeed(ctx.marketClient, 10);
  await feed(ctx, AbortSignal.timeout(60_000));
  const kept = async (): Promise<number> =>
    (await ctx.db.selectFrom('public_liquidations').select('at').execute()).length;
  assert.equal(await kept(), 1, 'what is of no time that is kept is passed over');
  rows.push(...Array.from({ length: 30 }, (_each, at) => row(nowMs - at)));
  await feed(ctx, AbortSignal.timeout(60_000));
  assert.equal(await kept(), 1 + 6);
  rows.push(row(nowMs + 1));
  app.clock.advance(DAY_MS);
  await feed(ctx, AbortSignal.timeout(60_000));
  assert.equal(await kept(), 1 + 6 + 1, 'the next day is another');
});
