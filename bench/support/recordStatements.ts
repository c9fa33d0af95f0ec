import pg from 'pg';
import { buildLogger } from '@liqpass/service/logger';
import { readConfig } from '../../apps/liqpass-backend/src/config.ts';
import { startBackend } from '../../apps/liqpass-backend/src/startBackend.ts';
import { backendEnvironment } from './backendProcess.ts';
import { doStep, newPolicy, STEPS, type Policy, type Step } from './closedLoop.ts';
import { httpConnection } from './httpConnection.ts';

/** One statement as it went to the database during a loop, and which step waited for it. */
export type Statement = {
  readonly step: Step;
  /** Statements of one transaction share a number; null outside transactions. */
  readonly transaction: number | null;
  readonly text: string;
  readonly values: readonly unknown[];
  /** The first column named id of what came back: later statements may name those rows. */
  readonly returnedIds: readonly string[];
};

export type Recording = { readonly policy: Policy; readonly statements: readonly Statement[] };

type Seen = {
  at: number;
  connection: object;
  step: Step;
  text: string;
  values: readonly unknown[];
  returnedIds: string[];
  rows: number;
};

/**
 * Plays one loop against the product inside this process and keeps what it says to PostgreSQL: the same statements, in the
 * same transactions, as every loop does now. Polls and upkeep that belong to no loop are left out.
 */
export async function recordStatements(databaseUrl: string, verifierUrl: string): Promise<Recording> {
  const config = readConfig(backendEnvironment({ databaseUrl, verifierUrl }, 0));
  const seen: Seen[] = [];
  let step: Step = 'create';
  const restore = listen((connection, text, values) => {
    const kept: Seen = { at: seen.length, connection, step, text, values, returnedIds: [], rows: 0 };
    seen.push(kept);
    return (rows) => {
      kept.rows = rows.length;
      kept.returnedIds = rows.flatMap((row) => (typeof row['id'] === 'string' ? [row['id']] : []));
    };
  });
  // Listening first: connections keep what they were made with.
  const backend = await startBackend(config, buildLogger('bench', 'silent'));
  const policy = newPolicy();
  const connection = httpConnection(backend.address);
  try {
    for (step of STEPS) {
      await doStep(connection, step, policy);
      // What follows an answer (the job's end) belongs to the step that caused it.
      if (step === 'trigger') await new Promise((resolve) => setTimeout(resolve, 300));
    }
  } finally {
    restore();
    connection.close();
    await backend.stop();
  }
  return { policy, statements: ofTheLoop(seen, policy) };
}

/** Calls back with every statement that goes through the driver; the callback's result is called with its rows. */
function listen(
  onStatement: (
    connection: object,
    text: string,
    values: readonly unknown[],
  ) => (rows: readonly Record<string, unknown>[]) => void,
): () => void {
  // Called with the client it was called on.
  const original: (...args: unknown[]) => unknown = Reflect.get(pg.Client.prototype, 'query');
  type Result = { rows: Record<string, unknown>[] };
  function recorded(this: object, ...args: unknown[]): unknown {
    const [first, second] = args;
    const config =
      typeof first === 'object' && first !== null ? (first as { text?: string; values?: unknown[] }) : null;
    const text = config ? config.text : first;
    if (typeof text !== 'string') return Reflect.apply(original, this, args);
    const done = onStatement(this, text, config?.values ?? (Array.isArray(second) ? second : []));
    const callbackAt = args.findIndex((each) => typeof each === 'function');
    if (callbackAt >= 0) {
      const callback = args[callbackAt] as (error: unknown, result?: Result) => void;
      args[callbackAt] = (error: unknown, result?: Result) => {
        if (result) done(result.rows ?? []);
        callback(error, result);
      };
      return Reflect.apply(original, this, args);
    }
    const answered: unknown = Reflect.apply(original, this, args);
    if (answered instanceof Promise)
      void answered.then(
        (result: Result) => done(result.rows ?? []),
        () => undefined,
      );
    return answered;
  }
  Reflect.set(pg.Client.prototype, 'query', recorded);
  return () => {
    Reflect.set(pg.Client.prototype, 'query', original);
  };
}

/** A text that ends its transaction as well leaves none open. */
const isBegin = (text: string): boolean =>
  /^\s*(begin|start transaction)/i.test(text) && !/\b(commit|rollback)\s*;?\s*$/i.test(text);
const isEnd = (text: string): boolean => /^\s*(commit|rollback)/i.test(text);

/** The statements that name the policy, or rows that such a statement returned; whole transactions of them. */
function ofTheLoop(seen: readonly Seen[], policy: Policy): Statement[] {
  const tokens = new Set([policy.orderId, policy.claimId, policy.ordId, policy.txHash, policy.multisigTxHash]);
  const names = (value: unknown): boolean => {
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
    return [...tokens].some((token) => token !== null && text.includes(token));
  };
  const transactionOf = new Map<Seen, number>();
  const open = new Map<object, number>();
  let count = 0;
  for (const each of seen) {
    if (isBegin(each.text)) open.set(each.connection, (count += 1));
    const transaction = open.get(each.connection);
    if (transaction !== undefined) transactionOf.set(each, transaction);
    if (isEnd(each.text)) open.delete(each.connection);
  }
  const own = new Set<Seen>();
  for (const each of seen) {
    // A worker fetches jobs without naming them: the fetch that found one is the loop's.
    const fetchesJob = /pgboss\.job/i.test(each.text) && each.rows > 0 && each.returnedIds.length > 0;
    // A list names no policy and has no transaction; whatever else is said meanwhile is upkeep: polls, and sealing.
    const lists =
      each.step === 'list' &&
      !transactionOf.has(each) &&
      !/pgboss|leases|sales_stops|rate_limits|audit_|market_/i.test(each.text);
    if (!fetchesJob && !lists && !each.values.some(names)) continue;
    own.add(each);
    if (fetchesJob) for (const id of each.returnedIds) tokens.add(id);
  }
  const transactions = new Set([...own].flatMap((each) => transactionOf.get(each) ?? []));
  const beginOf = new Map([...transactionOf].toReversed().map(([each, transaction]) => [transaction, each.at]));
  // What came between the statements of a transaction by chance comes after it: who plays this holds one connection at a time.
  const placeOf = (each: Seen): number => beginOf.get(transactionOf.get(each) ?? -1) ?? each.at;
  return seen
    .filter((each) => own.has(each) || transactions.has(transactionOf.get(each) ?? -1))
    .toSorted((a, b) => placeOf(a) - placeOf(b))
    .map((each) => ({
      step: each.step,
      transaction: transactionOf.get(each) ?? null,
      text: each.text,
      values: each.values,
      returnedIds: each.returnedIds,
    }));
}

/** Round trips to the database of each step. */
export function roundTrips(recording: Recording): Record<Step, number> {
  const count = Object.fromEntries(STEPS.map((step) => [step, 0])) as Record<Step, number>;
  for (const { step } of recording.statements) count[step] += 1;
  return count;
}
