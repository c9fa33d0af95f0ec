import { COUNTED_TO } from '@liqpass/api/operators';

/** How much waits, as it is shown: "100+" where the server stopped counting. */
export const counted = (count: number): string => (count < COUNTED_TO ? String(count) : `${COUNTED_TO}+`);

/** Several counts together; "+" where one of them stopped. */
export function countedTogether(counts: readonly number[]): string {
  const sum = counts.reduce((total, count) => total + count, 0);
  return counts.some((count) => count >= COUNTED_TO) ? `${sum}+` : String(sum);
}
