import type { Quote } from '@liqpass/api/quotes';
import type { PositionSnapshot } from '@liqpass/api/verify';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { DAY_MS, HOUR_MS } from '@liqpass/kernel/time';
import type { TestContext } from 'node:test';
import { buildMarketFeed, MARKET_LEASE } from '../src/services/book/feedMarket.ts';
import { newOrdId, testBackend, type Reply, type TestBackend } from './harness.ts';
import { scriptedMarket, type ScriptedMarket } from './scriptedMarket.ts';

export const BTC = 'BTC-USDT-SWAP';

/** A backend that has read its market and sells. */
export type Shop = TestBackend & {
  readonly market: ScriptedMarket;
  /** Reads the market again, as the feed does every 15 seconds. */
  feed(): Promise<void>;
  /** Asks for a price: 24 hours of 50 on a BTC long at 5x, unless said otherwise. */
  quote(more?: Record<string, unknown>): Promise<Reply<Quote & ErrorAnswer>>;
  /** Buys at a quote. */
  buy(quote: Quote, more?: Record<string, unknown>): Promise<Reply<{ purchaseOrderId: string } & ErrorAnswer>>;
};

export async function testShop(t: TestContext, settings: Parameters<typeof testBackend>[0] = {}): Promise<Shop> {
  const app = await testBackend(settings);
  t.after(() => app.close());
  const market = scriptedMarket(app.verifier, app.clock);
  const { ctx } = app.backend;
  const feed = async (): Promise<void> => {
    // The backend's own feed stands back: a test reads when it says so.
    const own = buildMarketFeed(ctx.marketClient);
    const lease = { name: MARKET_LEASE, holder: own.name, until: new Date(app.clock.now() + 1) };
    await ctx.db
      .insertInto('leases')
      .values(lease)
      .onConflict((conflict) => conflict.column('name').doUpdateSet(lease))
      .execute();
    await own.feed(ctx, AbortSignal.timeout(60_000));
    await ctx.db
      .updateTable('leases')
      .set({ until: new Date(app.clock.now() + 365 * DAY_MS) })
      .where('name', '=', MARKET_LEASE)
      .execute();
  };
  await feed();
  return {
    ...app,
    market,
    feed,
    quote: (more = {}) => {
      const { leverage = 5, liqPx } = more as { leverage?: number; liqPx?: string };
      const at = liqPx === undefined ? { leverage } : {};
      return app.call('POST', '/api/quotes', {
        body: { policyType: 'OKX_24H', instId: BTC, side: 'long', payoutUsdc: '50', ...at, ...more },
      });
    },
    buy: (quote, more = {}) =>
      app.call('POST', '/api/purchase-orders', {
        body: {
          policyType: quote.policy_type,
          chainId: 8453,
          premiumAmountUsdc: quote.premium_usdc,
          policyParams: { payout_fixed_usdc: quote.payout_usdc, payout_cap_usdc: quote.payout_usdc },
          quoteHash: quote.quote_hash,
          ...more,
        },
      }),
  };
}

/** The market of a test that goes on: each hour that began has its candle. */
export function goOn(app: Shop): void {
  const candles = app.market.candles.get(BTC) ?? [];
  for (let last = candles.at(-1); last && last.timeMs + HOUR_MS <= app.clock.now(); last = candles.at(-1)) {
    const px = last.close;
    candles.push({ timeMs: last.timeMs + HOUR_MS, open: px, high: px * 1.002, low: px * 0.998, close: px });
  }
}

/** A healthy isolated BTC long that is liquidated at `liqPx`, with 200 USDT at risk unless said otherwise. */
export function snapshotOf(app: Shop, liqPx: string, more: Partial<PositionSnapshot> = {}): PositionSnapshot {
  return {
    uid: '44705892343619584',
    mainUid: '44705892343619584',
    instId: BTC,
    ordId: newOrdId(),
    posId: '1752810569801498626',
    cTime: String(app.clock.now() - 60_000),
    uTime: null,
    mgnMode: 'isolated',
    posSide: 'long',
    side: 'long',
    pos: '1',
    insuredPos: '1',
    avgPx: String(app.market.marks.get(BTC)?.mark ?? 1),
    lever: '5',
    margin: '200',
    ccy: 'USDT',
    liqPx,
    markPx: null,
    notional: null,
    coins: null,
    tier: '1',
    mmr: '0.004',
    takenAtMs: app.clock.now(),
    ...more,
  };
}
