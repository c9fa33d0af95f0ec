import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { HOUR_MS } from '@liqpass/kernel/time';
import { entryHours, featuresAtOpen } from '../scripts/backtest/entryHours.ts';
import { readCandles, type CandleSeries } from '../scripts/backtest/readCandles.ts';
import { runBacktest } from '../scripts/backtest/runBacktest.ts';
import { LEVERAGES, score } from '../scripts/backtest/score.ts';
import { madeUpCandles } from '../src/madeUpCandles.ts';
import { TESTED_2021 } from '../src/params.ts';
import { liquidationPriceAt, probabilityOf, sigmaOf, type Candle } from '../src/price.ts';
import { money } from './builders.ts';
import { sharedPricing } from './sharedFolder.ts';

const START = Date.UTC(2022, 4, 15);
const made = (coin: 'BTC' | 'ETH', seed: number, count: number): CandleSeries => ({
  coin,
  candles: madeUpCandles({ seed, startMs: START, count, firstPrice: coin === 'BTC' ? 30_000 : 2_000 }),
  missing: 0,
});
const csv = (candles: readonly Candle[]): string =>
  ['ts,o,h,l,c', ...candles.map((c) => [c.timeMs / 1000, c.open, c.high, c.low, c.close].join(',')), ''].join('\n');

function withFolder(files: Record<string, string | Buffer>, use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'candles-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the made-up series is believable and comes out the same from its seed', () => {
  const { candles } = made('BTC', 1, 2000);
  assert.deepEqual(candles, made('BTC', 1, 2000).candles);
  assert.notDeepEqual(candles, made('BTC', 2, 2000).candles);
  candles.forEach((candle, index) => {
    assert.ok(candle.low > 0 && candle.low <= Math.min(candle.open, candle.close));
    assert.ok(candle.high >= Math.max(candle.open, candle.close) && candle.high < 1e7);
    assert.equal(candle.open, index === 0 ? 30_000 : candles[index - 1]?.close);
  });
});

test('enters where 720 candles before and all of the cover exist, and nowhere near a gap', () => {
  const { candles } = made('BTC', 3, 900);
  const enter = (of: readonly Candle[], fromMs = 0): number[] => {
    const series = { coin: 'BTC' as const, candles: of, missing: 0 };
    return entryHours(series, featuresAtOpen(series, TESTED_2021), 24, fromMs).map(
      (entry) => (entry.timeMs - START) / HOUR_MS,
    );
  };
  const all = enter(candles);
  assert.deepEqual([all.length, all[0], all.at(-1)], [900 - 720 - 23, 720, 876]);
  assert.equal(enter(candles, START + 800 * HOUR_MS)[0], 800);
  // Without hour 850: nothing that covers it, and nothing for 720 hours after it.
  assert.equal(enter(candles.toSpliced(850, 1)).at(-1), 826);
});

test('scores as the definition says: compared with the plain sums over every cell', () => {
  const all = [made('BTC', 4, 800), made('ETH', 5, 790)];
  let cells = 0;
  let logLoss = 0;
  let brier = 0;
  let hits = 0;
  for (const { candles } of all) {
    const series = { coin: 'BTC' as const, candles, missing: 0 };
    const features = featuresAtOpen(series, TESTED_2021);
    for (let index = 720; index + 24 <= candles.length; index++) {
      const known = features[index];
      const entry = candles[index];
      assert.ok(known && entry);
      const after = candles.slice(index, index + 24);
      for (const side of ['long', 'short'] as const) {
        const at = { set: TESTED_2021, features: known, side, horizon: '24h', nEvents: 0 } as const;
        const sigma = sigmaOf({ ...at, startMs: entry.timeMs });
        for (const leverage of LEVERAGES) {
          const liqPx = liquidationPriceAt(entry.open, leverage, side);
          const p = Math.min(1 - 1e-6, Math.max(1e-6, probabilityOf(Math.abs(entry.open - liqPx) / entry.open, sigma)));
          const hit = after.some((c) => (side === 'long' ? c.low <= liqPx : c.high >= liqPx)) ? 1 : 0;
          cells += 1;
          hits += hit;
          logLoss -= Math.log(hit === 1 ? p : 1 - p);
          brier += (p - hit) ** 2;
        }
      }
    }
  }
  const entries = all.flatMap((one) => entryHours(one, featuresAtOpen(one, TESTED_2021), 24, 0));
  const result = score(entries, TESTED_2021, '24h');
  assert.deepEqual([result.all.cells, result.all.observed], [cells, hits]);
  assert.ok(Math.abs(result.logLoss - logLoss / cells) < 1e-12);
  assert.ok(Math.abs(result.brier - brier / cells) < 1e-12);
  assert.equal(
    result.deciles.reduce((sum, bin) => sum + bin.cells, 0),
    cells,
  );
  for (const groups of [result.byLeverage, result.byYear, result.byCoinAndSide, result.byCoinAndLeverage]) {
    assert.equal(
      [...groups.values()].reduce((sum, tally) => sum + tally.observed, 0),
      hits,
    );
  }
});

test('the made-up book adds up, and never carries more than it may', () => {
  const series = [made('BTC', 6, 1400), made('ETH', 7, 1400)];
  const result = runBacktest({ series, set: TESTED_2021, fromMs: 0, capital: money(30_000), payout: money(100) });
  assert.ok(result);
  const { book } = result;
  const refusals = [...book.refused.values()].reduce((sum, count) => sum + count, 0);
  assert.equal(book.total.sales + refusals, book.asked);
  assert.equal(book.asked, (1400 - 720 - 23) * 2 * 2 * 5);
  for (const flows of [book.byMonth, book.byLeverage, new Map(book.weeks.map((week) => [week.week, week]))]) {
    const sum = [...flows.values()].reduce((claims, flow) => claims + flow.claims, 0);
    assert.equal(sum, book.total.claims);
  }
  assert.ok(book.total.sales > 0 && book.refused.has('SIDE'));
  assert.ok(book.largestReserve <= 15_000);
});

test('reads plain and packed files, puts several of a coin together and counts what is missing', () => {
  const { candles } = made('ETH', 8, 30);
  withFolder(
    {
      'a_ETH.csv': csv(candles.slice(0, 12)),
      'b_ETH.csv.gz': gzipSync(csv(candles.slice(10, 30).toSpliced(5, 1))),
      'notes.txt': 'BTC',
      'DOGE.csv': 'nonsense',
    },
    (folder) => {
      const read = readCandles(folder);
      assert.ok('series' in read);
      assert.deepEqual(
        read.series.map(({ coin, candles: of, missing }) => [coin, of.length, missing]),
        [['ETH', 29, 1]],
      );
      assert.deepEqual(read.series[0]?.candles[0], candles[0]);
    },
  );
});

test('says in one sentence what is wrong with a folder or a file', () => {
  const fault = (files: Record<string, string | Buffer>): string => {
    let said = '';
    withFolder(files, (folder) => {
      const read = readCandles(folder);
      said = 'fault' in read ? read.fault : 'none';
    });
    return said;
  };
  const good = 'ts,o,h,l,c\n3600,1,2,1,2\n';
  assert.match(fault({}), /has no \*\.csv/);
  assert.match(fault({ 'BTC.csv': '3600,1,2,1,2\n' }), /does not start with the header/);
  assert.match(fault({ 'BTC.csv.gz': 'not packed' }), /cannot be read or unpacked/);
  assert.match(fault({ 'BTC.csv': good, 'BTC2.csv': 'ts,o,h,l,c\n3600,1,2,1,1.5\n' }), /contradicts an earlier candle/);
  for (const row of ['3601,1,2,1,2', '7200,1,2,1', '7200,1,NaN,1,2', '7200,1,1,2,2', '7200,-1,2,1,2', '7200,1,2,0,2']) {
    assert.match(fault({ 'BTC.csv': `${good}${row}\n` }), /line 3 is not an hourly candle/);
  }
  assert.equal(fault({ 'BTC.csv': good }), 'none');
  const missing = readCandles('/nowhere');
  assert.ok('fault' in missing && missing.fault.includes('ENOENT'));
});

test('the script prints tables, writes a drawing, and refuses wrong options in words', () => {
  const script = join(import.meta.dirname, '..', 'scripts', 'backtest.ts');
  const run = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  const files = { 'BTC_1h.csv': csv(made('BTC', 6, 1200).candles), 'ETH_1h.csv': csv(made('ETH', 7, 1200).candles) };
  withFolder(files, (folder) => {
    const out = join(folder, 'out');
    const good = run('--data', folder, '--out', out);
    assert.equal(good.status, 0, good.stderr);
    for (const title of ['Calibration by decile', 'By year', 'Loss ratio by month', 'Crash weeks', 'Drawdown']) {
      assert.ok(good.stdout.includes(title), title);
    }
    const svg = readFileSync(join(out, 'backtest.svg'), 'utf8');
    assert.match(svg, /prefers-color-scheme: dark/);
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    assert.doesNotMatch(good.stdout, /NaN|undefined/);
    assert.match(run('--data', folder, '--params', 'other').stderr, /no parameters named other/);
    assert.match(run('--data', folder, '--from', '2030-01-01').stderr, /No hour from 2030-01-01/);
  });
  assert.match(run().stderr, /^Usage/);
  assert.match(run('--data', '/nowhere').stderr, /cannot be read \(ENOENT\)/);
  assert.equal(run('--what').status, 1);
});

test('holds out of sample on the real series: observed/expected 0.95–1.05, log loss .3350', (t) => {
  const shared = sharedPricing();
  if (shared === null) return t.skip('no shared folder');
  const read = readCandles(join(shared, 'data'));
  assert.ok('series' in read);
  const entries = read.series.flatMap((one) =>
    entryHours(one, featuresAtOpen(one, TESTED_2021), 24, Date.UTC(2022, 5, 1)),
  );
  const { all, logLoss, brier } = score(entries, TESTED_2021, '24h');
  const ratio = all.observed / all.expected;
  assert.ok(ratio > 0.95 && ratio < 1.05, String(ratio));
  assert.ok(Math.abs(logLoss - 0.335) < 0.001, String(logLoss));
  assert.ok(Math.abs(brier - 0.1087) < 0.001, String(brier));
});
