// npm run fuzz: requests made from the OpenAPI document, most as it wants them and the others broken, to a backend process
// over HTTP: no answer may be one that the document does not foresee. --seed=1 --requests=100000 --connections=24
// --database=postgres|embedded --minutes=60 (then it stops)
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MINUTE_MS, systemClock } from '@liqpass/kernel/time';
import { fuzz, type FuzzReport } from '@liqpass/testing/fuzz/fuzz';
import { sendHttp } from '@liqpass/testing/fuzz/sendHttp';
import { OPERATORS } from '../apps/liqpass-backend/test/fuzz/callers.ts';
import { fuzzExchange } from '../apps/liqpass-backend/test/fuzz/fuzzExchange.ts';
import { liqpassTarget } from '../apps/liqpass-backend/test/fuzz/liqpassTarget.ts';
import { startPostgres } from '../scripts/localPostgres.ts';
import { ADMIN_KEY, INTERNAL_KEY, startBackendProcess, TREASURY_KEY } from './support/backendProcess.ts';
import { brokenInvariants } from '../apps/liqpass-backend/test/brokenInvariants.ts';
import { withDatabase } from './support/checkDatabase.ts';
import { CLAIMANT } from './support/closedLoop.ts';
import { cpuSecondsOf, memoryMbOf } from './support/processUsage.ts';
import { keepResults, machine, setting, settingNumber, table } from './support/report.ts';

const seed = settingNumber('seed', 1);
const requests = settingNumber('requests', 100_000);
const connections = settingNumber('connections', 24);
const database = setting('database', 'postgres');
console.log(machine(), { seed, requests, connections, database });

/** What the log says that it should not: bugs, refusals that no document names, secrets. */
function readLog(file: string, secrets: readonly string[]): string[] {
  const wrong: string[] = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (/"level":(?:50|60|"error"|"fatal")/.test(line)) wrong.push(`logged as an error: ${line.slice(0, 1_000)}`);
    if (secrets.some((secret) => line.includes(secret))) wrong.push(`a secret is in the log: ${line.slice(0, 200)}`);
  }
  return wrong;
}

const exchange = await fuzzExchange(systemClock);
const postgres = database === 'embedded' ? null : await startPostgres();
const memoryMb: number[] = [];
let report: FuzzReport | null = null;
let backendCpuSeconds = 0;
const wrong: string[] = [];
try {
  const backend = await startBackendProcess({
    databaseUrl: postgres?.url ?? null,
    verifierUrl: exchange.url,
    env: {
      JP_VERIFY_API_KEY: exchange.apiKey,
      OPERATORS,
      // Each request may come from an address of its own, and no limit is in the way.
      TRUST_PROXY: '127.0.0.1',
      REQUESTS_PER_MINUTE: '100000000',
      CAPITAL_USDC: '100000000000',
      TREASURY_SAFE: CLAIMANT,
    },
  });
  const sender = sendHttp(backend.url);
  try {
    const target = await liqpassTarget(sender, { internal: INTERNAL_KEY, admin: ADMIN_KEY, treasury: TREASURY_KEY });
    report = await fuzz(target, sender, {
      seed,
      requests,
      connections,
      mostMs: settingNumber('minutes', 60) * MINUTE_MS,
      onTenth: (done) => {
        const { now } = memoryMbOf(backend.pid());
        memoryMb.push(now);
        console.log(`${done} requests: ${now.toFixed(0)} MB`);
      },
    });
    backendCpuSeconds = cpuSecondsOf(backend.pid());
    await backend.stop();
    wrong.push(...readLog(join(backend.directory, 'backend.log'), [...target.secrets(), exchange.apiKey]));
    const url = postgres?.url ?? `embedded:${join(backend.directory, 'data/database')}`;
    wrong.push(...(await withDatabase(url, brokenInvariants)));
  } finally {
    sender.close();
    await backend.kill();
    if (!process.argv.includes('--keep')) rmSync(backend.directory, { recursive: true, force: true });
  }
} finally {
  await postgres?.remove();
  await exchange.close();
}

const { answers, findings, seconds } = report;
const inClass = (statuses: ReadonlyMap<number, number>, from: number): string =>
  String([...statuses].reduce((sum, [status, count]) => sum + (Math.floor(status / 100) === from ? count : 0), 0));
console.log(
  `\n${table(
    ['operation', 'requests', '2xx', '4xx', '5xx', 'statuses'],
    [...answers].map(([operation, statuses]) => [
      operation,
      String([...statuses.values()].reduce((sum, count) => sum + count, 0)),
      inClass(statuses, 2),
      inClass(statuses, 4),
      inClass(statuses, 5),
      [...statuses]
        .toSorted(([a], [b]) => a - b)
        .map(([status, count]) => `${status}: ${count}`)
        .join(', '),
    ]),
  )}`,
);
console.log(
  `\n${report.requests} requests in ${seconds.toFixed(0)} s: ${(report.requests / seconds).toFixed(0)} requests/s`,
);
const driver = process.cpuUsage();
console.log(
  `CPU seconds: backend ${backendCpuSeconds.toFixed(0)}, fuzzer and verifier ${((driver.user + driver.system) / 1e6).toFixed(0)}`,
);
console.log(`memory of the backend in MB after each tenth: ${memoryMb.map((mb) => mb.toFixed(0)).join(', ')}`);
for (const { operation, wrong: what, times, example } of findings)
  console.error(`\nFOUND ${times} × ${operation}: ${what}\n  ${example.request}\n  ${example.answer}`);
for (const sentence of wrong) console.error(`\nFOUND ${sentence}`);
console.log(`\n${findings.length + wrong.length} findings`);
console.log(
  `kept in ${keepResults('fuzz', {
    seed,
    requests,
    database,
    seconds,
    memoryMb,
    answers: Object.fromEntries([...answers].map(([name, statuses]) => [name, Object.fromEntries(statuses)])),
    findings,
    wrong,
  })}`,
);
process.exitCode = findings.length + wrong.length > 0 ? 1 : 0;
