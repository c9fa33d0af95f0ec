import type { Settings } from '@liqpass/api/operators';
import { usdc } from '@liqpass/kernel/money';
import { HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { SIDES } from '@liqpass/kernel/vocabulary';
import { bookTotals } from '@liqpass/underwriting/book';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { listRooms, putRoom, sumBook, type Room } from '../src/db/book/exposureRepo.ts';
import { countWrongSums } from '../src/db/book/keptSums.ts';
import { checkBook, keepBook } from '../src/services/book/checkBook.ts';
import { limitsOf, nearPrices, toBookPolicy } from '../src/services/book/exposure.ts';
import { ADMIN_KEY } from './harness.ts';
import { goOn, testShop, type Shop } from './shop.ts';
import { engine, onPostgres } from './testDatabase.ts';

const admin = { 'x-admin-key': ADMIN_KEY };
const rich = { underwriting: { capital: usdc(100_000_000_000n), countsEveryOrder: true, quoteSigningKey: null } };

/** The sums that a sale goes by are those of the rooms, added up here one by one; and those kept are right as well. */
async function assertSums(app: Shop, after: string): Promise<void> {
  const { ctx } = app.backend;
  const nowMs = ctx.clock.now();
  const risk = ctx.market.risk(nowMs);
  const sums = await sumBook(ctx.db, { nowMs, near: nearPrices(risk), account: null, except: null, caller: null });
  const rooms = await listRooms(ctx.db, nowMs);
  const pure = bookTotals({ policies: rooms.map(toBookPolicy), claims: [], risk, limits: limitsOf(ctx), nowMs });
  assert.equal(sums.inForce, pure.inForce, after);
  for (const side of SIDES) {
    const { tentative, ...kept } = sums.sides[side];
    const { restsUntilMs: _rests, ...counted } = pure.sides[side];
    assert.deepEqual(kept, counted, `${side}, ${after}`);
    const held = rooms.filter((room) => room.tentativeOf !== null && (room.side === null || room.side === side));
    assert.equal(
      tentative,
      held.reduce((sum, room) => sum + room.payout, 0n),
      after,
    );
  }
  assert.equal(await countWrongSums(ctx.db), 0, after);
}

type Step =
  | { readonly do: 'sell'; readonly side: 'long' | 'short'; readonly leverage: number; readonly payout: number }
  | { readonly do: 'ask again' | 'buy' | 'bind' | 'pay' | 'take back' | 'forget' | 'keep' }
  | { readonly do: 'wait'; readonly minutes: number }
  | { readonly do: 'move'; readonly to: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('sell' as const),
      side: fc.constantFrom(...SIDES),
      leverage: fc.constantFrom(3, 5, 8, 10),
      payout: fc.integer({ min: 10, max: 100 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('ask again', 'buy', 'buy', 'bind', 'pay', 'pay', 'take back', 'forget', 'keep', 'keep'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(0.3, 1, 61, 1500) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('move' as const), to: fc.constantFrom(1, 0.97, 1.04) }) },
);

const of = (name: 'buy' | 'bind' | 'pay' | 'take back'): Step => ({ do: name });
const sell: Step = { do: 'sell', side: 'long', leverage: 5, payout: 50 };
/** Where they begin: anywhere, or on the way that most orders take. */
const BEGINNINGS: readonly (readonly Step[])[] = [
  [],
  [sell, of('buy'), of('bind')],
  [sell, of('buy'), of('bind'), of('pay')],
  [sell, of('buy'), of('bind'), of('pay'), of('take back')],
];

test(`whatever is sold, freed, lapses, is refunded or ends, the kept sums are those of the book (${engine})`, async (t) => {
  const app = await testShop(t, rich);
  const { ctx } = app.backend;
  const first = app.market.marks.get('BTC-USDT-SWAP')?.mark ?? 0;
  const feed = async (): Promise<void> => {
    goOn(app);
    await app.feed();
  };
  const done = new Map<string, number>();
  const note = (what: string, status: number): void => void (status < 300 && done.set(what, (done.get(what) ?? 0) + 1));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...BEGINNINGS),
      fc.array(step, { minLength: 5, maxLength: 14 }),
      async (begin, steps) => {
        await feed();
        let quote: Awaited<ReturnType<Shop['quote']>>['body'] | null = null;
        const orders: string[] = [];
        for (const each of [...begin, ...steps]) {
          const last = orders.at(-1);
          if (each.do === 'sell' || each.do === 'ask again') {
            const asked = each.do === 'sell' ? { side: each.side, leverage: each.leverage } : {};
            const payout = each.do === 'sell' ? each.payout : 20;
            const replaces = each.do === 'ask again' && quote ? { replaces: quote.quote_hash } : {};
            const reply = await app.quote({ ...asked, payoutUsdc: `${payout}`, ...replaces });
            note(each.do, reply.status);
            if (reply.status === 200) quote = reply.body;
          } else if (each.do === 'buy' && quote) {
            const reply = await app.buy(quote);
            note(each.do, reply.status);
            if (reply.status === 201) orders.push(reply.body.purchaseOrderId);
            quote = null;
          } else if (each.do === 'bind' && last !== undefined) note(each.do, (await app.bind(last)).status);
          else if (each.do === 'pay' && last !== undefined) note(each.do, (await app.markPaid(last)).status);
          else if (each.do === 'take back' && last !== undefined)
            note(
              each.do,
              (
                await app.call('POST', `/admin/purchase-orders/${last}/undo-paid`, {
                  headers: admin,
                  body: { reason: 'a mistake' },
                })
              ).status,
            );
          // A quote that nobody bought goes, and its room with it.
          else if (each.do === 'forget')
            await ctx.db.deleteFrom('quotes').where('purchase_order_id', 'is', null).execute();
          else if (each.do === 'keep') await keepBook(ctx);
          else if (each.do === 'wait') {
            app.clock.advance(each.minutes * MINUTE_MS);
            await feed();
          } else if (each.do === 'move') {
            app.market.marks.set('BTC-USDT-SWAP', { mark: first * each.to });
            app.clock.advance(15_000);
            await feed();
          }
          await assertSums(app, `after ${JSON.stringify(each)}`);
        }
      },
    ),
    { numRuns: 12, seed: 20261128 },
  );
  for (const what of ['sell', 'ask again', 'buy', 'bind', 'pay', 'take back'])
    assert.ok((done.get(what) ?? 0) > 0, `${what} never came: ${JSON.stringify([...done])}`);
});

const roomOf = (purchaseOrderId: string, more: Partial<Room>): Room => ({
  id: randomUUID(),
  quoteHash: null,
  purchaseOrderId,
  policyType: 'OKX_24H',
  instId: 'BTC-USDT-SWAP',
  side: 'long',
  liqPx: '50000',
  payout: usdc(50_000_000n),
  probability: 0.01,
  mainAccount: null,
  margin: null,
  soldAtMs: 0,
  heldUntilMs: 0,
  tentativeOf: null,
  ...more,
});

test(`any rooms, changed in any order and kept at any moment, forwards and back, add up (${engine})`, async (t) => {
  const app = await testShop(t, rich);
  const { ctx } = app.backend;
  const ids = await Promise.all(Array.from({ length: 5 }, () => app.order()));
  const startMs = ctx.clock.now();
  const change = fc.record({
    which: fc.nat({ max: 4 }),
    gone: fc.boolean(),
    keep: fc.boolean(),
    atMs: fc.integer({ min: -2 * HOUR_MS, max: 2 * HOUR_MS }),
    instId: fc.constantFrom('BTC-USDT-SWAP', 'ETH-USDT-SWAP', null),
    side: fc.constantFrom('long' as const, 'short' as const, null),
    liqPx: fc.constantFrom('0.00123', '999.9999', '1999.99', '49999', '50000.1', '80000', null),
    payout: fc.bigInt({ min: 1n, max: 500_000_000n }).map(usdc),
    soldAgoMs: fc.integer({ min: 0, max: 2 * HOUR_MS }),
    heldForMs: fc.integer({ min: -HOUR_MS, max: 2 * HOUR_MS }),
    tentativeOf: fc.constantFrom('somebody', null),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
      for (const { which, gone, keep, atMs, soldAgoMs, heldForMs, ...more } of changes) {
        app.clock.set(startMs + atMs);
        const of = ids[which] ?? '';
        const before = await ctx.db
          .deleteFrom('book_rooms')
          .where('purchase_order_id', '=', of)
          .returning('id')
          .executeTakeFirst();
        const times = { soldAtMs: startMs - soldAgoMs, heldUntilMs: startMs + heldForMs };
        const room = roomOf(of, { ...more, ...times, ...(before ? { id: before.id } : {}) });
        if (!gone) {
          await putRoom(ctx.db, room);
          await putRoom(ctx.db, { ...room, liqPx: '51234.5', heldUntilMs: room.heldUntilMs + 1 });
        }
        if (keep) await keepBook(ctx);
        await assertSums(app, 'as it is');
        app.clock.set(startMs - atMs);
        await assertSums(app, 'at another time');
      }
    }),
    { numRuns: 30, seed: 20261128 },
  );
});

test('sold, freed and kept all at once, each room counts once', { skip: !onPostgres && 'one session' }, async (t) => {
  const app = await testShop(t, rich);
  const { ctx } = app.backend;
  const ids = await Promise.all(Array.from({ length: 12 }, () => app.order()));
  const rooms = ids.map((id) => roomOf(id, { soldAtMs: ctx.clock.now(), heldUntilMs: ctx.clock.now() + HOUR_MS }));
  const free = (room: Room): Room => ({ ...room, heldUntilMs: ctx.clock.now() });
  for (let round = 0; round < 5; round += 1) {
    await Promise.all([
      ...ids.map((id) => ctx.db.deleteFrom('book_rooms').where('purchase_order_id', '=', id).execute()),
      keepBook(ctx),
      keepBook(ctx),
    ]);
    await Promise.all([
      ...rooms.map(async (room) => {
        await putRoom(ctx.db, room);
        await putRoom(ctx.db, free(room));
        await putRoom(ctx.db, room);
      }),
      keepBook(ctx),
      keepBook(ctx),
      assertRight(),
      keepBook(ctx),
      assertRight(),
    ]);
  }
  await assertSums(app, 'at the end');
  async function assertRight(): Promise<void> {
    assert.equal(await countWrongSums(ctx.db), 0);
  }
});

test(`a kept sum that is not the book's stops sales, says so, and is mended; the next check puts all back on sale (${engine})`, async (t) => {
  const app = await testShop(t, rich);
  const { ctx } = app.backend;
  const stops = async () => (await app.call<Settings>('GET', '/admin/settings', { headers: admin })).body.sales_stops;
  const off = async () => /liqpass_book_off (\d)/.exec(await (await fetch(`${app.url}/metrics`)).text())?.[1];
  assert.equal((await app.quote()).status, 200);
  await keepBook(ctx);
  app.clock.advance(MINUTE_MS);
  await app.feed();
  assert.equal(await checkBook(ctx), 0);
  assert.equal(await checkBook(ctx), null, 'one process checks in a minute');
  await ctx.database.pool.query('update book_sums set in_force_usdc = in_force_usdc + 0.000001');
  app.clock.advance(MINUTE_MS);
  await app.feed();
  assert.equal(await checkBook(ctx), 1);
  const refused = await app.quote();
  assert.deepEqual([refused.status, refused.body.error], [409, 'SALES_STOPPED']);
  assert.match(refused.body.message, /added up anew/);
  assert.deepEqual(
    (await stops()).map(({ by, policy_type }) => [by, policy_type]),
    [['system', null]],
  );
  assert.equal(await off(), '1');
  assert.ok(app.logs.some((line) => line.includes('kept sums were not what it adds up to')));
  assert.equal(await countWrongSums(ctx.db), 0);
  app.clock.advance(MINUTE_MS);
  await app.feed();
  assert.equal(await checkBook(ctx), 0);
  assert.deepEqual(await stops(), []);
  assert.equal((await app.quote()).status, 200);
  const { rows } = await ctx.database.pool.query(
    `select action, actor from audit_log where action in ('stop_sales', 'resume_sales') order by id`,
  );
  assert.deepEqual(rows, [
    { action: 'stop_sales', actor: 'system' },
    { action: 'resume_sales', actor: 'system' },
  ]);
});
