// npm run backtest -- --data <folder> [--params tested_2021|prod_2026_04] [--out <folder>] [--from 2022-06-01] [--capital 100000] [--payout 100]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseUsdc } from '@liqpass/kernel/money';
import { parseIso } from '@liqpass/kernel/time';
import { PARAM_SETS } from '../src/params.ts';
import { drawBacktest } from './backtest/drawBacktest.ts';
import { readCandles } from './backtest/readCandles.ts';
import { bookTables, scoreTables } from './backtest/report.ts';
import { runBacktest } from './backtest/runBacktest.ts';

const USAGE = `Usage: npm run backtest -- --data <folder of candles>
  --data     folder of *.csv or *.csv.gz (ts,o,h,l,c; ts in seconds) with BTC or ETH in their names
  --params   ${Object.keys(PARAM_SETS).join(' or ')} (default tested_2021, which was fitted before 2022)
  --out      folder for backtest.txt and backtest.svg (default data/backtest)
  --from     first day of entries (default 2022-06-01)
  --capital, --payout   of the made-up book, USDC (default 100000 and 100)`;

function stop(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

function options(): Record<'data' | 'params' | 'out' | 'from' | 'capital' | 'payout', string> {
  try {
    const { values } = parseArgs({
      options: {
        data: { type: 'string', default: '' },
        params: { type: 'string', default: 'tested_2021' },
        out: { type: 'string', default: 'data/backtest' },
        from: { type: 'string', default: '2022-06-01' },
        capital: { type: 'string', default: '100000' },
        payout: { type: 'string', default: '100' },
      },
    });
    return values;
  } catch (error) {
    return stop(`${error instanceof Error ? error.message : 'Unreadable options'}\n${USAGE}`);
  }
}

const given = options();
if (given.data === '') stop(USAGE);
const set = Object.hasOwn(PARAM_SETS, given.params) ? PARAM_SETS[given.params] : undefined;
if (!set) stop(`There are no parameters named ${given.params}; there are ${Object.keys(PARAM_SETS).join(' and ')}.`);
const fromMs = parseIso(`${given.from}T00:00:00Z`);
if (fromMs === null) stop(`--from ${given.from} is not a day such as 2022-06-01.`);
const capital = parseUsdc(given.capital);
const payout = parseUsdc(given.payout);
if (!capital || !payout) stop('--capital and --payout are amounts of USDC above 0, such as 100000.');

const startedAt = performance.now();
const read = readCandles(resolve(given.data));
if ('fault' in read) stop(read.fault);
for (const { coin, candles, missing } of read.series) {
  const day = (timeMs: number | undefined): string => new Date(timeMs ?? 0).toISOString().slice(0, 13);
  console.log(
    `${coin}: ${candles.length} hours from ${day(candles[0]?.timeMs)}h to ${day(candles.at(-1)?.timeMs)}h, ${missing} missing`,
  );
}
const backtest = runBacktest({ series: read.series, set, fromMs, capital, payout });
if (!backtest) stop(`No hour from ${given.from} on has 720 candles before it and 24 after.`);
const { day, eightHours, book, catalogue } = backtest;
const report = `${scoreTables([day, eightHours])}\n${bookTables(book, catalogue)}`;
console.log(`parameters ${set.name}, fitted on data before ${set.trainEnd}\n\n${report}`);

const out = resolve(given.out);
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'backtest.txt'), report);
writeFileSync(join(out, 'backtest.svg'), drawBacktest(day, book, set.name));
console.log(
  `Written: ${join(out, 'backtest.svg')} and backtest.txt. ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`,
);
