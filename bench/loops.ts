// npm run bench: closed loops over HTTP on PostgreSQL and on the embedded database, in turns with the yardstick (yardstick.ts), and
// what others feel while the exchange is slow or fails. --seconds=6 --rounds=3 --warm=10 --clients=1,8,32
// --databases=durable,embedded ("fast": PostgreSQL that forces nothing to disk, as tests run it) --verifiers=0,1000 --trouble=yes
import pg from 'pg';
import { join } from 'node:path';
import { startPostgres, type LocalPostgres } from '../scripts/localPostgres.ts';
import { startBackendProcess, type BackendProcess } from './support/backendProcess.ts';
import { brokenInvariants } from '../apps/liqpass-backend/test/brokenInvariants.ts';
import { compareWithAcknowledged, footprint, withDatabase } from './support/checkDatabase.ts';
import type { Policy } from './support/closedLoop.ts';
import { driveLoops } from './support/driveLoops.ts';
import * as tables from './support/loopTables.ts';
import { measureTurns, type Contender } from './support/measureTurns.ts';
import { memoryMbOf } from './support/processUsage.ts';
import { recordStatements, roundTrips } from './support/recordStatements.ts';
import { figure, keepResults, machine, setting, settingNumber, table } from './support/report.ts';
import { standInVerifier } from './support/standInVerifier.ts';
import { readInTrouble, type Felt } from './support/troubledExchange.ts';
import { startYardstick } from './support/yardstickProcess.ts';

const seconds = settingNumber('seconds', 6);
const rounds = settingNumber('rounds', 3);
const warmSeconds = settingNumber('warm', 10);
const clientCounts = setting('clients', '1,8,32').split(',').map(Number);
const databases = setting('databases', 'durable,embedded').split(',');
const verifierDelays = setting('verifiers', '0,1000').split(',').map(Number);

const verifier = await standInVerifier();
const measured: tables.Measured[] = [];
const felt: Felt[] = [];
const wrong: string[] = [];
const footprints: Record<string, Awaited<ReturnType<typeof footprint>>> = {};
let trips: ReturnType<typeof roundTrips> | null = null;
console.log(machine());

/** A database beside the product's, in the same server and as young. */
async function createDatabase(postgres: LocalPostgres, name: string): Promise<string> {
  await withDatabase(postgres.url, (pool) => pool.query(`create database ${name}`));
  return postgres.url.replace(/postgres$/, name);
}

const lookInto = (url: string): pg.Pool => new pg.Pool({ connectionString: url, max: 1 }).on('error', () => undefined);

/** What others feel, in peace and in trouble; on the database that is for production. */
async function trouble(backend: BackendProcess): Promise<Policy[]> {
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
  const pools: pg.Pool[] = [];
  try {
    if (postgres) trips = roundTrips(await recordStatements(await createDatabase(postgres, 'recorded'), verifier.url));
    const backend = await startBackendProcess({ databaseUrl: postgres?.url ?? null, verifierUrl: verifier.url });
    const yardstickUrl = postgres ? await createDatabase(postgres, 'yardstick') : null;
    const yardstick = yardstickUrl === null ? null : await startYardstick(yardstickUrl, verifier.url);
    const contender = (url: string, pid: number, databaseUrl: string | null): Contender => {
      const pool = databaseUrl === null ? null : lookInto(databaseUrl);
      if (pool) pools.push(pool);
      return { url, pid, pool };
    };
    const product = contender(backend.url, backend.pid(), postgres?.url ?? null);
    const beside = yardstick ? contender(yardstick.url, yardstick.pid, yardstickUrl) : null;
    try {
      // What is compiled and cached on the first requests is nobody's steady state.
      if (beside) await driveLoops(beside.url, { clients: 32, seconds: warmSeconds });
      policies.push(...(await driveLoops(product.url, { clients: 32, seconds: warmSeconds })).policies);
      // Nor are plans for empty tables: PostgreSQL itself looks at what has grown within its first minute.
      for (const pool of pools) await pool.query('analyze');
      for (const verifierMs of verifierDelays)
        for (const clients of clientCounts) {
          verifier.mood = { answersAfterMs: verifierMs };
          const contenders = beside && verifierMs === 0 ? { product, yardstick: beside } : { product };
          const turns = await measureTurns<'product' | 'yardstick'>(
            contenders as Record<'product' | 'yardstick', Contender>,
            postgres,
            { clients, seconds, rounds },
          );
          policies.push(...turns.product.policies);
          const run: tables.Measured = {
            database,
            verifierMs,
            clients,
            product: turns.product.cost,
            yardstick: 'yardstick' in contenders ? turns.yardstick.cost : null,
            memoryMb: memoryMbOf(backend.pid()),
          };
          measured.push(run);
          const { loopsPerSecond, firstError } = run.product;
          console.log(
            `${database}, verifier ${verifierMs} ms, ${clients} clients: ${figure(loopsPerSecond)} loops/s`,
            run.yardstick ? `beside ${figure(run.yardstick.loopsPerSecond)}` : '',
            firstError ?? run.yardstick?.firstError ?? '',
          );
        }
      if (database === 'durable' && setting('trouble', 'yes') === 'yes') policies.push(...(await trouble(backend)));
    } finally {
      await backend.stop();
      await yardstick?.stop();
      await Promise.all(pools.map((pool) => pool.end()));
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
print('A loop costs: product / yardstick', tables.costTable(measured));
print('Milliseconds a step, p50 / p95 / p99', tables.latencyTable(measured));
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
