import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { usdc } from '@liqpass/kernel/money';
import { formatIso, HOUR_MS, MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import type { RefundReason } from '@liqpass/kernel/vocabulary';
import { openMarket } from '@liqpass/underwriting/market';
import { PROD_2026_04 } from '@liqpass/underwriting/params';
import { priceCover } from '@liqpass/underwriting/price';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventsIn } from '../src/services/book/quotes.ts';
import { bindWith, order, register, snapshotTaken } from './attested.ts';
import { newOrdId } from './harness.ts';
import { BTC, goOn, snapshotOf, testShop, type Shop } from './shop.ts';
import { engine } from './testDatabase.ts';
import { signInWith, type SignedIn } from './wallet.ts';

// Cover is sold at the moment the money counts. Whatever happens between binding and paying, on either of two orders for one
// position: no cover is found that would not have been sold then. What would be is worked out here anew, from the marks.

type Step =
  | { readonly do: 'bind'; readonly which: 0 | 1 }
  | { readonly do: 'report'; readonly which: 0 | 1 }
  | { readonly do: 'wait'; readonly minutes: number }
  | { readonly do: 'move'; readonly to: number }
  | { readonly do: 'pay'; readonly which: 0 | 1; readonly agoMinutes: number };
const which = fc.constantFrom<0 | 1>(0, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('bind' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('report' as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 4, 12, 31) }) },
  {
    weight: 3,
    // As a share of the first mark; the position is liquidated at 0.8.
    arbitrary: fc.record({ do: fc.constant('move' as const), to: fc.constantFrom(1, 1, 0.97, 0.9, 0.84, 0.807, 0.8) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pay' as const), which, agoMinutes: fc.constantFrom(0, 0, 0, 3, 20) }),
  },
);

/** Where they begin: anywhere; on the way that most orders take; or where the first lapsed and let go of its position to the second. */
const BEGINNINGS: readonly (readonly Step[])[] = [
  [],
  [{ do: 'bind', which: 0 }],
  [
    { do: 'bind', which: 0 },
    { do: 'wait', minutes: 31 },
    { do: 'bind', which: 1 },
    { do: 'pay', which: 0, agoMinutes: 20 },
  ],
];

test(`whatever comes between binding and paying, no cover is found that would not have been sold then (${engine})`, async (t) => {
  const app = await testShop(t);
  const first = app.market.marks.get(BTC)?.mark ?? 0;
  const liqPx = Math.round(first * 0.8);
  /** Every mark that there was. */
  const marks: { atMs: number; px: number }[] = [];
  const feed = async (px: number): Promise<void> => {
    app.market.marks.set(BTC, { mark: px });
    // What fills a gap lies where the mark lay.
    app.market.minutePx = px;
    goOn(app);
    marks.push({ atMs: app.clock.now(), px });
    await app.feed();
  };
  const seen = new Map<RefundReason | 'covered', number>();

  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 12 }),
      fc.constantFrom(...BEGINNINGS),
      async (steps, begin) => {
        app.clock.advance(HOUR_MS);
        const people: SignedIn[] = [await signInWith(app), await signInWith(app)];
        const keys = await Promise.all(people.map(async (person) => (await register(app, person)).body.id));
        let px = first;
        await feed(px);
        const ordId = newOrdId();
        app.verifier.route('POST /snapshot', () =>
          snapshotTaken(snapshotOf(app, String(liqPx), { ordId, posId: ordId, mainUid: ordId, markPx: String(px) })),
        );
        const ids = await Promise.all(people.map((person) => order(person)));
        const boundProbability = [0, 0];
        for (const each of [...begin, ...steps]) {
          if (each.do === 'wait')
            for (let minute = 0; minute < each.minutes; minute += 1) {
              app.clock.advance(MINUTE_MS);
              await feed(px);
            }
          else if (each.do === 'move') {
            app.clock.advance(15 * SECOND_MS);
            px = first * each.to;
            await feed(px);
          } else {
            const id = ids[each.which] ?? '';
            const person = people[each.which];
            assert.ok(person);
            const read = async () => (await person.call<PurchaseOrderAnswer>('GET', `/api/purchase-orders/${id}`)).body;
            if (each.do === 'report')
              await person.call('POST', `/api/purchase-orders/${id}/report-payment`, { txHash: `0x${'a'.repeat(64)}` });
            else if (each.do === 'bind') {
              const { status } = await bindWith(person, id, ordId, keys[each.which]);
              if (status === 200) boundProbability[each.which] = probabilityAt(app, liqPx, px);
            } else {
              const before = await read();
              const paidAtMs = app.clock.now() - each.agoMinutes * MINUTE_MS;
              const body = each.agoMinutes === 0 ? {} : { paidAt: formatIso(paidAtMs) };
              const paid = await app.markPaid(id, body);
              assert.equal(paid.status, 200, JSON.stringify(paid.body));
              if (before.paid_at !== null) continue;
              const { refund_reason, effective_start_at, bound_at, created_at } = paid.body;
              seen.set(refund_reason ?? 'covered', (seen.get(refund_reason ?? 'covered') ?? 0) + 1);
              if (refund_reason !== null) continue;
              // It is covered: then it was bound, in time, and not before there was an order.
              const atMs = Date.parse(paid.body.paid_at ?? '');
              const boundMs = Date.parse(bound_at ?? '');
              assert.ok(atMs < boundMs + 30 * MINUTE_MS && atMs >= Date.parse(created_at) - MINUTE_MS);
              assert.ok(Date.parse(effective_start_at ?? '') >= Math.max(boundMs, atMs + 10 * MINUTE_MS));
              // The mark was never there meanwhile.
              const path = marks.filter((one) => one.atMs >= boundMs && one.atMs < app.clock.now());
              assert.ok(
                path.every((one) => one.px > liqPx * 1.001),
                'the mark had touched',
              );
              // And by the mark at the money's time it would be sold.
              const then = marks.findLast((one) => one.atMs <= atMs)?.px ?? 0;
              const price = priceAt(app, liqPx, then);
              assert.ok(price.distance >= 0.01 && price.probability <= 0.15);
              const honoured = 1.1 * (boundProbability[each.which] ?? 0);
              assert.ok(price.probability <= honoured || price.premium <= 1_000_000n, 'the price had moved');
            }
          }
        }
        // One position, one cover at a time.
        const covers = [];
        for (const [index, person] of people.entries()) {
          const { body } = await person.call<PurchaseOrderAnswer>('GET', `/api/purchase-orders/${ids[index] ?? ''}`);
          if (body.effective_start_at !== null)
            covers.push({
              startMs: Date.parse(body.effective_start_at),
              endMs: Date.parse(body.coverage_end_at ?? ''),
            });
        }
        const [one, other] = covers;
        assert.ok(
          !one || !other || one.endMs <= other.startMs || other.endMs <= one.startMs,
          'two covers of one position',
        );
      },
    ),
    { numRuns: 30, seed: 20261128 },
  );
  for (const reason of [
    'covered',
    'PAID_BEFORE_BINDING',
    'PAID_AFTER_DEADLINE',
    'PRICE_MOVED',
    'TOUCHED_BEFORE_COVER',
    'BINDING_RELEASED',
  ] as const)
    assert.ok((seen.get(reason) ?? 0) > 0, `${reason} never came: ${JSON.stringify([...seen])}`);
});

/** The price of the cover by LP-T3, from the candles that the test made. */
function priceAt(app: Shop, liqPx: number, px: number): ReturnType<typeof priceCover> {
  const nowMs = app.clock.now();
  const candles = (app.market.candles.get(BTC) ?? []).filter((candle) => candle.timeMs <= nowMs);
  const answer = openMarket(
    { coin: 'BTC', candles, mark: { price: px, atMs: nowMs }, otherPrice: null },
    PROD_2026_04,
    nowMs,
  );
  assert.ok(answer.open);
  const startMs = nowMs + 10 * MINUTE_MS;
  const { features, mark } = answer.market;
  const cover = { set: PROD_2026_04, side: 'long', horizon: '24h', liqPx, payout: usdc(50_000_000n) } as const;
  return priceCover({ ...cover, features, mark, startMs, nEvents: eventsIn(startMs, 24) });
}
const probabilityAt = (app: Shop, liqPx: number, px: number): number => priceAt(app, liqPx, px).probability;
