import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of facts beside the checkout, or null where it is not there: then say so loudly, and fail where CI=true. */
export function sharedPricing(): string | null {
  const folder = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'pricing');
  if (existsSync(folder)) return folder;
  if (process.env['CI'] === 'true') throw new Error(`${folder} is missing, and CI=true`);
  console.error(`NOT CHECKED: ${folder} is missing, so the real vectors and candles were not tried.`);
  return null;
}
