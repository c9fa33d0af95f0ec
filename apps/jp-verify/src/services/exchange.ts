import type { ExchangeAnswer } from '@liqpass/api/market';
import { SECOND_MS } from '@liqpass/kernel/time';
import { readAnswer } from '@liqpass/proof/answers';
import { parseRows } from '@liqpass/proof/rows';
import { SYSTEM_STATUS_TARGET } from '@liqpass/proof/targets';
import { z } from 'zod';
import { okxClientFor, type Context } from './context.ts';

/** The exchange allows one call in 5 s: whoever asks within them hears the same. */
const KEPT_MS = 6 * SECOND_MS;
const ASKED_FOR_MS = 4 * SECOND_MS;

const LIVE = ['scheduled', 'ongoing', 'pre_open'] as const;
/** The times are epoch milliseconds as text, or "". */
const instantText = z
  .union([z.string(), z.number()])
  .transform((text) => (String(text) === '' ? null : Number(text)))
  .refine((ms) => ms === null || Number.isSafeInteger(ms));
const statusRow = z.object({
  title: z.string().catch(''),
  state: z.string(),
  serviceType: z.union([z.string(), z.number()]).transform(String),
  begin: instantText.catch(null),
  end: instantText.catch(null),
});

export type ExchangeReader = () => Promise<ExchangeAnswer>;

/** How the exchange answers, by our own calls and by GET /api/v5/system/status, which is itself one of them. */
export function exchangeReader(ctx: Context): ExchangeReader {
  let kept: { readonly atMs: number; readonly answer: Promise<ExchangeAnswer> } | null = null;
  return () => {
    const nowMs = ctx.clock.now();
    if (kept === null || Math.abs(nowMs - kept.atMs) >= KEPT_MS) kept = { atMs: nowMs, answer: readExchange(ctx) };
    return kept.answer;
  };
}

async function readExchange(ctx: Context): Promise<ExchangeAnswer> {
  const client = okxClientFor(ctx, null, null, 'market');
  const exchange = await client.get(SYSTEM_STATUS_TARGET, ctx.clock.now() + ASKED_FOR_MS);
  const answer = readAnswer({ ...exchange, path: 'okx/01-status' });
  const rows = answer.kind === 'rows' ? parseRows(statusRow, answer.rows) : null;
  const readAtMs = ctx.clock.now();
  return {
    readAtMs,
    ...ctx.exchangeCalls.lately(readAtMs),
    maintenance:
      rows?.flatMap(({ title, state, serviceType, begin, end }) => {
        const live = LIVE.find((each) => each === state);
        return live === undefined
          ? []
          : [{ title: title.slice(0, 200), state: live, serviceType, beginMs: begin, endMs: end }];
      }) ?? null,
  };
}
