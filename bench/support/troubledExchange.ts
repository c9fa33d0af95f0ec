import { setTimeout as pause } from 'node:timers/promises';
import type { BackendProcess } from './backendProcess.ts';
import { doStep, newPolicy, requestOf, type Policy, type Step } from './closedLoop.ts';
import { percentile } from './driveLoops.ts';
import { httpConnection } from './httpConnection.ts';
import type { StandInVerifier, VerifierMood } from './standInVerifier.ts';

/** What others feel while claims wait for an exchange, or fail at it. */
export type Felt = {
  readonly exchange: string;
  /** How many claims wait or fail meanwhile. */
  readonly claims: number;
  /** How long it took to put them all on file, filed at once; reads are measured from then on. */
  readonly filedWithinMs: number | null;
  readonly reads: number;
  readonly readMs: { p50: number; p95: number; p99: number };
  /** From the verifier's answer to the trigger's, which follows the storing: an upper bound of what storing took. */
  readonly storedMs: { p50: number; most: number; verdicts: number } | null;
  readonly wrong: readonly string[];
};

const READERS = 4;
/** A reader's pause between two reads: 4 readers make some 300 reads a second, far from what the machine can do. */
const READ_EVERY_MS = 10;

/**
 * Files `claims` at once with the verifier in a mood, and while they wait or fail reads orders and the list of claims, for `seconds`.
 * Without claims it is what reading costs in peace, in the same run.
 */
export async function readInTrouble(
  backend: BackendProcess,
  verifier: StandInVerifier,
  trouble: {
    readonly exchange: string;
    readonly mood: VerifierMood;
    readonly claims: number;
    readonly seconds: number;
  },
): Promise<{ felt: Felt; policies: Policy[] }> {
  verifier.mood = { answersAfterMs: 0 };
  const known = await paidPolicies(backend.url, READERS);
  const claimed = await paidPolicies(backend.url, trouble.claims);
  const errors: string[] = [];
  const connection = httpConnection(backend.url);
  for (const policy of known) await doStep(connection, 'trigger', policy);
  connection.close();

  verifier.mood = trouble.mood;
  const storedMs: number[] = [];
  const filing = Promise.all(
    claimed.map(async (policy) => {
      const own = httpConnection(backend.url);
      try {
        const answer = await doStep(own, 'trigger', policy);
        const answeredAtMs = verifier.answeredAtMs.get(policy.ordId);
        // 202: the trigger waited as long as it may, and the verdict came later.
        if (answer.status === 200 && answeredAtMs !== undefined) storedMs.push(Date.now() - answeredAtMs);
      } catch (error) {
        errors.push(error instanceof Error ? error.message : String(error));
      } finally {
        own.close();
      }
    }),
  );
  const filedWithinMs = await untilOnFile(backend.url, claimed);
  const readsMs = await readFor(backend.url, known, trouble.seconds * 1000, errors);
  verifier.mood = { answersAfterMs: 0 };
  await filing;
  const sorted = Float64Array.from(readsMs).toSorted();
  const stored = Float64Array.from(storedMs).toSorted();
  return {
    policies: [...known, ...claimed],
    felt: {
      exchange: trouble.exchange,
      claims: trouble.claims,
      filedWithinMs,
      reads: sorted.length,
      readMs: { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99) },
      storedMs:
        stored.length === 0
          ? null
          : { p50: percentile(stored, 0.5), most: stored.at(-1) ?? Number.NaN, verdicts: stored.length },
      wrong: errors,
    },
  };
}

const BEFORE_A_CLAIM: readonly Step[] = ['create', 'bind', 'mark paid'];

async function paidPolicies(url: string, count: number): Promise<Policy[]> {
  const connection = httpConnection(url);
  const policies = Array.from({ length: count }, newPolicy);
  for (const policy of policies) for (const step of BEFORE_A_CLAIM) await doStep(connection, step, policy);
  connection.close();
  return policies;
}

/** Waits until every policy has its claim; how long that took, or null where there are none. */
async function untilOnFile(url: string, policies: readonly Policy[]): Promise<number | null> {
  const begunMs = performance.now();
  const connection = httpConnection(url);
  for (const policy of policies) {
    for (;;) {
      const { text } = await connection.request(requestOf('read', policy));
      if ((JSON.parse(text) as { claim_id?: string | null }).claim_id) break;
      await pause(5);
    }
  }
  connection.close();
  return policies.length === 0 ? null : performance.now() - begunMs;
}

/** One reader for each policy: the order, the list of claims, in turns. */
async function readFor(url: string, policies: readonly Policy[], forMs: number, errors: string[]): Promise<number[]> {
  const latenciesMs: number[] = [];
  const endMs = performance.now() + forMs;
  await Promise.all(
    policies.map(async (policy) => {
      const connection = httpConnection(url);
      for (let turn = 0; performance.now() < endMs; turn += 1) {
        const sentMs = performance.now();
        const answer = await connection.request(requestOf(turn % 2 === 0 ? 'read' : 'list', policy));
        latenciesMs.push(performance.now() - sentMs);
        if (answer.status !== 200) errors.push(`a read was answered ${answer.status}`);
        await pause(READ_EVERY_MS);
      }
      connection.close();
    }),
  );
  return latenciesMs;
}
