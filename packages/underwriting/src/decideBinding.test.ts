import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatUsdc, usdc, type Usdc } from '@liqpass/kernel/money';
import { aBinding, aMarket, aRequest, money } from '../test/builders.ts';
import { accountPayoutLimit, decideBinding, liquidationPriceOf, type BindingFacts } from './decideBinding.ts';
import { liquidationPriceAt } from './price.ts';
import { acceptableNow, quoteCover } from './quoteCover.ts';

const codeOf = (facts: BindingFacts): string => {
  const decision = decideBinding(facts);
  return decision.eligible ? 'ELIGIBLE' : decision.refusal.code;
};
const refusalOf = (facts: BindingFacts) => {
  const decision = decideBinding(facts);
  assert.ok(!decision.eligible);
  return decision.refusal;
};
/** The highest leverage of a long at which 1.00 buys 50 in the calm market. */
const atGate = (): number => acceptableNow(aRequest(), 0.0139).maxLeverage ?? 0;

test('insures an isolated position of tier 1 inside every limit, at the price of now', () => {
  const decision = decideBinding(aBinding());
  assert.ok(decision.eligible);
  assert.equal(decision.premium, decision.price.premium);
  assert.deepEqual(decision.unchecked, ['LIQ_PRICE']);
  assert.deepEqual(decision.doubts, []);
});

test('refuses other instruments, cross margin and tiers above 2', () => {
  assert.equal(codeOf(aBinding({ position: { instId: 'SOL-USDT-SWAP' } })), 'INSTRUMENT_NOT_COVERED');
  assert.equal(codeOf(aBinding({ position: { instId: 'ETH-USDT-SWAP' } })), 'INSTRUMENT_NOT_COVERED');
  assert.equal(codeOf(aBinding({ position: { marginMode: 'cross' } })), 'CROSS_MARGIN');
  assert.equal(codeOf(aBinding({ position: { tier: 2 } })), 'ELIGIBLE');
  assert.equal(codeOf(aBinding({ position: { tier: 3 } })), 'TIER_TOO_HIGH');
});

test('a tier that could not be read is no denial, but the operator sees it', () => {
  const decision = decideBinding(aBinding({ position: { tier: null } }));
  assert.ok(decision.eligible);
  assert.deepEqual(decision.unchecked, ['TIER', 'LIQ_PRICE']);
});

test('refuses what a quote would refuse, with the same numbers', () => {
  const likely = refusalOf(aBinding({ position: { leverage: 50 } }));
  assert.equal(likely.code, 'TOO_LIKELY');
  assert.equal(likely.params['max_leverage'], String(acceptableNow(aRequest()).maxLeverage));
  assert.equal(codeOf(aBinding({ position: { leverage: 100, liqPx: 40_000 } })), 'LEVERAGE_TOO_HIGH');
  assert.equal(codeOf(aBinding({ position: { liqPx: 60_001 } })), 'ALREADY_TOUCHED');
  assert.equal(codeOf(aBinding({ market: aMarket({ lastHourVariance: 1 }) })), 'MARKET_TURMOIL');
  assert.equal(codeOf(aBinding({ position: { liqPx: 59_500 } })), 'TOO_CLOSE_TO_LIQUIDATION');
});

test('pays at most half of the verified margin, and says how much that is', () => {
  assert.equal(codeOf(aBinding({ position: { margin: money(100) } })), 'ELIGIBLE');
  const refusal = refusalOf(aBinding({ position: { margin: usdc(99_999_999n) } }));
  assert.equal(refusal.code, 'MARGIN_TOO_SMALL');
  assert.deepEqual(refusal.params, { max_payout: '49.999999', min_margin: '100.00' });
});

test('1.00 for 50 without a quote is sold where the probability of now is at most 1.39 % and the margin at least 100', () => {
  const leverage = atGate();
  const at = (over: Partial<BindingFacts['position']>): BindingFacts =>
    aBinding({ fixedPrice: true, position: { leverage, ...over } });
  const decision = decideBinding(at({}));
  assert.ok(decision.eligible);
  assert.equal(decision.premium, money(1));
  assert.equal(codeOf(at({ margin: money(99.99) })), 'MARGIN_TOO_SMALL');
  const refusal = refusalOf(at({ leverage: leverage + 1, liqPx: liquidationPriceAt(60_000, leverage + 1, 'long') }));
  assert.equal(refusal.code, 'FIXED_PRICE_DOES_NOT_HOLD');
  assert.equal(refusal.params['max_leverage'], String(leverage));
});

test('an account is promised at most half of its largest verified margin, whatever it bought before', () => {
  const other = { payout: money(60), margin: money(300) };
  assert.equal(codeOf(aBinding({ otherCovers: [other] })), 'ELIGIBLE');
  const refusal = refusalOf(aBinding({ otherCovers: [other, { payout: money(60), margin: money(120) }] }));
  assert.equal(refusal.code, 'ACCOUNT_LIMIT_REACHED');
  assert.deepEqual(refusal.params, { max_payout: '30.00' });
  const full = refusalOf(aBinding({ otherCovers: [{ payout: money(500), margin: money(300) }] }));
  assert.deepEqual(full.params, { max_payout: '0.00' });
});

test('no order of two purchases is promised more than one purchase could be', () => {
  const amount = fc.bigInt({ min: 1_000_000n, max: 1_000_000_000n }).map(usdc);
  const cover = fc.record({ payout: amount, margin: amount });
  const buy = (first: { payout: Usdc; margin: Usdc }, second: { payout: Usdc; margin: Usdc }): bigint => {
    const bought: { payout: Usdc; margin: Usdc }[] = [];
    for (const { payout, margin } of [first, second]) {
      if (decideBinding(aBinding({ payout, position: { margin }, otherCovers: bought })).eligible) {
        bought.push({ payout, margin });
      }
    }
    return bought.reduce((sum, one) => sum + one.payout, 0n);
  };
  fc.assert(
    fc.property(cover, cover, (one, other) => {
      const most = accountPayoutLimit([one.margin, other.margin]);
      assert.ok(buy(one, other) <= most);
      assert.ok(buy(other, one) <= most);
    }),
  );
});

test('a quote is honoured until the probability is 1.10 of the quoted one', () => {
  const position = { leverage: 15 };
  const now = decideBinding(aBinding({ position }));
  assert.ok(now.eligible);
  const { probability, premium } = now.price;
  const quoted = (p: number, at: Usdc): BindingFacts =>
    aBinding({ position, quoted: { instId: 'BTC-USDT-SWAP', side: 'long', probability: p, premium: at } });

  const honoured = decideBinding(quoted(probability / 1.0999, usdc(premium - 50_000n)));
  assert.ok(honoured.eligible);
  assert.equal(honoured.premium, premium - 50_000n);

  const moved = refusalOf(quoted(probability / 1.1001, usdc(premium - 50_000n)));
  assert.equal(moved.code, 'PRICE_MOVED');
  assert.equal(moved.params['premium'], formatUsdc(premium));

  // Where the new premium is not above the quoted one, a new quote would be a formality.
  assert.equal(codeOf(quoted(probability / 2, premium)), 'ELIGIBLE');
  // Where it got less likely, the price stays what was agreed.
  const cheaper = decideBinding(quoted(probability * 2, usdc(premium * 2n)));
  assert.ok(cheaper.eligible && cheaper.premium === premium * 2n);
});

test('a quote never lifts the limits, and is for its own position', () => {
  const position = { leverage: 50 };
  const quoted = { instId: 'BTC-USDT-SWAP', side: 'long' as const, probability: 0.5, premium: money(100) };
  assert.equal(codeOf(aBinding({ position, quoted })), 'TOO_LIKELY');
  assert.equal(codeOf(aBinding({ quoted: { ...quoted, side: 'short' } })), 'POSITION_DIFFERS_FROM_QUOTE');
  assert.equal(codeOf(aBinding({ quoted: { ...quoted, instId: 'ETH-USDT-SWAP' } })), 'POSITION_DIFFERS_FROM_QUOTE');
});

test('a quote at the fixed price is honoured a little past the gate', () => {
  const leverage = atGate() + 1;
  const facts = aBinding({ position: { leverage }, fixedPrice: true });
  const offer = quoteCover(aRequest({ leverage }));
  assert.ok(offer.offered);
  const quoted = { instId: 'BTC-USDT-SWAP', side: 'long' as const, premium: money(1) };
  const near = decideBinding({ ...facts, quoted: { ...quoted, probability: offer.price.probability / 1.09 } });
  assert.ok(near.eligible && near.premium === money(1));
  assert.equal(codeOf({ ...facts, quoted: { ...quoted, probability: offer.price.probability / 1.2 } }), 'PRICE_MOVED');
});

test('tells the operator when OKX says another liquidation price than entry, margin and size do', () => {
  // 10x of 0.1 BTC at 60 000: margin 600.
  const computed = liquidationPriceOf(60_000, 600, 0.1, 'long');
  assert.ok(Math.abs(computed - liquidationPriceAt(60_000, 10, 'long')) < 1e-6);
  assert.ok(Math.abs(liquidationPriceOf(60_000, 600, -0.1, 'short') - liquidationPriceAt(60_000, 10, 'short')) < 1e-6);
  const ledger = { entry: 60_000, margin: 600, coins: 0.1 };
  const agree = decideBinding(aBinding({ position: { leverage: 10, ledger } }));
  assert.ok(agree.eligible);
  assert.deepEqual([agree.unchecked, agree.doubts], [[], []]);
  const differ = decideBinding(aBinding({ position: { leverage: 10, ledger, liqPx: 50_000 } }));
  assert.ok(differ.eligible);
  assert.deepEqual(differ.doubts, ['LIQ_PRICE_DISAGREES']);
});
