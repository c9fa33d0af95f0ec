import { distanceTo } from '@liqpass/kernel/liqPrice';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PARAM_SETS, RULES } from '../../src/params.ts';
import {
  featuresOf,
  liquidationPriceAt,
  premiumExact,
  probabilityOf,
  rateOf,
  seasonSum,
  sigmaOf,
  smallestDistance,
  type Candle,
} from '../../src/price.ts';
import { readCandles, type CandleSeries } from '../backtest/readCandles.ts';
import { paramsFile, vectorsFile, type VectorCase, type Vectors } from './vectorsFile.ts';

export type Mismatch = { readonly where: string; readonly expected: unknown; readonly computed: unknown };
export type Section = {
  readonly name: string;
  readonly items: number;
  compared: number;
  /** Largest relative difference seen; null when no numbers were compared. */
  worst: number | null;
  readonly mismatches: Mismatch[];
};
export type VectorsReport = { readonly sections: Section[]; readonly notes: string[] };

/** Reads and checks the shape of a vectors file; a fault is one sentence. */
export function readVectors(path: string): { readonly vectors: Vectors } | { readonly fault: string } {
  const json = readJson(path);
  if ('fault' in json) return json;
  const parsed = vectorsFile.safeParse(json.value);
  if (parsed.success) return { vectors: parsed.data };
  const [issue] = parsed.error.issues;
  return { fault: `${basename(path)} is not a file of vectors: ${issue?.path.join('.')}: ${issue?.message}` };
}

function readJson(path: string): { readonly value: unknown } | { readonly fault: string } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { fault: `${path} cannot be read (${code}).` };
  }
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch (error) {
    return { fault: `${basename(path)} is not JSON: ${error instanceof Error ? error.message : 'unreadable'}` };
  }
}

/** Computes every value of the file anew and compares within its tolerance; beside the file, also params.json and data/ are used where they are. */
export function checkVectors(vectors: Vectors, path: string): VectorsReport {
  const sections: Section[] = [];
  const notes: string[] = [];
  const section = (name: string, items: number): Section => {
    const made: Section = { name, items, compared: 0, worst: null, mismatches: [] };
    sections.push(made);
    return made;
  };
  const compare = (into: Section, where: string, expected: unknown, computed: unknown): void => {
    into.compared += 1;
    if (typeof expected === 'number' && typeof computed === 'number') {
      const scale = Math.max(Math.abs(expected), Number.MIN_VALUE);
      const difference = expected === computed ? 0 : Math.abs(expected - computed) / scale;
      if (difference > (into.worst ?? -1)) into.worst = difference;
      if (difference <= vectors.toleranceRel) return;
    } else if (expected === computed) return;
    into.mismatches.push({ where, expected, computed });
  };

  const cases = section('cases', vectors.cases.length);
  for (const one of vectors.cases) {
    const set = Object.hasOwn(PARAM_SETS, one.input.paramSet) ? PARAM_SETS[one.input.paramSet] : undefined;
    if (!set) {
      cases.mismatches.push({
        where: `case ${one.id}.paramSet`,
        expected: one.input.paramSet,
        computed: 'unknown set',
      });
      continue;
    }
    for (const [key, value] of Object.entries(computeCase(one, set))) {
      compare(cases, `case ${one.id}.${key}`, one.expected[key as keyof VectorCase['expected']], value);
    }
  }

  if (vectors.liquidationPrice) {
    const prices = section('liquidationPrice', vectors.liquidationPrice.length);
    for (const [index, one] of vectors.liquidationPrice.entries()) {
      const liqPx = liquidationPriceAt(one.entry, one.leverage, one.side);
      compare(prices, `liquidationPrice[${index}].liqPx`, one.liqPx, liqPx);
      compare(prices, `liquidationPrice[${index}].d`, one.d, distanceTo(liqPx, one.entry, one.side));
    }
  }
  if (vectors.inverse) {
    const inverse = section('inverse', vectors.inverse.length);
    for (const [index, one] of vectors.inverse.entries()) {
      compare(inverse, `inverse[${index}].minD`, one.minD, smallestDistance(one.pTarget, one.sigma));
    }
  }
  if (vectors.syntheticFeatures) {
    const expected = vectors.syntheticFeatures;
    const synthetic = section('syntheticFeatures', 1);
    const candles = syntheticCandles();
    const row = (candle: Candle | undefined): number[] =>
      candle ? [candle.timeMs / 1000, candle.open, candle.high, candle.low, candle.close] : [];
    row(candles[0]).forEach((value, index) =>
      compare(synthetic, `syntheticFeatures.first[${index}]`, expected.first[index], value),
    );
    row(candles.at(-1)).forEach((value, index) =>
      compare(synthetic, `syntheticFeatures.last[${index}]`, expected.last[index], value),
    );
    // The vectors do not say whose season they were made with: any of the known sets may match.
    const tries = Object.values(PARAM_SETS).map((set) => {
      const attempt: Section = { name: set.name, items: 1, compared: 0, worst: null, mismatches: [] };
      const answer = featuresOf(candles, set.season);
      if ('features' in answer) {
        const { V4, V24, V168, V720, x } = answer.features;
        [V4, V24, V168, V720].forEach((value, index) =>
          compare(attempt, `syntheticFeatures.V[${index}] (${set.name})`, expected.V[index], value),
        );
        compare(attempt, 'syntheticFeatures.x', expected.x, x);
      }
      return attempt;
    });
    const best = tries.reduce((least, one) => (one.mismatches.length < least.mismatches.length ? one : least));
    synthetic.compared += best.compared;
    synthetic.worst = Math.max(synthetic.worst ?? 0, best.worst ?? 0);
    synthetic.mismatches.push(...best.mismatches);
  }
  if (vectors.rules) {
    const ours: Readonly<Record<string, number>> = RULES;
    const rules = section('rules', Object.keys(vectors.rules).length);
    for (const [key, value] of Object.entries(vectors.rules)) compare(rules, `rules.${key}`, value, ours[key]);
  }

  const params = vectors.paramsFile === undefined ? null : join(dirname(path), basename(vectors.paramsFile));
  if (params !== null && existsSync(params))
    checkParams(params, section('params', Object.keys(PARAM_SETS).length), compare);
  else notes.push('No file of parameters beside it: the built-in sets were not compared.');
  const data = join(dirname(path), 'data');
  if (existsSync(data))
    checkFeatures(vectors.cases, data, section('features from data', vectors.cases.length), compare);
  else notes.push('No candles beside it: the features of the cases were taken as given.');
  return { sections, notes };
}

function computeCase(one: VectorCase, set: (typeof PARAM_SETS)[string]): VectorCase['expected'] {
  const { input } = one;
  const startMs = input.startTs * 1000;
  const { hours } = set.horizons[input.horizon];
  const { side, horizon, nEvents } = input;
  const d = distanceTo(input.liqPx, input.mark, side);
  const sigma = sigmaOf({ set, features: input, side, horizon, startMs, nEvents });
  const p = probabilityOf(d, sigma);
  const rate = rateOf(p, hours);
  return {
    d,
    SH: seasonSum(set.season, startMs, hours),
    sigma,
    p,
    rate,
    premium: premiumExact(rate, input.payout),
    accepted: p <= RULES.pMax && d >= RULES.dMin,
  };
}

type Compare = (into: Section, where: string, expected: unknown, computed: unknown) => void;

function checkParams(path: string, into: Section, compare: Compare): void {
  const json = readJson(path);
  const parsed = 'fault' in json ? null : paramsFile.safeParse(json.value);
  if (!parsed?.success) {
    into.mismatches.push({ where: basename(path), expected: 'sets of parameters', computed: 'unreadable' });
    return;
  }
  for (const [name, set] of Object.entries(parsed.data.sets)) {
    const ours = Object.hasOwn(PARAM_SETS, name) ? PARAM_SETS[name] : undefined;
    const theirs = JSON.stringify([set.season, sorted(set.horizons)]);
    compare(
      into,
      `params ${name}`,
      theirs,
      ours ? JSON.stringify([ours.season, sorted(ours.horizons)]) : 'unknown set',
    );
  }
}
const sorted = (record: object): [string, unknown][] => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

function checkFeatures(cases: readonly VectorCase[], folder: string, into: Section, compare: Compare): void {
  const read = readCandles(folder);
  if ('fault' in read) {
    into.mismatches.push({ where: 'data', expected: 'candles', computed: read.fault });
    return;
  }
  const bySymbol = new Map<string, CandleSeries>(read.series.map((series) => [series.coin, series]));
  for (const one of cases) {
    const series = bySymbol.get(one.input.symbol);
    const set = PARAM_SETS[one.input.paramSet];
    if (!series || !set) continue;
    const end = series.candles.findIndex((candle) => candle.timeMs === one.input.startTs * 1000);
    if (end < 0) continue;
    const answer = featuresOf(series.candles, set.season, end);
    if ('fault' in answer) {
      into.mismatches.push({ where: `case ${one.id}`, expected: 'features', computed: answer.fault });
      continue;
    }
    for (const key of ['V4', 'V24', 'V168', 'V720', 'x'] as const) {
      compare(into, `case ${one.id}.${key} from data`, one.input[key], answer.features[key]);
    }
    compare(into, `case ${one.id}.mark from data`, one.input.mark, series.candles[end]?.open);
  }
}

/** The candles that `syntheticFeatures` describes: Park–Miller, seed 12345, 720 hours from 2025-01-01. */
export function syntheticCandles(): Candle[] {
  let seed = 12345;
  let close = 100;
  return Array.from({ length: 720 }, (_, index) => {
    seed = (seed * 16807) % 2147483647;
    const u = seed / 2147483647;
    const open = close;
    close = open * Math.exp((u - 0.5) * 0.01);
    return {
      timeMs: (1735689600 + 3600 * index) * 1000,
      open,
      high: Math.max(open, close) * (1 + 0.001 + 0.002 * u),
      low: Math.min(open, close) * (1 - 0.001 - 0.002 * (1 - u)),
      close,
    };
  });
}
