import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MINUTE_MS } from '@liqpass/kernel/time';
import { z } from 'zod';
import type { Account, Habits, Row } from './strangeExchange.ts';

// Accounts made from public reports, beside the checkout and no part of it: what was asked about each, and what is right.

const FOLDER = resolve(import.meta.dirname, '../../../../shared/cases/exchange');

/** Why the tests of public cases are skipped; false where the cases are there. */
export function publicCasesMissing(): string | false {
  if (existsSync(FOLDER)) return false;
  return 'THE PUBLIC CASES ARE NOT HERE: this test needs the folder ../shared/cases/exchange beside the checkout';
}

const rows = z.array(z.record(z.string(), z.unknown()));
const publicCase = z.object({
  name: z.string(),
  ask: z.looseObject({ ordId: z.string(), instId: z.string(), snapshot: z.record(z.string(), z.unknown()).optional() }),
  expected: z.record(z.string(), z.unknown()),
  liqPxAtBinding: z.number().optional(),
  liqPxMovedByFunding: z.number().optional(),
  account: z.object({
    config: z.record(z.string(), z.unknown()),
    orders: rows,
    bills: rows,
    fills: rows,
    history: rows,
    positions: rows,
  }),
});
export type PublicCase = { name: string; ask: Row; expected: Row; account: Account; habits: Habits };

/** Times and dated ids of a case, all moved by the same span: an id's higher bits are its time. */
function moved(text: string, byMs: number): string {
  return text
    .replace(/(?<![\d.])179\d{10}(?!\d)/g, (ms) => String(Number(ms) + byMs))
    .replace(/(?<![\d.])4138\d{15}(?!\d)/g, (id) => String(BigInt(id) + (BigInt(byMs) << 25n)))
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, (iso) => new Date(Date.parse(iso) + byMs).toISOString());
}

/** Every case, so that its liquidation was an hour ago. */
export function publicCases(): PublicCase[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  return files.flatMap((file) => {
    const text = readFileSync(join(FOLDER, file), 'utf8');
    const endedMs = Math.max(...[...text.matchAll(/"uTime": "(\d{13})"/g)].map(([, ms]) => Number(ms)));
    const shiftMs = Math.floor((Date.now() - 60 * MINUTE_MS - endedMs) / MINUTE_MS) * MINUTE_MS;
    return z
      .array(publicCase)
      .parse(JSON.parse(moved(text, shiftMs)))
      .map((each) => ({ ...each, name: `${file.replace('.json', '')}: ${each.name}`, habits: habitsOf(each) }));
  });
}

/** The mark stands 200 above the price that triggered, and in the minute of the liquidation comes 1 below it. */
function habitsOf({ account, liqPxMovedByFunding: price }: z.infer<typeof publicCase>): Habits {
  if (price === undefined) return {};
  const endMs = Number(account.history[0]?.['uTime']);
  const minute = endMs - (endMs % MINUTE_MS);
  return {
    candles: (ms) =>
      ms === minute ? [String(price - 1), String(price + 200)] : [String(price + 200), String(price + 250)],
  };
}
