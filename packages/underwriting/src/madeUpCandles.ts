import { HOUR_MS, type EpochMs } from '@liqpass/kernel/time';
import type { Candle } from './price.ts';

/** A believable series of hourly candles from a seed, for tests and trials: calm and wild stretches, now and then a jump. Never real prices. */
export function madeUpCandles(options: {
  readonly seed: number;
  readonly startMs: EpochMs;
  readonly count: number;
  readonly firstPrice: number;
}): Candle[] {
  let state = (Math.abs(Math.trunc(options.seed)) % 2147483646) + 1;
  // Park and Miller's generator: small, the same everywhere, good enough for weather.
  const uniform = (): number => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
  for (let warm = 0; warm < 10; warm++) uniform();
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const candles: Candle[] = [];
  let close = options.firstPrice;
  let mood = 0;
  for (let index = 0; index < options.count; index++) {
    mood = 0.98 * mood + 0.1 * normal();
    const volatility = 0.005 * Math.exp(mood);
    const steps = [0, 0, 0, 0].map(() => (volatility / 2) * normal());
    if (uniform() < 0.002) steps[1] = (uniform() - 0.55) * 12 * volatility;
    const open = close;
    let high = open;
    let low = open;
    for (const step of steps) {
      close *= Math.exp(step);
      high = Math.max(high, close);
      low = Math.min(low, close);
    }
    candles.push({ timeMs: options.startMs + index * HOUR_MS, open, high, low, close });
  }
  return candles;
}
