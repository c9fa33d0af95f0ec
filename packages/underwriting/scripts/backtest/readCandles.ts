import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { HOUR_MS } from '@liqpass/kernel/time';
import type { Candle } from '../../src/price.ts';
import { COINS, type Coin } from '../../src/products.ts';

export type CandleSeries = {
  readonly coin: Coin;
  readonly candles: readonly Candle[];
  /** Hours missing between the first and the last candle. */
  readonly missing: number;
};

/**
 * Reads hourly candles from the *.csv and *.csv.gz files of a folder whose names contain BTC or ETH: a header, then
 * rows ts,o,h,l,c with ts in seconds. Several files of a coin are put together; a fault is one sentence.
 */
export function readCandles(folder: string): { readonly series: CandleSeries[] } | { readonly fault: string } {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => /\.csv(\.gz)?$/.test(name));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { fault: `The folder of candles ${folder} cannot be read (${code}).` };
  }
  const series: CandleSeries[] = [];
  for (const coin of COINS) {
    const byTime = new Map<number, Candle>();
    for (const name of names.filter((one) => one.includes(coin)).sort()) {
      const text = readText(join(folder, name));
      if (text === null) return { fault: `${name} cannot be read or unpacked.` };
      const fault = addRows(text, name, byTime);
      if (fault !== null) return { fault };
    }
    if (byTime.size === 0) continue;
    const candles = [...byTime.values()].sort((one, other) => one.timeMs - other.timeMs);
    const span = ((candles.at(-1)?.timeMs ?? 0) - (candles[0]?.timeMs ?? 0)) / HOUR_MS + 1;
    series.push({ coin, candles, missing: span - candles.length });
  }
  return series.length > 0 ? { series } : { fault: `${folder} has no *.csv or *.csv.gz with BTC or ETH in its name.` };
}

function readText(path: string): string | null {
  try {
    const bytes = readFileSync(path);
    return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch {
    return null;
  }
}

/** Adds a file's rows; returns what is wrong with the first row that is not a candle, or null. */
function addRows(text: string, name: string, into: Map<number, Candle>): string | null {
  const lines = text.split(/\r?\n/);
  if (lines[0]?.trim() !== 'ts,o,h,l,c') return `${name} does not start with the header ts,o,h,l,c.`;
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const cells = line.split(',');
    const [seconds = NaN, open = NaN, high = NaN, low = NaN, close = NaN] = cells.map(Number);
    const whole = Number.isSafeInteger(seconds) && seconds % 3600 === 0;
    const possible =
      low > 0 && high >= low && high < Infinity && open > 0 && open < Infinity && close > 0 && close < Infinity;
    if (cells.length !== 5 || !whole || !possible)
      return `${name}, line ${index + 1} is not an hourly candle: ${line.slice(0, 80)}`;
    const timeMs = seconds * 1000;
    const before = into.get(timeMs);
    if (before && (before.open !== open || before.high !== high || before.low !== low || before.close !== close)) {
      return `${name}, line ${index + 1} contradicts an earlier candle of the same hour.`;
    }
    into.set(timeMs, { timeMs, open, high, low, close });
  }
  return null;
}
