import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiqPassError } from '@liqpass/api/errors';
import type { PositionSnapshot } from '@liqpass/api/verify';
import { assessBinding, bindAssessed, type Assessment } from '../src/services/eligibility.ts';
import { readPurchaseOrder } from '../src/services/purchaseOrders.ts';
import { BTC, snapshotOf, testShop, type Shop } from './shop.ts';
import { engine } from './testDatabase.ts';

/** What binding this position to the order finds: the assessment, or the refusal. */
async function assess(app: Shop, id: string, snapshot: PositionSnapshot): Promise<Assessment | LiqPassError> {
  const { ctx } = app.backend;
  const order = await readPurchaseOrder(ctx, id);
  return bindAssessed(ctx, order, snapshot, async (_trx, assessment) => assessment).catch((error: unknown) => {
    if (error instanceof LiqPassError) return error;
    throw error;
  });
}
const refused = (answer: Assessment | LiqPassError): [string, string | undefined] => {
  assert.ok(
    answer instanceof LiqPassError,
    JSON.stringify(answer, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  );
  return [answer.code, answer.params?.['reason']];
};
const far = (app: Shop, fraction: number): string =>
  ((app.market.marks.get(BTC)?.mark ?? 0) * (1 - fraction)).toFixed(1);

test(`the catalogue price holds at binding where p is at most 1.39 % and the margin at least 100 (${engine})`, async (t) => {
  const app = await testShop(t);
  const id = await app.order();
  const ok = snapshotOf(app, far(app, 0.2));
  const found = await assess(app, id, ok);
  assert.ok(!(found instanceof LiqPassError));
  assert.ok(found.probability < 0.0139);
  assert.deepEqual((await app.readOrder(id)).position?.liq_px, ok.liqPx);
  const near = await assess(app, await app.order(), snapshotOf(app, far(app, 0.08), { mainUid: '2' }));
  assert.deepEqual(refused(near), ['POSITION_NOT_INSURABLE', 'FIXED_PRICE_DOES_NOT_HOLD']);
  assert.ok(near instanceof LiqPassError);
  assert.match(near.message, /At \d+x or less/);
  assert.ok(near.params?.['max_leverage'] && near.params['min_distance']);
  const thin = await assess(
    app,
    await app.order(),
    snapshotOf(app, far(app, 0.2), { mainUid: '3', margin: '99.999999' }),
  );
  assert.deepEqual(refused(thin), ['POSITION_NOT_INSURABLE', 'MARGIN_TOO_SMALL']);
  // Only the part of the margin behind the insured contracts counts.
  const shared = await assess(
    app,
    await app.order(),
    snapshotOf(app, far(app, 0.2), { mainUid: '4', margin: '300', pos: '4', insuredPos: '1' }),
  );
  assert.deepEqual(refused(shared), ['POSITION_NOT_INSURABLE', 'MARGIN_TOO_SMALL']);
});

test('refuses a position that is too large, not in dollars, too near, or of another instrument', async (t) => {
  const app = await testShop(t);
  const id = await app.order();
  const cases: [Partial<PositionSnapshot>, string][] = [
    [{ tier: '3' }, 'TIER_TOO_HIGH'],
    [{ ccy: 'BTC' }, 'INSTRUMENT_NOT_COVERED'],
    [{ instId: 'DOGE-USDT-SWAP' }, 'INSTRUMENT_NOT_COVERED'],
    [{ liqPx: far(app, 0.005) }, 'TOO_CLOSE_TO_LIQUIDATION'],
    [{ liqPx: far(app, 0.03) }, 'TOO_LIKELY'],
    [{ liqPx: far(app, -0.01) }, 'ALREADY_TOUCHED'],
  ];
  for (const [more, reason] of cases)
    assert.deepEqual(refused(await assess(app, id, snapshotOf(app, far(app, 0.2), more))), [
      'POSITION_NOT_INSURABLE',
      reason,
    ]);
  const unread = await assess(app, id, snapshotOf(app, far(app, 0.2), { tier: null }));
  assert.ok(!(unread instanceof LiqPassError));
  assert.deepEqual(unread.unchecked, ['TIER', 'LIQ_PRICE']);
});

test('all covers of a main account together pay at most half of its largest margin, two bindings at once too', async (t) => {
  const app = await testShop(t);
  const ids = [await app.order(), await app.order(), await app.order()];
  const answers = await Promise.all(
    ids.map((id) => assess(app, id, snapshotOf(app, far(app, 0.2), { margin: '299', uid: id }))),
  );
  const refusals = answers.filter((answer) => answer instanceof LiqPassError);
  assert.equal(refusals.length, 1, 'two of 50 fit under half of 299');
  for (const refusal of refusals)
    assert.deepEqual(refused(refusal), ['POSITION_NOT_INSURABLE', 'ACCOUNT_LIMIT_REACHED']);
});

test('a quote is honoured up to 1.10 of its chance; beyond, a new one comes with the refusal', async (t) => {
  const app = await testShop(t);
  const { body: quote } = await app.quote({ leverage: 10, payoutUsdc: '100' });
  const { body } = await app.buy(quote);
  const id = body.purchaseOrderId;
  const at = await assess(app, id, snapshotOf(app, quote.liq_px));
  assert.ok(!(at instanceof LiqPassError));
  const other = await assess(app, id, snapshotOf(app, quote.liq_px, { side: 'short', posSide: 'short' }));
  assert.deepEqual(refused(other), ['POSITION_NOT_INSURABLE', 'POSITION_DIFFERS_FROM_QUOTE']);
  const nearer = String(Number(quote.liq_px) * 1.01);
  const moved = await assess(app, id, snapshotOf(app, nearer));
  assert.ok(moved instanceof LiqPassError);
  assert.equal(moved.code, 'PRICE_MOVED');
  const offered = moved.params?.['quote_hash'] ?? '';
  assert.match(offered, /^0x[0-9a-f]{64}$/);
  assert.ok(Number(moved.params?.['premium_usdc']) > Number(quote.premium_usdc));
  const { body: again } = await app.buy({
    ...quote,
    quote_hash: offered,
    premium_usdc: moved.params?.['premium_usdc'] ?? '',
  });
  const another = snapshotOf(app, nearer, { mainUid: '2' });
  assert.ok(!((await assess(app, again.purchaseOrderId, another)) instanceof LiqPassError));
});

test('nothing is bound with a key while prices are stale, or what an operator stopped', async (t) => {
  const app = await testShop(t);
  const id = await app.order();
  await app.backend.ctx.db
    .insertInto('sales_stops')
    .values({ policy_type: null, inst_id: BTC, side: 'long', reason: 'x', stopped_by: 'x', stopped_at: new Date() })
    .execute();
  await app.backend.ctx.sales.refresh(app.backend.ctx.db);
  assert.deepEqual(refused(await assess(app, id, snapshotOf(app, far(app, 0.2)))), [
    'SALES_STOPPED',
    'STOPPED_BY_OPERATOR',
  ]);
  await app.backend.ctx.db.deleteFrom('sales_stops').execute();
  await app.backend.ctx.sales.refresh(app.backend.ctx.db);
  app.clock.advance(180_000);
  assert.deepEqual(refused(await assess(app, id, snapshotOf(app, far(app, 0.2)))), [
    'SALES_STOPPED',
    'MARKET_DATA_STALE',
  ]);
});

test('a refused binding leaves no room behind, a repeated one takes none twice', async (t) => {
  const app = await testShop(t);
  const { ctx } = app.backend;
  const order = await readPurchaseOrder(ctx, await app.order());
  const snapshot = snapshotOf(app, far(app, 0.2));
  await assert.rejects(
    ctx.db.transaction().execute(async (trx) => {
      await assessBinding(ctx, trx, order, snapshot);
      throw new Error('the binding was refused after all');
    }),
  );
  const count = async (): Promise<number> => (await ctx.db.selectFrom('book_rooms').select('id').execute()).length;
  assert.equal(await count(), 0);
  await assess(app, order.id, snapshot);
  await assess(app, order.id, snapshot);
  assert.equal(await count(), 1);
});
