// npm run bench: closed loops over HTTP on PostgreSQL and on the embedded database, in the same run what the database and its
// driver reach without HTTP, and what others feel while the exchange is slow or fails. --seconds=4 --rounds=3 --clients=1,8,32
// --databases=durable,embedded ("fast": PostgreSQL that forces nothing to disk, as tests run it) --verifiers=0,1000
import pg from 'pg';
import { join } from 'node:path';
import { startPostgres, type LocalPostgres } from '../scripts/localPostgres.ts';
import { prepareStatements } from '../apps/liqpass-backend/src/db/platform/preparedStatements.ts';
import { startBackendProcess, type BackendProcess } from './support/backendProcess.ts';
import { brokenInvariants } from '../apps/liqpass-backend/test/brokenInvariants.ts';
import { compareWithAcknowledged, footprint, withDatabase } from './support/checkDatabase.ts';
import { STEPS, type Policy } from './support/closedLoop.ts';
import { driveLoops, mergeRuns, percentile, type LoopRun } from './support/driveLoops.ts';
import * as tables from './support/loopTables.ts';
import { cpuSecondsOf, memoryMbOf, postgresCpuSeconds } from './support/processUsage.ts';
import { recordStatements, roundTrips, type Recording } from './support/recordStatements.ts';
import { replayWithNode } from './support/replayNode.ts';
import { replayWithPgbench } from './support/replayPgbench.ts';
import { figure, keepResults, machine, setting, settingNumber, table } from './support/report.ts';
import { standInVerifier } from './support/standInVerifier.ts';
import { readInTrouble, type Felt } from './support/troubledExchange.ts';

const seconds = settingNumber('seconds', 4);
const rounds = settingNumber('rounds', 3);
const clientCounts = setting('clients', '1,8,32').split(',').map(Number);
const databases = setting('databases', 'durable,embedded').split(',');
const verifierDelays = setting('verifiers', '0,1000').split(',').map(Number);
const NODE_POOL = 10;

const verifier = await standInVerifier();
const measured: tables.Measured[] = [];
const felt: Felt[] = [];
const wrong: string[] = [];
const footprints: Record<string, Awaited<ReturnType<typeof footprint>>> = {};
let trips: ReturnType<typeof roundTrips> | null = null;
console.log(machine());

type Scene = {
  readonly database: string;
  readonly backend: BackendProcess;
  readonly postgres: LocalPostgres | null;
  /** What a loop says to PostgreSQL, and a database of its own to say it to without HTTP. */
  readonly ceiling: { readonly url: string; readonly pool: pg.Pool; readonly recording: Recording } | null;
};

/** Loops with what they cost, and, in turns with them, the ceilings: whatever else the machine does falls on each of them. */
async function measure(
  { database, backend, postgres, ceiling }: Scene,
  verifierMs: number,
  clients: number,
): Promise<LoopRun> {
  verifier.mood = { answersAfterMs: verifierMs };
  const runs: LoopRun[] = [];
  const reached: { node: number[]; pgbench: number[] } = { node: [], pgbench: [] };
  const cpu = { backend: 0, database: 0, driver: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const before = cpuNow(backend, postgres);
    runs.push(await driveLoops(backend.url, { clients, seconds }));
    const after = cpuNow(backend, postgres);
    for (const part of ['backend', 'database', 'driver'] as const) cpu[part] += after[part] - before[part];
    if (!postgres || !ceiling || verifierMs > 0) continue;
    const node = await replayWithNode(ceiling.pool, ceiling.recording, clients, seconds);
    if (node.errors.length > 0)
      wrong.push(`the replay without HTTP failed ${node.errors.length} times: ${node.errors[0]}`);
    reached.node.push(node.loopsPerSecond);
    reached.pgbench.push(await replayWithPgbench(postgres.binaries, ceiling.url, ceiling.recording, clients, seconds));
  }
  const run = mergeRuns(runs);
  const per1000 = (used: number): number => (used / Math.max(1, run.loops)) * 1000;
  const mean = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((sum, each) => sum + each, 0) / values.length;
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
      backend: per1000(cpu.backend),
      database: per1000(cpu.database),
      driver: per1000(cpu.driver),
    },
    memoryMb: memoryMbOf(backend.pid()),
    ceilings: { pgbench: mean(reached.pgbench), node: mean(reached.node) },
  });
  return run;
}

function cpuNow(
  backend: BackendProcess,
  postgres: LocalPostgres | null,
): Record<'backend' | 'database' | 'driver', number> {
  const driver = process.cpuUsage();
  return {
    backend: cpuSecondsOf(backend.pid()),
    database: postgres ? postgresCpuSeconds(postgres.directory) : 0,
    driver: (driver.user + driver.system) / 1e6,
  };
}

/** A database beside the product's, in the same server and as young. */
async function prepareCeiling(postgres: LocalPostgres): Promise<NonNullable<Scene['ceiling']>> {
  await withDatabase(postgres.url, (pool) => pool.query('create database ceiling'));
  const url = postgres.url.replace(/postgres$/, 'ceiling');
  const recording = await recordStatements(url, verifier.url);
  const pool = new pg.Pool({ connectionString: url, max: NODE_POOL });
  pool.on('error', () => undefined);
  pool.on('connect', prepareStatements);
  return { url, pool, recording };
}

/** What others feel, in peace and in trouble; on the database that is for production. */
async function trouble({ backend }: Scene): Promise<Policy[]> {
  const policies: Policy[] = [];
  for (const each of [
    { exchange: 'in peace', mood: { answersAfterMs: 0 }, claims: 0, seconds: 8 },
    { exchange: 'answers after 5 s', mood: { answersAfterMs: 5_000 }, claims: 50, seconds: 12 },
    { exchange: 'answers 503', mood: { does: 'fail' }, claims: 50, seconds: 12 },
  ] as const) {
    const done = await readInTrouble(backend, verifier, each);
    felt.push(done.felt);
    policies.push(...done.policies);
    wrong.push(...done.felt.wrong.map((sentence) => `${each.exchange}: ${sentence}`));
  }
  return policies;
}

async function benchDatabase(database: string): Promise<void> {
  const postgres = database === 'embedded' ? null : await startPostgres({ durable: database === 'durable' });
  const policies: Policy[] = [];
  try {
    const ceiling = postgres === null ? null : await prepareCeiling(postgres);
    if (ceiling) trips = roundTrips(ceiling.recording);
    const backend = await startBackendProcess({ databaseUrl: postgres?.url ?? null, verifierUrl: verifier.url });
    const scene: Scene = { database, backend, postgres, ceiling };
    try {
      // What is compiled and cached on the first requests is nobody's steady state.
      policies.push(...(await driveLoops(backend.url, { clients: 8, seconds: 3 })).policies);
      for (const verifierMs of verifierDelays)
        for (const clients of clientCounts) {
          policies.push(...(await measure(scene, verifierMs, clients)).policies);
          const { loopsPerSecond = Number.NaN, firstError = null } = measured.at(-1) ?? {};
          console.log(
            `${database}, verifier ${verifierMs} ms, ${clients} clients: ${figure(loopsPerSecond)} loops/s`,
            firstError ?? '',
          );
        }
      if (database === 'durable') policies.push(...(await trouble(scene)));
    } finally {
      await backend.stop();
      await ceiling?.pool.end();
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

const targets = tables.targetsOf(measured, felt);
const print = (title: string, text: string): void => console.log(`\n${title}\n\n${text}`);
print('Loops', tables.loopsTable(measured));
print('Milliseconds a step, p50 / p95 / p99', tables.latencyTable(measured));
print('For 1,000 loops', tables.costTable(measured));
if (felt.length > 0) print('Reads while the exchange is in trouble', tables.feltTable(felt));
if (trips) print('Round trips to the database', tables.roundTripTable(trips));
for (const [database, rows] of Object.entries(footprints))
  print(
    `Rows and bytes a policy, indexes included: ${database}`,
    table(
      ['table', 'rows', 'bytes'],
      rows.map((each) => [each.table, each.rows, each.bytes]),
    ),
  );
if (targets.length > 0) print('Targets', tables.targetTable(targets));
console.log(
  `\nkept in ${keepResults('loops', { seconds, rounds, measured, felt, roundTrips: trips, footprints, targets, wrong })}`,
);
if (wrong.length > 0) {
  console.error(`\nWRONG:\n${wrong.join('\n')}`);
  process.exitCode = 1;
}
