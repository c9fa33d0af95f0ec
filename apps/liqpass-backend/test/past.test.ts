import type { PastAnswer } from '@liqpass/api/past';
import { HOUR_MS } from '@liqpass/kernel/time';
import { madeUpCandles } from '@liqpass/underwriting/madeUpCandles';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MARKET_LEASE, buildMarketFeed } from '../src/services/book/feedMarket.ts';
import { PAST_HOURS, YEAR_HOURS } from '../src/services/book/pastState.ts';
import { BTC, testShop } from './shop.ts';
import { engine } from './testDatabase.ts';

test(`what a cover would have done in the last year is counted from hours that the feed fetches a few pages at a time (${engine})`, async (t) => {
  const app = await testShop(t, { role: 'web' });
  const { ctx } = app.backend;
  const hour = Math.floor(app.clock.now() / HOUR_MS) * HOUR_MS;
  const count = PAST_HOURS + 50;
  for (const instId of app.market.candles.keys())
    app.market.candles.set(
      instId,
      madeUpCandles({ seed: 3, startMs: hour - count * HOUR_MS, count: count + 1, firstPrice: 60_000 }),
    );
  const ask = (more = '') =>
    app.call<PastAnswer>('GET', `/api/market/past?instId=${BTC}&side=long&policyType=OKX_24H&distance=0.03${more}`);
  let pages = 0;
  const feed = buildMarketFeed({
    ...ctx.marketClient,
    candles: (query, signal) => {
      pages += 1;
      return ctx.marketClient.candles(query, signal);
    },
  });
  const takeLease = async (): Promise<void> => {
    const until = new Date(app.clock.now() + 30_000);
    await ctx.db.updateTable('leases').set({ holder: feed.name, until }).where('name', '=', MARKET_LEASE).execute();
  };
  let turns = 0;
  for (let isShort = true; isShort; turns += 1) {
    await takeLease();
    pages = 0;
    isShort = await feed.feedPast(ctx, AbortSignal.timeout(60_000));
    assert.ok(pages <= 6, 'three pages of each instrument at a time');
    assert.ok(turns < 40);
  }
  assert.ok(turns >= 1);
  const { status, body } = await ask();
  assert.equal(status, 200);
  assert.equal(body.covers, YEAR_HOURS);
  assert.ok(body.paid > 0 && body.paid < body.covers, String(body.paid));
  // Whole hours alone; one may have turned since.
  const untilMs = Date.parse(body.until ?? '');
  assert.ok(untilMs % HOUR_MS === 0 && untilMs <= app.clock.now(), body.until ?? 'never');
  assert.ok(body.worst_day !== null && body.months.length >= 12);
  assert.equal(
    body.months.reduce((sum, { paid }) => sum + paid, 0),
    body.paid,
  );
  // A longer way pays less often; a cover that lasts longer more often.
  const [far, short] = [
    await ask('&x=1'),
    await app.call<PastAnswer>('GET', `/api/market/past?instId=${BTC}&side=long&policyType=OKX_8H&distance=0.03`),
  ];
  assert.equal(far.status, 400, 'nothing else is asked');
  assert.ok(short.body.paid < body.paid);
  const { body: none } = await app.call<{ error: string }>(
    'GET',
    `/api/market/past?instId=${BTC}&side=long&policyType=NONE&distance=0.03`,
  );
  assert.equal(none.error, 'PRODUCT_NOT_FOUND');
  pages = 0;
  await takeLease();
  assert.equal(await feed.feedPast(ctx, AbortSignal.timeout(60_000)), false);
  assert.equal(pages, 0, 'what is there is not fetched again');
});
