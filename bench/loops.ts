// npm run bench: closed loops over HTTP on PostgreSQL (durable, and as tests run it) and on the embedded database, and in the
// same run what the database and its driver reach without HTTP. --seconds=8 --clients=1,8,32 --databases=durable,fast,embedded
// --verifiers=0,1000
import pg from 'pg';
import { join } from 'node:path';
import { startPostgres, type LocalPostgres } from '../scripts/localPostgres.ts';
import { prepareStatements } from '../apps/liqpass-backend/src/db/preparedStatements.ts';
import { startBackendProcess, type BackendProcess } from './support/backendProcess.ts';
import { brokenInvariants, compareWithAcknowledged, footprint, withDatabase } from './support/checkDatabase.ts';
import { STEPS, type Policy } from './support/closedLoop.ts';
import { driveLoops, percentile, type LoopRun } from './support/driveLoops.ts';
import { cpuSecondsOf, memoryMbOf, postgresCpuSeconds } from './support/processUsage.ts';
import { recordStatements, roundTrips, type Recording } from './support/recordStatements.ts';
import { replayWithNode } from './support/replayNode.ts';
import { replayWithPgbench } from './support/replayPgbench.ts';
import { figure, keepResults, machine, setting, settingNumber, table } from './support/report.ts';
import { standInVerifier } from './support/standInVerifier.ts';

const seconds = settingNumber('seconds', 8);
const clientCounts = setting('clients', '1,8,32').split(',').map(Number);
const databases = setting('databases', 'durable,fast,embedded').split(',');
const verifierDelays = setting('verifiers', '0,1000').split(',').map(Number);
const NODE_POOL = 10;

type Measured = {
  database: string;
  verifierMs: number;
  clients: number;
  loopsPerSecond: number;
  requestsPerSecond: number;
  errors: number;
  firstError: string | null;
  latencyMs: Record<string, { p50: number; p95: number; p99: number }>;
  cpuPer1000Loops: { backend: number; database: number; driver: number };
  memoryMb: { now: number; most: number };
  ceilings: { pgbench: number | null; node: number | null };
};

const verifier = await standInVerifier();
const measured: Measured[] = [];
const wrong: string[] = [];
const footprints: Record<string, Awaited<ReturnType<typeof footprint>>> = {};
let trips: ReturnType<typeof roundTrips> | null = null;
console.log(machine());

/** A run of loops with what it cost. */
async function measure(
  backend: BackendProcess,
  postgres: LocalPostgres | null,
  database: string,
  verifierMs: number,
  clients: number,
): Promise<LoopRun> {
  verifier.mood = { answersAfterMs: verifierMs };
  const before = [
    cpuSecondsOf(backend.pid()),
    postgres ? postgresCpuSeconds(postgres.directory) : 0,
    process.cpuUsage(),
  ] as const;
  const run = await driveLoops(backend.url, { clients, seconds: seconds + (verifierMs > 0 ? 4 : 0) });
  const driver = process.cpuUsage(before[2]);
  const per1000 = (used: number): number => (used / Math.max(1, run.loops)) * 1000;
  measured.push({
    database,
    verifierMs,
    clients,
    loopsPerSecond: run.loops / run.seconds,
    requestsPerSecond: run.requests / run.seconds,
    errors: run.errors.length,
    firstError: run.errors[0] ?? null,
    latencyMs: Object.fromEntries(
      STEPS.map((step) => {
        const sorted = run.latenciesMs[step];
        return [step, { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99) }];
      }),
    ),
    cpuPer1000Loops: {
      backend: per1000(cpuSecondsOf(backend.pid()) - before[0]),
      database: per1000((postgres ? postgresCpuSeconds(postgres.directory) : 0) - before[1]),
      driver: per1000((driver.user + driver.system) / 1e6),
    },
    memoryMb: memoryMbOf(backend.pid()),
    ceilings: { pgbench: null, node: null },
  });
  return run;
}

/** The ceilings beside what was just measured: same statements, same transactions, same number of clients, a database as young. */
async function ceilings(
  postgres: LocalPostgres,
  databaseUrl: string,
  recording: Recording,
  clients: number,
): Promise<Measured['ceilings']> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: NODE_POOL });
  pool.on('error', () => undefined);
  pool.on('connect', prepareStatements);
  try {
    const node = await replayWithNode(pool, recording, clients, seconds);
    if (node.errors.length > 0)
      wrong.push(`the replay without HTTP failed ${node.errors.length} times: ${node.errors[0]}`);
    return {
      node: node.loopsPerSecond,
      pgbench: await replayWithPgbench(postgres.binaries, databaseUrl, recording, clients, seconds),
    };
  } finally {
    await pool.end();
  }
}

async function benchDatabase(database: string): Promise<void> {
  const postgres = database === 'embedded' ? null : await startPostgres({ durable: database === 'durable' });
  const policies: Policy[] = [];
  try {
    if (postgres)
      await withDatabase(postgres.url, async (pool) => {
        await pool.query('create database ceiling');
      });
    const ceilingUrl = postgres?.url.replace(/postgres$/, 'ceiling') ?? null;
    const recording = ceilingUrl === null ? null : await recordStatements(ceilingUrl, verifier.url);
    if (recording) trips = roundTrips(recording);
    const backend = await startBackendProcess({ databaseUrl: postgres?.url ?? null, verifierUrl: verifier.url });
    try {
      // What is compiled and cached on the first requests is nobody's steady state.
      policies.push(...(await driveLoops(backend.url, { clients: 8, seconds: 3 })).policies);
      for (const verifierMs of verifierDelays)
        for (const clients of clientCounts) {
          policies.push(...(await measure(backend, postgres, database, verifierMs, clients)).policies);
          const latest = measured.at(-1);
          if (latest && postgres && recording && ceilingUrl !== null && verifierMs === 0)
            latest.ceilings = await ceilings(postgres, ceilingUrl, recording, clients);
          if (latest)
            console.log(
              `${database}, verifier ${verifierMs} ms, ${clients} clients: ${figure(latest.loopsPerSecond)} loops/s`,
              latest.firstError ?? '',
            );
        }
    } finally {
      await backend.stop();
    }
    const url = postgres?.url ?? `embedded:${join(backend.directory, 'data/database')}`;
    await withDatabase(url, async (pool) => {
      wrong.push(...(await compareWithAcknowledged(pool, policies)).map((sentence) => `${database}: ${sentence}`));
      wrong.push(...(await brokenInvariants(pool)).map((sentence) => `${database}: ${sentence}`));
      footprints[database] = await footprint(pool, policies.length);
    });
    const paid = policies.filter((policy) => policy.acknowledged.includes('mark claim paid')).length;
    console.log(
      `${database}: ${policies.length} policies, ${paid} paid; checked against the database: ${wrong.length === 0 ? 'all as acknowledged' : wrong.join('; ')}\n`,
    );
  } finally {
    await postgres?.remove();
  }
}

try {
  for (const database of databases) await benchDatabase(database);
} finally {
  await verifier.close();
}

const name = (run: Measured): string[] => [
  run.database,
  run.verifierMs === 0 ? 'at once' : `${run.verifierMs / 1000} s`,
  String(run.clients),
];
const share = (part: number, whole: number | null): string =>
  whole === null ? '–' : `${Math.round((part / whole) * 100)} %`;
console.log(
  `\nLoops\n${table(
    [
      'database',
      'verifier',
      'clients',
      'loops/s',
      'requests/s',
      'errors',
      'node+pg loops/s',
      'pgbench loops/s',
      'of node+pg',
      'of pgbench',
    ],
    measured.map((run) => [
      ...name(run),
      run.loopsPerSecond,
      run.requestsPerSecond,
      String(run.errors),
      run.ceilings.node,
      run.ceilings.pgbench,
      share(run.loopsPerSecond, run.ceilings.node),
      share(run.loopsPerSecond, run.ceilings.pgbench),
    ]),
  )}`,
);
console.log(
  `\nMilliseconds a step, p50 / p95 / p99\n${table(
    ['database', 'verifier', 'clients', ...STEPS],
    measured.map((run) => [
      ...name(run),
      ...STEPS.map((step) =>
        [run.latencyMs[step]?.p50, run.latencyMs[step]?.p95, run.latencyMs[step]?.p99]
          .map((ms) => figure(ms ?? Number.NaN))
          .join(' / '),
      ),
    ]),
  )}`,
);
console.log(
  `\nFor 1,000 loops\n${table(
    ['database', 'verifier', 'clients', 'backend CPU s', 'database CPU s', 'driver CPU s', 'backend MB', 'at most MB'],
    measured.map((run) => [
      ...name(run),
      run.cpuPer1000Loops.backend,
      run.cpuPer1000Loops.database,
      run.cpuPer1000Loops.driver,
      run.memoryMb.now,
      run.memoryMb.most,
    ]),
  )}`,
);
if (trips)
  console.log(
    `\nRound trips to the database\n${table([...STEPS, 'a loop'], [[...STEPS.map((step) => String(trips?.[step] ?? 0)), String(STEPS.reduce((sum, step) => sum + (trips?.[step] ?? 0), 0))]])}`,
  );
for (const [database, tables] of Object.entries(footprints))
  console.log(
    `\nRows and bytes a policy, indexes included: ${database}\n${table(
      ['table', 'rows', 'bytes'],
      tables.map((each) => [each.table, each.rows, each.bytes]),
    )}`,
  );
console.log(`\nkept in ${keepResults('loops', { seconds, measured, roundTrips: trips, footprints, wrong })}`);
if (wrong.length > 0) {
  console.error(`\nWRONG:\n${wrong.join('\n')}`);
  process.exitCode = 1;
}
