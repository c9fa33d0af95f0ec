import { HOUR_MS, MINUTE_MS, SECOND_MS, type EpochMs } from '@liqpass/kernel/time';
import { bell, hashNumbers, hashText, uniforms } from './noise.ts';

/** Where the made-up history begins: 2024-01-01. */
export const HISTORY_STARTS_MS = 1_704_067_200_000;
const HOURS_PER_DAY = 24;
/** Per hour; pulls the logarithm back to the typical price, so that years later it is still near it. */
const PULL = 1 / (15 * HOURS_PER_DAY);
/** How long calm and wild spells last (autocorrelation per hour), and how far they go (standard deviation of ln sigma). */
const SPELL = { memory: 0.985, spread: 0.28 };
/** How much of an instrument's hourly move is the whole market's. */
const COMMON = 0.85;

/** What the price did in a span, in the path's own units (USDT before any control). */
export type Span = {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
};

export type NaturalPath = {
  /** The price at a whole second (later milliseconds of it have the same). */
  at(ms: EpochMs): number;
  /** The span of a whole minute, from its 60 seconds. */
  minute(startMs: EpochMs): Span;
  /** The span of a whole hour, from its 60 minutes. */
  hour(startMs: EpochMs): Span;
};

/** Trading is liveliest when Europe and America both work, and weekends are quiet: a factor of variance. */
function season(hour: number): number {
  const ofDay = hour % HOURS_PER_DAY;
  const weekday = Math.floor(hour / HOURS_PER_DAY + 4) % 7; // day 0 of the epoch was a Thursday
  const daily = 1 + 0.4 * Math.cos(((ofDay - 15) / HOURS_PER_DAY) * 2 * Math.PI);
  return daily * (weekday === 0 || weekday === 6 ? 0.7 : 1.1);
}

/**
 * A price that nobody moves: hours are a random walk with calm and wild spells, a daily rhythm and a pull to the typical
 * price; minutes and seconds are bridges between them. Everything follows from the seed, and is made when asked for.
 */
export function naturalPath(seed: string, instId: string, typicalPx: number, dailyVolatility: number): NaturalPath {
  const own = hashText(`${seed}/${instId}`);
  const common = hashText(`${seed}/market`);
  const firstHour = HISTORY_STARTS_MS / HOUR_MS;
  const hourlySigma = dailyVolatility / Math.sqrt(HOURS_PER_DAY);
  /** ln(price / typical) at the start of each hour since the first, and the sigma of that hour. */
  const levels: number[] = [0];
  const sigmas: number[] = [];
  let spell = 0;

  function extendTo(index: number): void {
    for (let at = sigmas.length; at <= index; at++) {
      const shared = uniforms(hashNumbers(common, at));
      const alone = uniforms(hashNumbers(own, at));
      const move = COMMON * bell(shared) + Math.sqrt(1 - COMMON ** 2) * bell(alone);
      spell = SPELL.memory * spell + Math.sqrt(1 - SPELL.memory ** 2) * SPELL.spread * bell(shared);
      const sigma = hourlySigma * Math.sqrt(season(firstHour + at)) * Math.exp(spell);
      sigmas.push(sigma);
      levels.push((levels[at] ?? 0) * (1 - PULL) + sigma * move);
    }
  }

  /** Steps that begin at `from` and lead to `to`: the 60 values before `to`. */
  function bridge(from: number, to: number, sigma: number, seedOfIt: number): Float64Array {
    const next = uniforms(seedOfIt);
    const steps = new Float64Array(60);
    let total = 0;
    for (let at = 0; at < 60; at++) {
      const step = bell(next) * sigma;
      steps[at] = step;
      total += step;
    }
    const drift = (to - from - total) / 60;
    const values = new Float64Array(60);
    let value = from;
    for (let at = 0; at < 60; at++) {
      values[at] = value;
      value += (steps[at] ?? 0) + drift;
    }
    return values;
  }

  const hourMinutes = new Map<number, Float64Array>();
  function minutesOf(index: number): Float64Array {
    const known = hourMinutes.get(index);
    if (known) return known;
    extendTo(index);
    const made = bridge(
      levels[index] ?? 0,
      levels[index + 1] ?? 0,
      (sigmas[index] ?? 0) / Math.sqrt(60),
      hashNumbers(own, index, 1),
    );
    if (hourMinutes.size > 64) hourMinutes.clear();
    hourMinutes.set(index, made);
    return made;
  }

  let lastMinute: { index: number; values: Float64Array } = { index: -1, values: new Float64Array(60) };
  function secondsOf(minute: number): Float64Array {
    if (lastMinute.index === minute) return lastMinute.values;
    const index = Math.floor(minute / 60);
    const minutes = minutesOf(index);
    const at = minute - index * 60;
    const to = at === 59 ? (levels[index + 1] ?? 0) : (minutes[at + 1] ?? 0);
    const values = bridge(minutes[at] ?? 0, to, (sigmas[index] ?? 0) / 60, hashNumbers(own, minute, 2));
    lastMinute = { index: minute, values };
    return values;
  }

  const minuteIndex = (ms: EpochMs): number => Math.max(0, Math.floor((ms - HISTORY_STARTS_MS) / MINUTE_MS));
  const price = (level: number): number => typicalPx * Math.exp(level);
  const hours = new Map<number, Span>();

  function minute(startMs: EpochMs): Span {
    const values = secondsOf(minuteIndex(startMs));
    let high = -Infinity;
    let low = Infinity;
    for (const value of values) {
      if (value > high) high = value;
      if (value < low) low = value;
    }
    return { open: price(values[0] ?? 0), high: price(high), low: price(low), close: price(values[59] ?? 0) };
  }

  return {
    minute,
    at(ms) {
      const second = Math.max(0, Math.floor((ms - HISTORY_STARTS_MS) / SECOND_MS));
      return price(secondsOf(Math.floor(second / 60))[second % 60] ?? 0);
    },
    hour(startMs) {
      const index = Math.max(0, Math.floor((startMs - HISTORY_STARTS_MS) / HOUR_MS));
      const known = hours.get(index);
      if (known) return known;
      let whole: Span | null = null;
      for (let at = 0; at < 60; at++) {
        const part = minute(HISTORY_STARTS_MS + index * HOUR_MS + at * MINUTE_MS);
        whole = whole === null ? part : join(whole, part);
      }
      const made = whole ?? { open: 0, high: 0, low: 0, close: 0 };
      hours.set(index, made);
      return made;
    },
  };
}

/** Two spans, the second after the first, as one. */
export const join = (first: Span, second: Span): Span => ({
  open: first.open,
  high: Math.max(first.high, second.high),
  low: Math.min(first.low, second.low),
  close: second.close,
});
