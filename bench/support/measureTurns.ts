import type { Pool } from 'pg';
import type { LocalPostgres } from '../../scripts/localPostgres.ts';
import { STEPS, type Policy, type Step } from './closedLoop.ts';
import { driveLoops, mergeRuns, percentile, type LoopRun } from './driveLoops.ts';
import { cpuSecondsOf, postgresCpuSeconds } from './processUsage.ts';

/** A server that plays the closed loop, and where it keeps its rows. */
export type Contender = {
  readonly url: string;
  readonly pid: number;
  /** Answers about its database; null for the embedded one, which is inside the process. */
  readonly pool: Pool | null;
};

/** What loops reached and cost: CPU in milliseconds, WAL and disk in bytes, each for one loop. */
export type Cost = {
  readonly loopsPerSecond: number;
  readonly requestsPerSecond: number;
  readonly errors: number;
  readonly firstError: string | null;
  readonly latencyMs: Readonly<Record<Step, { p50: number; p95: number; p99: number }>>;
  readonly serverCpuMs: number;
  readonly databaseCpuMs: number;
  readonly driverCpuMs: number;
  readonly walBytes: number;
  readonly diskBytes: number;
};

type Used = { server: number; database: number; driver: number; wal: number; disk: number };

async function usedBy({ pid, pool }: Contender, postgres: LocalPostgres | null): Promise<Used> {
  const driver = process.cpuUsage();
  const { rows } = (await pool?.query<{ wal: string; disk: string }>(
    `select pg_current_wal_lsn() - '0/0' as wal, pg_database_size(current_database()) as disk`,
  )) ?? { rows: [] };
  return {
    server: cpuSecondsOf(pid),
    database: postgres ? postgresCpuSeconds(postgres.directory) : 0,
    driver: (driver.user + driver.system) / 1e6,
    wal: Number(rows[0]?.wal ?? 0),
    disk: Number(rows[0]?.disk ?? 0),
  };
}

/** Contenders in turns, `rounds` times over, so that whatever else the machine does falls on each of them. */
export async function measureTurns<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  postgres: LocalPostgres | null,
  { clients, seconds, rounds }: { clients: number; seconds: number; rounds: number },
): Promise<Record<Name, { cost: Cost; policies: readonly Policy[] }>> {
  const names = Object.keys(contenders) as Name[];
  const runs = Object.fromEntries(names.map((name) => [name, [] as LoopRun[]])) as Record<Name, LoopRun[]>;
  const used = Object.fromEntries(
    names.map((name) => [name, { server: 0, database: 0, driver: 0, wal: 0, disk: 0 }]),
  ) as Record<Name, Used>;
  for (let round = 0; round < rounds; round += 1)
    for (const name of names) {
      const contender = contenders[name];
      const before = await usedBy(contender, postgres);
      runs[name].push(await driveLoops(contender.url, { clients, seconds }));
      const after = await usedBy(contender, postgres);
      for (const part of ['server', 'database', 'driver', 'wal', 'disk'] as const)
        used[name][part] += after[part] - before[part];
    }
  return Object.fromEntries(
    names.map((name) => {
      const run = mergeRuns(runs[name]);
      return [name, { cost: costOf(run, used[name]), policies: run.policies }];
    }),
  ) as Record<Name, { cost: Cost; policies: readonly Policy[] }>;
}

function costOf(run: LoopRun, used: Used): Cost {
  const aLoop = (amount: number): number => amount / Math.max(1, run.loops);
  return {
    loopsPerSecond: run.loops / run.seconds,
    requestsPerSecond: run.requests / run.seconds,
    errors: run.errors.length,
    firstError: run.errors[0] ?? null,
    latencyMs: Object.fromEntries(
      STEPS.map((step) => {
        const sorted = run.latenciesMs[step];
        return [step, { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99) }];
      }),
    ) as Cost['latencyMs'],
    serverCpuMs: aLoop(used.server) * 1000,
    databaseCpuMs: aLoop(used.database) * 1000,
    driverCpuMs: aLoop(used.driver) * 1000,
    walBytes: aLoop(used.wal),
    diskBytes: aLoop(used.disk),
  };
}
