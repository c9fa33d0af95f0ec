/** At most `most` round values inside the scale, steps of 1, 2 or 5 times a power of ten; at least one, where `most` is three or more. */
export function roundTicks(low: number, high: number, most: number): number[] {
  const rough = (high - low) / most;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * ten).find((each) => each >= rough) ?? 10 * ten;
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  // Counted in whole steps, so that nothing adds up.
  return Array.from({ length: Math.max(0, count) }, (_, n) => (first + n) * step).slice(0, most);
}

/** At most `most` midnights of the reader's days inside the span, evenly spread. */
export function midnights(from: number, to: number, most: number): number[] {
  const day = new Date(from);
  const found: number[] = [];
  for (day.setHours(24, 0, 0, 0); day.getTime() < to; day.setDate(day.getDate() + 1)) found.push(day.getTime());
  const every = Math.ceil(found.length / most);
  return found.filter((_, n) => n % every === 0);
}
