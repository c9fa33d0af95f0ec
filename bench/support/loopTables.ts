import { STEPS, type Step } from './closedLoop.ts';
import type { Cost } from './measureTurns.ts';
import { figure, table, type Cell } from './report.ts';
import type { Felt } from './troubledExchange.ts';

/** What one number of clients reached on one database with one verifier; beside it the yardstick, in turns with it. */
export type Measured = {
  readonly database: string;
  readonly verifierMs: number;
  readonly clients: number;
  readonly product: Cost;
  /** null where there is none: on the embedded database, and with a slow verifier. */
  readonly yardstick: Cost | null;
  readonly memoryMb: { now: number; most: number };
};

const name = (run: Measured): string[] => [
  run.database,
  run.verifierMs === 0 ? 'at once' : `${run.verifierMs / 1000} s`,
  String(run.clients),
];
const head = ['database', 'verifier', 'clients'];
const times = (part: number, whole: number | undefined): string =>
  whole === undefined || !(whole > 0) ? '–' : `× ${(part / whole).toFixed(2)}`;

export const loopsTable = (measured: readonly Measured[]): string =>
  table(
    [...head, 'loops/s', 'requests/s', 'errors', 'yardstick loops/s', 'of it', 'backend MB', 'at most MB'],
    measured.map((run) => [
      ...name(run),
      run.product.loopsPerSecond,
      run.product.requestsPerSecond,
      String(run.product.errors),
      run.yardstick?.loopsPerSecond ?? null,
      times(run.product.loopsPerSecond, run.yardstick?.loopsPerSecond),
      run.memoryMb.now,
      run.memoryMb.most,
    ]),
  );

const PARTS = [
  ['backend CPU ms', 'serverCpuMs'],
  ['PostgreSQL CPU ms', 'databaseCpuMs'],
  ['driver CPU ms', 'driverCpuMs'],
  ['WAL bytes', 'walBytes'],
  ['disk bytes', 'diskBytes'],
] as const;

/** What a loop costs, and how many times what the yardstick's does. */
export const costTable = (measured: readonly Measured[]): string =>
  table(
    [...head, ...PARTS.map(([title]) => title)],
    measured.map((run): Cell[] => [
      ...name(run),
      ...PARTS.map(([, part]) => {
        const yardstick = run.yardstick?.[part];
        return yardstick === undefined
          ? figure(run.product[part])
          : `${figure(run.product[part])} / ${figure(yardstick)} = ${times(run.product[part], yardstick)}`;
      }),
    ]),
  );

export const latencyTable = (measured: readonly Measured[]): string =>
  table(
    [...head, ...STEPS],
    measured.flatMap((run) =>
      [run.product, run.yardstick].flatMap((cost, at) =>
        cost === null
          ? []
          : [
              [
                ...(at === 0 ? name(run) : [run.database, 'yardstick', String(run.clients)]),
                ...STEPS.map(
                  (step) =>
                  [cost.latencyMs[step].p50, cost.latencyMs[step].p95, cost.latencyMs[step].p99].map(figure).join(' / '), // prettier-ignore
                ),
              ],
            ],
      ),
    ),
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
  for (const { clients, database, product, yardstick } of measured) {
    if (clients !== 32 || yardstick === null) continue;
    const of = (part: 'loopsPerSecond' | (typeof PARTS)[number][1]): number => product[part] / yardstick[part];
    const most = (what: string, part: (typeof PARTS)[number][1], limit: number): void =>
      add(`${what} a loop, of the yardstick's (${database})`, `≤ × ${limit}`, times(product[part], yardstick[part]), of(part) <= limit); // prettier-ignore
    add(`loops/s of 32 clients, of the yardstick's (${database})`, '≥ × 0.75, aim × 1', times(product.loopsPerSecond, yardstick.loopsPerSecond), of('loopsPerSecond') >= 0.75); // prettier-ignore
    most('backend CPU', 'serverCpuMs', 1.8);
    most('PostgreSQL CPU', 'databaseCpuMs', 1.5);
    most('WAL', 'walBytes', 1.6);
  }
  for (const { exchange, claims, readMs, storedMs } of felt) {
    if (claims > 0) add(`p99 of reads, ${claims} claims, ${exchange}`, '< 25 ms', `${figure(readMs.p99)} ms`, readMs.p99 < 25); // prettier-ignore
    if (storedMs) add(`a verdict is stored after the answer, ${storedMs.verdicts} verdicts`, '< 100 ms', `at most ${figure(storedMs.most)} ms`, storedMs.most < 100); // prettier-ignore
  }
  return targets;
}

export const targetTable = (targets: readonly Target[]): string =>
  table(
    ['target', 'wanted', 'reached', ''],
    targets.map((each) => [each.target, each.wanted, each.reached, each.met ? 'met' : 'MISSED']),
  );
