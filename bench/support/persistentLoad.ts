import { setTimeout as pause } from 'node:timers/promises';
import { awaitVerified, doStep, newPolicy, STEPS, WrongAnswer, type Policy, type Step } from './closedLoop.ts';
import { ConnectionCut, httpConnection, type HttpConnection } from './httpConnection.ts';

/** Clients that never give up: a step that was cut off or answered with 5xx is sent again, with the same content, until it is answered. */
export type PersistentLoad = {
  /** Every policy begun, oldest first. */
  readonly policies: Policy[];
  /** Answers that no fault explains: 4xx, or claims that took a way they must not take. */
  readonly wrong: string[];
  /** How often a request was cut off or refused with 5xx, by what was said. */
  readonly retried: Map<string, number>;
  /** Lets every client finish its policy; rejects when that takes longer than `withinMs`: then something is stuck. */
  finish(withinMs: number): Promise<void>;
};

type Options = {
  readonly clients: number;
  /** The share of requests whose connection the client itself cuts before the answer is there. */
  readonly cutShare?: number;
  readonly random?: () => number;
  /** How many policies in all; without it until finish(). */
  readonly policies?: number;
  /** Waits here before the step: to have policies stand still while something is broken. */
  readonly before?: (step: Step) => Promise<void>;
};

const AGAIN_MS = 40;

/** Cut off, refused for now, or still under way from the time before (docs/errors.md: send it again). */
const isToBeSentAgain = (error: unknown): boolean =>
  error instanceof ConnectionCut ||
  (error instanceof WrongAnswer && (error.status >= 500 || error.message.includes('IDEMPOTENCY_KEY_IN_FLIGHT')));

export function persistentLoad(url: string, options: Options): PersistentLoad {
  const { cutShare = 0, random = Math.random } = options;
  const policies: Policy[] = [];
  const wrong: string[] = [];
  const retried = new Map<string, number>();
  let finishing = false;

  async function step(connection: HttpConnection, name: Step, policy: Policy): Promise<void> {
    for (;;) {
      const cut = random() < cutShare ? setTimeout(() => connection.close(), random() * 12) : undefined;
      try {
        await doStep(connection, name, policy);
        return;
      } catch (error) {
        if (!isToBeSentAgain(error)) throw error;
        const what = error instanceof WrongAnswer ? `${error.status}` : 'cut off';
        retried.set(what, (retried.get(what) ?? 0) + 1);
        await pause(AGAIN_MS);
      } finally {
        clearTimeout(cut);
      }
    }
  }

  async function verified(connection: HttpConnection, policy: Policy): Promise<string> {
    for (;;) {
      try {
        const status = await awaitVerified(connection, policy, Date.now() + 2_000);
        if (status !== 'VERIFYING') return status;
      } catch (error) {
        if (!(error instanceof ConnectionCut)) throw error;
        await pause(AGAIN_MS);
      }
    }
  }

  async function client(): Promise<void> {
    const connection = httpConnection(url, 45_000);
    while (!finishing && policies.length < (options.policies ?? Infinity)) {
      const policy = newPolicy();
      policies.push(policy);
      try {
        for (const name of STEPS) {
          await options.before?.(name);
          await step(connection, name, policy);
          if (name !== 'trigger') continue;
          const status = await verified(connection, policy);
          if (status !== 'VERIFIED_PENDING_REVIEW') throw new Error(`the claim became ${status}`);
        }
      } catch (error) {
        wrong.push(`${policy.orderId}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    connection.close();
  }

  const running = Promise.all(Array.from({ length: options.clients }, client));
  return {
    policies,
    wrong,
    retried,
    async finish(withinMs) {
      finishing = true;
      const late = new AbortController();
      const done = await Promise.race([running.then(() => true), pause(withinMs, false, { signal: late.signal })]);
      late.abort();
      if (done) return;
      const stuck = policies.filter((policy) => policy.acknowledged.length < STEPS.length);
      throw new Error(
        `stuck after ${withinMs / 1000} s: ${stuck
          .map((policy) => `${policy.orderId} after "${policy.acknowledged.at(-1)}"`)
          .slice(0, 5)
          .join(', ')}`,
      );
    },
  };
}
