// npm run ledgers: how long a verdict takes by how many bills the life of the position has, and how long jp-verify's process is held at most
// meanwhile; and whether a snapshot keeps within what a person waits, under the exchange's own limits. --sizes=100,1000,4000,20000
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { formatIso, HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { z } from 'zod';
import { accountOf, INST_ID, startLedgerExchange } from './support/ledgerExchange.ts';
import { keepResults, machine, setting, table } from './support/report.ts';

const sizes = setting('sizes', '100,1000,4000,20000').split(',').map(Number);
const looks = setting('snapshots', '400,1000,2000,3500,4000,6000').split(',').map(Number);
const API_KEY = 'bearer-of-the-benchmark';
console.log(machine(), { sizes, looks });

const answered = z.object({
  verdict: z.string().optional(),
  insurable: z.boolean().optional(),
  reason: z.string().nullable(),
  evidence: z.object({ bundle: z.object({ exchanges: z.array(z.unknown()) }) }),
});
const told = z.object({ heldMs: z.number(), memoryMb: z.number() });

type Run = {
  bills: number;
  answer: string;
  seconds: string;
  heldMs: string;
  answers: number;
  megabytes: string;
  memoryMb: string;
  refusals: number;
};

async function run(bills: number, path: 'verify' | 'snapshot', limits: 'none' | 'real', delayMs: number): Promise<Run> {
  const startMs = Date.now() - 20 * HOUR_MS;
  const stepMs = Math.max(1, Math.floor((10 * HOUR_MS) / bills));
  const { account, ordId } = accountOf(bills, startMs, stepMs, path === 'verify');
  const exchange = await startLedgerExchange(account, delayMs, limits === 'real');
  const verifier = fork(join(import.meta.dirname, 'support/ledgerVerifier.ts'), [exchange.url, API_KEY, limits]);
  try {
    const [ready] = await once(verifier, 'message');
    const { url } = z.object({ url: z.string() }).parse(ready);
    const claim = {
      boundAt: formatIso(startMs + 10 * MINUTE_MS),
      coverageStartAt: formatIso(startMs + 20 * MINUTE_MS),
      coverageEndAt: formatIso(startMs + 24 * HOUR_MS),
    };
    const ask = async (of: string): Promise<{ text: string; seconds: number }> => {
      const sentMs = performance.now();
      const response = await fetch(`${url}/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ instId: INST_ID, ordId: of, ...(path === 'verify' ? claim : {}) }),
      });
      return { text: await response.text(), seconds: (performance.now() - sentMs) / 1_000 };
    };
    const held = async (): Promise<z.infer<typeof told>> => {
      verifier.send('held');
      const [message] = await once(verifier, 'message');
      return told.parse(message);
    };
    // Once on short ledgers first: code that was never run yet is slow. Then the limits' two seconds are waited for.
    for (const few of [60, 900]) {
      const short = accountOf(few, startMs, stepMs, path === 'verify');
      exchange.account = short.account;
      await ask(short.ordId);
    }
    exchange.account = account;
    await wait(2_100);
    await held();
    const { text, seconds } = await ask(ordId);
    const { heldMs, memoryMb } = await held();
    const { verdict, insurable, reason, evidence } = answered.parse(JSON.parse(text));
    return {
      bills,
      answer: verdict ?? (insurable === true ? 'insurable' : 'not insurable') + (reason === null ? '' : ` ${reason}`),
      seconds: seconds.toFixed(2),
      heldMs: heldMs.toFixed(0),
      answers: evidence.bundle.exchanges.length,
      megabytes: (text.length / 1_000_000).toFixed(1),
      memoryMb: memoryMb.toFixed(0),
      refusals: exchange.refusals,
    };
  } finally {
    verifier.kill();
    await exchange.close();
  }
}

const COLUMNS = ['bills', 'answer', 'seconds', 'held at most, ms', 'answers', 'MB', 'memory, MB', 'refused'];
const rowOf = (each: Run): string[] => Object.values(each).map(String);
const verdicts: Run[] = [];
for (const bills of sizes) verdicts.push(await run(bills, 'verify', 'none', 0));
console.log('Verdicts, by an exchange without limits that answers at once:');
console.log(table(COLUMNS, verdicts.map(rowOf)));
const snapshots: Run[] = [];
for (const bills of looks) snapshots.push(await run(bills, 'snapshot', 'real', 50));
console.log("Snapshots, under the exchange's limits, each answer taking 50 ms:");
console.log(table(COLUMNS, snapshots.map(rowOf)));
keepResults('ledgers', { verdicts, snapshots });
