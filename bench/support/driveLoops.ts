import { awaitVerified, doStep, newPolicy, STEPS, type Policy, type Step } from './closedLoop.ts';
import { httpConnection } from './httpConnection.ts';

export type LoopRun = {
  readonly clients: number;
  readonly seconds: number;
  readonly loops: number;
  readonly requests: number;
  readonly errors: readonly string[];
  readonly latenciesMs: Readonly<Record<Step, Float64Array>>;
  /** Every policy begun, with what was acknowledged of it. */
  readonly policies: readonly Policy[];
};

/** Drives closed loops with `clients` at once until `untilLoops` are begun or `seconds` are over. */
export async function driveLoops(
  url: string,
  { clients, seconds, untilLoops = Infinity }: { clients: number; seconds: number; untilLoops?: number },
): Promise<LoopRun> {
  const latencies = Object.fromEntries(STEPS.map((step) => [step, [] as number[]])) as Record<Step, number[]>;
  const errors: string[] = [];
  const policies: Policy[] = [];
  let loops = 0;
  let requests = 0;
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1000;

  async function client(): Promise<void> {
    const connection = httpConnection(url);
    while (performance.now() < endMs && policies.length < untilLoops) {
      const policy = newPolicy();
      policies.push(policy);
      try {
        for (const step of STEPS) {
          const sentMs = performance.now();
          const answer = await doStep(connection, step, policy);
          latencies[step].push(performance.now() - sentMs);
          requests += 1;
          if (step === 'trigger' && answer.status === 202) await awaitVerified(connection, policy, Date.now() + 60_000);
        }
        loops += 1;
      } catch (error) {
        errors.push(error instanceof Error ? error.message : String(error));
      }
    }
    connection.close();
  }
  await Promise.all(Array.from({ length: clients }, client));
  return {
    clients,
    seconds: (performance.now() - startedMs) / 1000,
    loops,
    requests,
    errors,
    latenciesMs: Object.fromEntries(
      STEPS.map((step) => [step, Float64Array.from(latencies[step]).toSorted()]),
    ) as Record<Step, Float64Array>,
    policies,
  };
}

/** Several runs of the same as one. */
export function mergeRuns(runs: readonly LoopRun[]): LoopRun {
  const sum = (of: (run: LoopRun) => number): number => runs.reduce((total, run) => total + of(run), 0);
  return {
    clients: runs[0]?.clients ?? 0,
    seconds: sum((run) => run.seconds),
    loops: sum((run) => run.loops),
    requests: sum((run) => run.requests),
    errors: runs.flatMap((run) => run.errors),
    latenciesMs: Object.fromEntries(
      STEPS.map((step) => [step, Float64Array.from(runs.flatMap((run) => [...run.latenciesMs[step]])).toSorted()]),
    ) as Record<Step, Float64Array>,
    policies: runs.flatMap((run) => run.policies),
  };
}

/** The value that a share of the sorted values does not exceed; NaN without values. */
export const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
