import { STEPS, type Step } from './closedLoop.ts';
import { figure, table, type Cell } from './report.ts';
import type { Felt } from './troubledExchange.ts';

/** What one number of clients reached on one database with one verifier, and what it cost. */
export type Measured = {
  readonly database: string;
  readonly verifierMs: number;
  readonly clients: number;
  readonly loopsPerSecond: number;
  readonly requestsPerSecond: number;
  readonly errors: number;
  readonly firstError: string | null;
  readonly latencyMs: Readonly<Record<string, { p50: number; p95: number; p99: number }>>;
  readonly cpuPer1000Loops: { backend: number; database: number; driver: number };
  readonly memoryMb: { now: number; most: number };
  readonly ceilings: { pgbench: number | null; node: number | null };
};

const name = (run: Measured): string[] => [
  run.database,
  run.verifierMs === 0 ? 'at once' : `${run.verifierMs / 1000} s`,
  String(run.clients),
];
const head = ['database', 'verifier', 'clients'];
const share = (part: number, whole: number | null): string =>
  whole === null ? '–' : `${Math.round((part / whole) * 100)} %`;

export const loopsTable = (measured: readonly Measured[]): string =>
  table(
    [...head, 'loops/s', 'requests/s', 'errors', 'node+pg loops/s', 'pgbench loops/s', 'of node+pg', 'of pgbench'],
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
  );

export const latencyTable = (measured: readonly Measured[]): string =>
  table(
    [...head, ...STEPS],
    measured.map((run) => [
      ...name(run),
      ...STEPS.map((step) =>
        [run.latencyMs[step]?.p50, run.latencyMs[step]?.p95, run.latencyMs[step]?.p99]
          .map((ms) => figure(ms ?? Number.NaN))
          .join(' / '),
      ),
    ]),
  );

export const costTable = (measured: readonly Measured[]): string =>
  table(
    [...head, 'backend CPU s', 'database CPU s', 'driver CPU s', 'backend MB', 'at most MB'],
    measured.map((run) => [
      ...name(run),
      run.cpuPer1000Loops.backend,
      run.cpuPer1000Loops.database,
      run.cpuPer1000Loops.driver,
      run.memoryMb.now,
      run.memoryMb.most,
    ]),
  );

export const roundTripTable = (trips: Readonly<Record<Step, number>>): string =>
  table(
    [...STEPS, 'a loop'],
    [[...STEPS.map((step) => String(trips[step])), String(STEPS.reduce((sum, step) => sum + trips[step], 0))]],
  );

export const feltTable = (felt: readonly Felt[]): string =>
  table(
    [
      'exchange',
      'claims',
      'filed within ms',
      'reads',
      'p50 ms',
      'p95 ms',
      'p99 ms',
      'verdict stored after, p50 ms',
      'at most ms',
    ],
    felt.map((each): Cell[] => [
      each.exchange,
      String(each.claims),
      each.filedWithinMs,
      String(each.reads),
      each.readMs.p50,
      each.readMs.p95,
      each.readMs.p99,
      each.storedMs === null ? null : each.storedMs.p50,
      each.storedMs === null ? null : each.storedMs.most,
    ]),
  );

export type Target = {
  readonly target: string;
  readonly wanted: string;
  readonly reached: string;
  readonly met: boolean;
};

/** The targets that this run can speak of. */
export function targetsOf(measured: readonly Measured[], felt: readonly Felt[]): Target[] {
  const targets: Target[] = [];
  const add = (target: string, wanted: string, reached: string, met: boolean): void =>
    void targets.push({ target, wanted, reached, met });
  for (const run of measured) {
    const { node } = run.ceilings;
    if (run.clients !== 32 || node === null) continue;
    const reached = run.loopsPerSecond / node;
    add(`loops/s of 32 clients, of what node and pg reach (${run.database})`, '≥ 30 %, aim 40 %', share(run.loopsPerSecond, node), reached >= 0.3); // prettier-ignore
  }
  for (const { exchange, claims, readMs, storedMs } of felt) {
    if (claims > 0) add(`p99 of reads, ${claims} claims, ${exchange}`, '< 25 ms', `${figure(readMs.p99)} ms`, readMs.p99 < 25); // prettier-ignore
    if (storedMs) add(`a verdict is stored after the answer, ${storedMs.verdicts} verdicts`, '< 100 ms', `at most ${figure(storedMs.most)} ms`, storedMs.most < 100); // prettier-ignore
  }
  const embedded = measured.filter((run) => run.database === 'embedded' && run.verifierMs === 0);
  if (embedded.length > 0) {
    const most = Math.max(...embedded.map((run) => run.loopsPerSecond));
    add('loops/s of the embedded database', '≥ 100', figure(most), most >= 100);
  }
  return targets;
}

export const targetTable = (targets: readonly Target[]): string =>
  table(
    ['target', 'wanted', 'reached', ''],
    targets.map((each) => [each.target, each.wanted, each.reached, each.met ? 'met' : 'MISSED']),
  );
