import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { LiqPassError } from '@liqpass/api/errors';
import { chartReader } from '../src/services/book/chart.ts';
import type { Candles, Marks } from '@liqpass/api/quotes';
import { formatIso, HOUR_MS } from '@liqpass/kernel/time';
import { holdLease } from '../src/db/book/marketRepo.ts';
import { buildMarketFeed } from '../src/services/book/feedMarket.ts';
import { buildMarketState } from '../src/services/book/market.ts';
import { BTC, testShop, type Shop } from './shop.ts';
import { engine } from './testDatabase.ts';

/** A feed of its own that notes what it asks the exchange; it takes the lease from whoever has it. */
async function notingFeed(app: Shop): Promise<{ limits: number[]; run(): Promise<void>; takeLease(): Promise<void> }> {
  const { ctx } = app.backend;
  const limits: number[] = [];
  const feed = buildMarketFeed({
    ...ctx.marketClient,
    candles: (query, signal) => {
      limits.push(query.limit);
      return ctx.marketClient.candles(query, signal);
    },
  });
  return {
    limits,
    run: () => feed.feed(ctx, AbortSignal.timeout(60_000)),
    async takeLease() {
      const until = new Date(app.clock.now() + 30_000);
      await ctx.db.updateTable('leases').set({ holder: feed.name, until }).execute();
    },
  };
}

test(`fills 30 days of hours, and only asks for what is missing afterwards (${engine})`, async (t) => {
  const app = await testShop(t);
  const { ctx } = app.backend;
  assert.equal(ctx.market.at(BTC, app.clock.now()).open, true);
  const feed = await notingFeed(app);
  await feed.takeLease();
  await feed.run();
  assert.deepEqual(feed.limits, [4, 4], 'one short page for each instrument');
  // The market's, not the clock's: an hour may turn while the test runs, and this market makes no new one.
  const hour = app.market.candles.get(BTC)?.at(-1)?.timeMs ?? 0;
  const holes = [5, 6, 300, 700].map((back) => new Date(hour - back * HOUR_MS));
  await ctx.db.deleteFrom('market_candles').where('at', 'in', holes).execute();
  await app.feed();
  const { rows } = await ctx.database.pool.query(`select count(*)::int as n from market_candles where at >= $1`, [
    new Date(hour - 728 * HOUR_MS),
  ]);
  assert.deepEqual(rows, [{ n: 2 * 729 }]);
});

test('a gap that the exchange does not fill stops sales, as missing', async (t) => {
  const app = await testShop(t);
  const { ctx } = app.backend;
  const candles = app.market.candles.get(BTC) ?? [];
  const gone = candles.splice(-50, 1)[0];
  assert.ok(gone);
  await ctx.db.deleteFrom('market_candles').where('inst_id', '=', BTC).execute();
  await app.feed();
  // As a process that starts anew reads it.
  const state = buildMarketState();
  await state.refresh(ctx.db, app.clock.now());
  const answer = state.at(BTC, app.clock.now());
  assert.deepEqual(answer, { open: false, reason: 'MARKET_DATA_MISSING' });
});

test('a revised last candle replaces the one that was kept', async (t) => {
  const app = await testShop(t);
  const candles = app.market.candles.get(BTC) ?? [];
  const last = candles.at(-2);
  assert.ok(last);
  candles.splice(-2, 1, { ...last, high: last.high * 1.01 });
  await app.feed();
  const { body } = await app.call<Candles>('GET', `/api/market/candles?instId=${BTC}&limit=3`);
  assert.equal(body.items.length, 3);
  assert.equal(Number(body.items[1]?.h), last.high * 1.01);
});

test('one process reads the exchange, others read the database; the lease passes on when it runs out', async (t) => {
  const app = await testShop(t);
  const { ctx } = app.backend;
  const first = await notingFeed(app);
  const second = await notingFeed(app);
  await first.takeLease();
  await first.run();
  app.clock.advance(5_000);
  await second.run();
  assert.deepEqual([first.limits.length, second.limits.length], [2, 0]);
  app.clock.advance(2_000);
  // Now whoever comes first takes over: this one, or the backend's own.
  await second.run();
  const { rows } = await ctx.database.pool.query("select until > $1 as held from leases where name = 'market-feed'", [
    new Date(app.clock.now()),
  ]);
  assert.deepEqual(rows, [{ held: true }]);
  const now = app.clock.now();
  const taken = await Promise.all(
    Array.from({ length: 8 }, (_, index) => holdLease(ctx.db, 'x', String(index), now, 1_000)),
  );
  assert.equal(taken.filter(Boolean).length, 1);
});

test('charts get hours and minutes, oldest first, and the marks', async (t) => {
  const app = await testShop(t);
  const { body: hours } = await app.call<Candles>('GET', `/api/market/candles?instId=${BTC}&bar=1H&limit=72`);
  assert.equal(hours.items.length, 72);
  assert.ok(hours.items.every((item, index) => index === 0 || item.at > (hours.items[index - 1]?.at ?? '')));
  const asked = app.market.pages;
  // Until one and the same minute: the clock's may turn in between.
  const page = `/api/market/candles?instId=${BTC}&bar=1m&limit=400&until=${formatIso(app.clock.now())}`;
  const { body: minutes } = await app.call<Candles>('GET', page);
  assert.equal(minutes.items.length, 400);
  await app.call<Candles>('GET', page);
  assert.equal(app.market.pages - asked, 2, 'the second one comes from memory');
  assert.equal((await app.call('GET', '/api/market/candles?instId=DOGE-USDT-SWAP')).status, 422);
  const { body: marks } = await app.call<Marks>('GET', '/api/market/marks');
  assert.deepEqual(
    marks.items.map((mark) => [mark.inst_id, mark.stale]),
    [
      [BTC, false],
      ['ETH-USDT-SWAP', false],
    ],
  );
});

test('whatever minutes anybody asks for, one question of charts is under way at a time, by turns', async (t) => {
  const app = await testShop(t);
  const { ctx } = app.backend;
  let nowMs = app.clock.now();
  const under: (() => void)[] = [];
  const asked: number[] = [];
  let most = 0;
  const readChart = chartReader({
    ...ctx,
    clock: { now: () => nowMs },
    marketClient: {
      ...ctx.marketClient,
      candles: ({ instId, bar, limit }) =>
        new Promise((resolve) => {
          asked.push(limit);
          under.push(() => resolve({ instId, bar, candles: [] }));
          most = Math.max(most, under.length);
        }),
    },
  });
  const look = (caller: string, limit: number) =>
    readChart({ instId: BTC, bar: '1m', limit, untilMs: nowMs, caller }).then(
      () => 'drawn',
      (error: unknown) => (error instanceof LiqPassError ? error.code : 'failed'),
    );
  const looking = [look('greedy', 1), look('greedy', 2), look('greedy', 3), look('other', 10), look('another', 20)];
  for (let answered = 0; answered < 4; answered += 1) {
    while (under.length === 0) await immediate();
    // Whoever waits too long is told so, and nothing is asked for him any more.
    if (answered === 3) nowMs += 11_000;
    under.pop()?.();
  }
  assert.deepEqual(await Promise.all(looking), ['drawn', 'drawn', 'VERIFIER_UNAVAILABLE', 'drawn', 'drawn']);
  assert.deepEqual([asked, most], [[1, 2, 10, 20], 1]);
});

test('a mark is known as soon as it is read, and the next one too, while candles are still waited for', async (t) => {
  const app = await testShop(t);
  const { ctx } = app.backend;
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const feed = buildMarketFeed({
    ...ctx.marketClient,
    candles: async (query, signal) => {
      await released;
      return ctx.marketClient.candles(query, signal);
    },
  });
  const until = new Date(app.clock.now() + 30_000);
  await ctx.db.updateTable('leases').set({ holder: feed.name, until }).execute();
  const knows = async (px: number): Promise<unknown> =>
    app.until(
      async () => Number(ctx.market.lastMark(BTC)?.markPx),
      (known) => known === px,
    );
  app.market.marks.set(BTC, { mark: 41_000 });
  const whole = feed.feed(ctx, AbortSignal.timeout(60_000));
  try {
    await knows(41_000);
    app.clock.advance(1_000);
    app.market.marks.set(BTC, { mark: 40_000 });
    await feed.feedMarks(ctx, AbortSignal.timeout(60_000));
    await knows(40_000);
  } finally {
    release();
    await whole;
  }
});
