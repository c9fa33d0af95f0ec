import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usdc } from '@liqpass/kernel/money';
import { MINUTE_MS } from '@liqpass/kernel/time';
import { bookLimits } from '@liqpass/underwriting/book';
import { madeUpCandles } from '@liqpass/underwriting/madeUpCandles';
import { openMarket } from '@liqpass/underwriting/market';
import { PROD_2026_04 } from '@liqpass/underwriting/params';
import { OKX_24H } from '@liqpass/underwriting/products';
import { decidePayment, refusePayer, type PaymentFacts, type RoomFacts } from './payment.ts';

const NOW = Date.UTC(2026, 9, 7, 12, 30);
const candles = madeUpCandles({ seed: 7, startMs: NOW - 740.5 * 60 * MINUTE_MS, count: 741, firstPrice: 60_000 });
const close = candles.at(-1)?.close ?? 0;
const LIQ = close * 0.8;

/** The market when the mark stands at `mark`. */
const marketAt = (mark: number) => {
  const answer = openMarket(
    { coin: 'BTC', candles, mark: { price: mark, atMs: NOW }, otherPrice: null },
    PROD_2026_04,
    NOW,
  );
  assert.ok(answer.open);
  return answer.market;
};
const BOUND = {
  ordId: '1',
  instId: 'BTC-USDT-SWAP',
  boundAtMs: NOW - 5 * MINUTE_MS,
  attested: true,
  released: false,
};
const WINDOW = { startMs: NOW + MINUTE_MS, endMs: NOW + 24 * 60 * MINUTE_MS };
const order = (more: Partial<PaymentFacts['order']> = {}): PaymentFacts['order'] => ({
  binding: BOUND,
  window: WINDOW,
  windowMoves: false,
  premium: usdc(1_000_000n),
  amountDue: usdc(1_000_000n),
  cancelledAtMs: null,
  payoutFixed: usdc(50_000_000n),
  quoteHash: null,
  payByGrownMs: 0,
  position: { instId: 'BTC-USDT-SWAP', side: 'long', leverage: '5', markPx: String(close), liqPx: String(LIQ) },
  createdAtMs: NOW - 6 * MINUTE_MS,
  ...more,
});
const facts = (
  more: Partial<Omit<PaymentFacts, 'order'>> & {
    order?: Partial<PaymentFacts['order']>;
    low?: number;
    mark?: number;
  } = {},
): PaymentFacts => {
  const { order: said, low = close, mark = close, ...rest } = more;
  return {
    payment: { paidAtMs: NOW, amount: null },
    nowMs: NOW,
    path: { marks: { low: String(low), high: String(close), longestGapMs: 15_000 }, hours: [] },
    price: { set: PROD_2026_04, product: OKX_24H, boundProbability: 0.005, market: marketAt(mark), nEvents: 0 },
    room: null,
    ended: null,
    order: order(said),
    ...rest,
  };
};
const says = (more: Parameters<typeof facts>[0] = {}): string | null => decidePayment(facts(more)).refundReason;
const pay = (paidAtMs: number, amount: bigint | null = null) => ({
  payment: { paidAtMs, amount: amount === null ? null : usdc(amount) },
});

test('what would be sold now is covered, from ten minutes after the money', () => {
  const decision = decidePayment(facts());
  assert.deepEqual([decision.refundReason, decision.coverFromMs, decision.unjudged], [null, NOW + 10 * MINUTE_MS, []]);
});

test('money that buys no cover goes back, with the first reason of the table in docs/states.md', () => {
  assert.equal(says({ order: { binding: null } }), 'PAID_BEFORE_BINDING');
  assert.equal(says(pay(NOW - 7 * MINUTE_MS - 1)), 'PAID_BEFORE_BINDING');
  // A block's time and our clock differ by some seconds.
  assert.equal(says(pay(NOW - 6 * MINUTE_MS - 1)), null);
  assert.equal(says({ order: { cancelledAtMs: NOW } }), 'PAID_AFTER_WINDOW');
  assert.equal(says({ ended: 'LIQUIDATED' }), 'TOUCHED_BEFORE_COVER');
  assert.equal(says({ ended: 'CLOSED' }), 'BINDING_RELEASED');
  assert.equal(says(pay(NOW, 999_999n)), 'PAID_SHORT');
  assert.equal(says(pay(NOW, 1_000_000n)), null);
  assert.equal(says({ order: { window: { startMs: 0, endMs: NOW } } }), 'PAID_AFTER_WINDOW');
  assert.equal(says({ order: { window: { startMs: 0, endMs: NOW + 10 * MINUTE_MS } } }), 'PAID_AFTER_WINDOW');
  assert.equal(says(pay(BOUND.boundAtMs + 30 * MINUTE_MS)), 'PAID_AFTER_DEADLINE');
  assert.equal(says(pay(BOUND.boundAtMs + 30 * MINUTE_MS - 1)), null);
  assert.equal(says({ order: { binding: { ...BOUND, released: true } } }), 'BINDING_RELEASED');
  assert.equal(says({ low: LIQ * 1.001 }), 'TOUCHED_BEFORE_COVER');
  assert.equal(says({ low: LIQ * 1.0011 }), null);
});

test('a price is no free option: nearer than 1 %, or likelier than at binding for more than was asked, it goes back', () => {
  assert.equal(says({ mark: LIQ * 1.005 }), 'PRICE_MOVED');
  assert.equal(says({ mark: LIQ * 1.05 }), 'PRICE_MOVED');
  assert.equal(says({ mark: close * 1.1 }), null);
  // Likelier than at binding, and still what 1.00 buys.
  const now = decidePayment(facts());
  assert.ok(now.price && now.price.premium <= usdc(1_000_000n));
  const calm = facts();
  assert.ok(calm.price);
  assert.equal(says({ price: { ...calm.price, boundProbability: 0.0001 } }), null);
  // A quote for less: 1.10 of its probability is the limit.
  const cheap = { quoteHash: '0x1', premium: now.price.premium - 1n } as Partial<PaymentFacts['order']>;
  const priced = calm.price;
  const bound = (share: number) => ({ ...priced, boundProbability: (now.price?.probability ?? 0) / share });
  assert.equal(says({ order: cheap, price: bound(1.09) }), null);
  assert.equal(says({ order: cheap, price: bound(1.11) }), 'PRICE_MOVED');
});

test('missing marks deny nothing, and are said to be looked at again', () => {
  const calm = facts();
  assert.ok(calm.price);
  const decision = decidePayment(facts({ path: { marks: null, hours: [] }, price: { ...calm.price, market: null } }));
  assert.deepEqual([decision.refundReason, decision.unjudged], [null, ['TOUCH', 'PRICE']]);
});

test('room that lapsed is taken again, or the money goes back', () => {
  const limits = bookLimits(usdc(36_000_000_000n));
  const zero = usdc(0n);
  const side = { inForce: zero, near: zero, soldLastHour: zero, restsUntilMs: null };
  const room = (more: Partial<RoomFacts> = {}): RoomFacts => ({
    candidate: {
      coin: 'BTC',
      side: 'long',
      liqPx: LIQ,
      horizon: '24h',
      payout: usdc(50_000_000n),
      mainAccount: 'a',
      soldAtMs: NOW,
    },
    totals: { inForce: zero, sides: { long: side, short: side }, accounts: new Map() },
    limits,
    risk: {},
    margin: usdc(200_000_000n),
    otherCovers: [],
    ...more,
  });
  assert.equal(says({ room: room() }), null);
  const full = { inForce: limits.book, sides: { long: side, short: side }, accounts: new Map() };
  assert.equal(says({ room: room({ totals: full }) }), 'BOOK_FULL');
  const resting = { ...side, restsUntilMs: NOW + 1 };
  assert.equal(
    says({ room: room({ totals: { inForce: zero, sides: { long: resting, short: side }, accounts: new Map() } }) }),
    'BOOK_FULL',
  );
  const account = { inForce: zero, sides: { long: side, short: side }, accounts: new Map([['a', limits.account]]) };
  assert.equal(says({ room: room({ totals: account }) }), 'ACCOUNT_LIMIT_REACHED');
  const other = { payout: usdc(60_000_000n), margin: usdc(120_000_000n) };
  assert.equal(says({ room: room({ otherCovers: [other] }) }), 'ACCOUNT_LIMIT_REACHED');
  assert.equal(says({ room: room({ otherCovers: [{ ...other, payout: usdc(50_000_000n) }] }) }), null);
});

test('a binding that nobody saw is judged by what is known of it', () => {
  const unattested = { binding: { ...BOUND, attested: false } };
  const decision = decidePayment(facts({ order: unattested, path: null, price: null }));
  assert.deepEqual([decision.refundReason, decision.coverFromMs], [null, WINDOW.startMs]);
  assert.equal(says({ order: unattested, path: null, price: null, ...pay(BOUND.boundAtMs + 60 * MINUTE_MS) }), null);
  const moved = decidePayment(
    facts({ order: { ...unattested, windowMoves: true }, ...pay(NOW + 5 * MINUTE_MS), nowMs: NOW + 5 * MINUTE_MS }),
  );
  assert.deepEqual(moved.window, {
    startMs: NOW + 15 * MINUTE_MS,
    endMs: NOW + 15 * MINUTE_MS + (WINDOW.endMs - WINDOW.startMs),
  });
});

test('who sent the money decides whose it is; another’s needs a reason', () => {
  const [ours, theirs] = [{ owner: '0xA' }, { owner: '0xB' }];
  const said = (payer: string | null, note: string | null = null) => ({ payer, note });
  assert.equal(refusePayer(ours, said(null), []), null);
  assert.equal(refusePayer(ours, said(null), [theirs]), 'SEVERAL_ORDERS_NAME_IT');
  assert.equal(refusePayer(ours, said('0xA'), [theirs]), null);
  assert.equal(refusePayer(ours, said('0xB'), [theirs]), 'PAYER_IS_ANOTHER');
  assert.equal(refusePayer(ours, said('0xB', ' '), []), 'PAYER_IS_ANOTHER');
  assert.equal(refusePayer(ours, said('0xB', 'from an exchange'), []), null);
  assert.equal(refusePayer({ owner: null }, said('0xB'), [theirs]), 'PAYER_IS_ANOTHER');
  assert.equal(refusePayer({ owner: null }, said('0xC'), [{ owner: null }]), null);
});
