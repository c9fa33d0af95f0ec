// node packages/underwriting/scripts/bench.ts: what a quote and a reserve cost to compute. Prints figures; exits 1 when one is above its limit.
import { madeUpCandles } from '../src/madeUpCandles.ts';
import { HOUR_MS } from '@liqpass/kernel/time';
import { usdc } from '@liqpass/kernel/money';
import { bookLimits, bookTotals, decideSale, type BookPolicy } from '../src/book.ts';
import { coinRisk } from '../src/bookRisk.ts';
import { openMarket } from '../src/market.ts';
import { PROD_2026_04 } from '../src/params.ts';
import { liquidationPriceAt } from '../src/price.ts';
import { OKX_24H } from '../src/products.ts';
import { quoteCover } from '../src/quoteCover.ts';
import { reserveFor } from '../src/reserve.ts';

const NOW = Date.UTC(2026, 2, 4, 9, 1);
const candles = madeUpCandles({
  seed: 11,
  startMs: Math.floor(NOW / HOUR_MS) * HOUR_MS - 720 * HOUR_MS,
  count: 720,
  firstPrice: 60_000,
});
const price = candles.at(-1)?.close ?? 0;
const read = {
  coin: 'BTC' as const,
  candles,
  mark: { price, atMs: NOW },
  otherPrice: { price, atMs: NOW },
};

function quote(leverage: number): boolean {
  const answer = openMarket(read, PROD_2026_04, NOW);
  if (!answer.open) throw new Error(answer.reason);
  return quoteCover({
    set: PROD_2026_04,
    product: OKX_24H,
    market: answer.market,
    side: 'long',
    leverage,
    liqPx: liquidationPriceAt(price, leverage, 'long'),
    payout: usdc(50_000_000n),
    startMs: NOW,
    nEvents: 0,
    fixedPrice: false,
  }).offered;
}

const opened = openMarket(read, PROD_2026_04, NOW);
if (!opened.open) throw new Error(opened.reason);
const risk = { BTC: coinRisk(opened.market, PROD_2026_04, NOW), ETH: coinRisk(opened.market, PROD_2026_04, NOW) };
const policies = Array.from({ length: 10_000 }, (_, index): BookPolicy => {
  const side = index % 2 === 0 ? 'long' : 'short';
  return {
    coin: index % 3 === 0 ? 'ETH' : 'BTC',
    side,
    liqPx: liquidationPriceAt(price, 5 + (index % 16), side),
    horizon: '24h',
    payout: usdc(50_000_000n),
    mainAccount: `account ${index % 2500}`,
    soldAtMs: NOW - (index % 24) * HOUR_MS,
  };
});
const limits = bookLimits(usdc(2_000_000_000_000n));
function sale(): boolean {
  const totals = bookTotals({ policies, claims: [], risk, limits, nowMs: NOW });
  const candidate = policies[0];
  return candidate !== undefined && decideSale(totals, limits, candidate, risk).allowed;
}

/** Median and worst of `times` runs in milliseconds, after warming up. */
function measure(name: string, limitMs: number, times: number, run: (index: number) => unknown): boolean {
  for (let index = 0; index < times / 10; index++) run(index);
  const taken = Array.from({ length: times }, (_, index) => {
    const startedAt = performance.now();
    run(index);
    return performance.now() - startedAt;
  }).sort((one, other) => one - other);
  const median = taken[Math.floor(times / 2)] ?? Infinity;
  const p99 = taken[Math.floor(times * 0.99)] ?? Infinity;
  const fast = p99 < limitMs;
  console.log(
    `${name.padEnd(58)} median ${median.toFixed(3).padStart(8)} ms   p99 ${p99.toFixed(3).padStart(8)} ms   limit ${limitMs} ms ${fast ? '' : 'TOO SLOW'}`,
  );
  return fast;
}

const results = [
  measure('a quote, from 720 candles', 1, 5_000, (index) => quote(5 + (index % 10))),
  measure('a quote that is refused and says what would do', 1, 5_000, (index) => quote(50 + (index % 40))),
  measure('reserve(99.9 %) of 10,000 policies', 50, 300, () => reserveFor(policies, risk)),
  measure('a sale decided on a book of 10,000 policies', 50, 300, sale),
];
process.exit(results.every(Boolean) ? 0 : 1);
