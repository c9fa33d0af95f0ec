import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { newPolicy } from './closedLoop.ts';
import type { Recording, Statement } from './recordStatements.ts';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Plays recorded loops straight at the database with `clients` at once: what node and pg reach without HTTP. Answers with loops/s. */
export async function replayWithNode(
  pool: Pool,
  recording: Recording,
  clients: number,
  seconds: number,
): Promise<{ loopsPerSecond: number; errors: string[] }> {
  const errors: string[] = [];
  let loops = 0;
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1000;
  async function client(): Promise<void> {
    while (performance.now() < endMs) {
      try {
        await playLoop(pool, recording);
        loops += 1;
      } catch (error) {
        errors.push(error instanceof Error ? error.message : String(error));
      }
    }
  }
  await Promise.all(Array.from({ length: clients }, client));
  return { loopsPerSecond: loops / ((performance.now() - startedMs) / 1000), errors };
}

/** One loop with ids of its own in the place of the recorded ones. */
async function playLoop(pool: Pool, { policy, statements }: Recording): Promise<void> {
  const fresh = newPolicy();
  const renamed = new Map<string, string>([
    [policy.ordId, fresh.ordId],
    [policy.txHash, fresh.txHash],
    [policy.multisigTxHash, fresh.multisigTxHash],
  ]);
  const uuid = (recorded: string): string => {
    const known = renamed.get(recorded) ?? randomUUID();
    renamed.set(recorded, known);
    return known;
  };
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== 'string') return value;
    let text = value.replace(UUID, uuid);
    for (const token of [policy.ordId, policy.txHash, policy.multisigTxHash])
      if (text.includes(token)) text = text.replaceAll(token, renamed.get(token) ?? token);
    return text;
  };
  // A transaction holds its connection, as in the product.
  const held = new Map<number, PoolClient>();
  try {
    for (const statement of statements) {
      const client = await connectionOf(pool, held, statement);
      const result = await (client ?? pool).query(statement.text, statement.values.map(rename));
      bind(renamed, statement, result.rows as { id?: unknown }[]);
      if (client && /^\s*(commit|rollback)/i.test(statement.text) && statement.transaction !== null) {
        held.delete(statement.transaction);
        client.release();
      }
    }
  } finally {
    for (const client of held.values()) client.release(true);
  }
}

async function connectionOf(
  pool: Pool,
  held: Map<number, PoolClient>,
  { transaction }: Statement,
): Promise<PoolClient | null> {
  if (transaction === null) return null;
  const client = held.get(transaction) ?? (await pool.connect());
  held.set(transaction, client);
  return client;
}

/** Rows that the database named itself: later statements mean the rows that came back now. */
function bind(renamed: Map<string, string>, { returnedIds }: Statement, rows: readonly { id?: unknown }[]): void {
  for (const [index, recorded] of returnedIds.entries()) {
    const now = rows[index]?.id;
    if (typeof now === 'string' && !renamed.has(recorded)) renamed.set(recorded, now);
  }
}
