// npm run bench:log: how fast the public log grows, in memory and in PostgreSQL; how long a proof takes in a log of ten million entries;
// and how long the tree of what is owed. --entries=200000 --steps=50000 --size=10000000 --proofs=2000 --covers=100000
import { randomBytes, randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usdc } from '@liqpass/kernel/money';
import { formatIso } from '@liqpass/kernel/time';
import { signCheckpoint } from '@liqpass/log/checkpoint';
import { coverEntryOf, entryBytes, makeOpening } from '@liqpass/log/entry';
import {
  EMPTY_FRONTIER,
  frontierRoot,
  growFrontier,
  hashEntry,
  holdsInclusion,
  proveInclusion,
  treeRoot,
} from '@liqpass/log/merkle';
import { NOTE_KEY, signerKey } from '@liqpass/log/note';
import { buildSumTree } from '@liqpass/log/sumTree';
import { nodesFromTiles, type ReadTile } from '@liqpass/log/tiles';
import pg from 'pg';
import { readHashes } from '../apps/liqpass-backend/src/db/log/logRepo.ts';
import { migrateToLatest } from '../apps/liqpass-backend/src/db/platform/migrate.ts';
import { openDatabase } from '../apps/liqpass-backend/src/db/platform/database.ts';
import { appendLog } from '../apps/liqpass-backend/src/services/log/appendLog.ts';
import type { LogContext, LogSettings } from '../apps/liqpass-backend/src/services/log/logContext.ts';
import { fillPolicies } from '../apps/liqpass-backend/test/manyPolicies.ts';
import { startPostgres } from '../scripts/localPostgres.ts';
import { percentile } from './support/driveLoops.ts';
import { keepResults, machine, settingNumber, table, type Cell } from './support/report.ts';

const entryCount = settingNumber('entries', 200_000);
const stepCount = settingNumber('steps', 50_000);
const size = settingNumber('size', 10_000_000);
const proofCount = settingNumber('proofs', 2_000);
const coverCount = settingNumber('covers', 100_000);
const BATCH = 2_000;
console.log(machine(), { entryCount, stepCount, size, proofCount, coverCount });

const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count));
const signer = signerKey('bench.example/log', NOTE_KEY, random(32));
const rows: Cell[][] = [];
const seconds = (sinceMs: number): number => (performance.now() - sinceMs) / 1_000;
const of = (times: readonly number[]): Cell[] => {
  const sorted = Float64Array.from(times).toSorted();
  return [percentile(sorted, 0.5), percentile(sorted, 0.99), sorted.at(-1) ?? null];
};
/** CPU seconds of this process, which others on the machine change less than the clock. */
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Entries made, hashed and grown into the tree, with a checkpoint signed for each two thousand. */
function growInMemory(): void {
  let frontier = EMPTY_FRONTIER;
  const [startedMs, startedCpu] = [performance.now(), cpuSeconds()];
  for (let from = 0; from < entryCount; from += BATCH) {
    const leaves = Array.from({ length: Math.min(BATCH, entryCount - from) }, (_, at) => {
      const opened = makeOpening('sold', { premium: '1.00', payout: '50.00', order: from + at }, random);
      return hashEntry(entryBytes(coverEntryOf(formatIso(1_800_000_000_000 + from + at), opened)));
    });
    ({ frontier } = growFrontier(frontier, leaves));
    signCheckpoint({ origin: signer.verifier.name, size: frontier.size, root: frontierRoot(frontier) }, signer);
  }
  rows.push(['entries/s, made, hashed, checkpoints signed', entryCount / seconds(startedMs), null, null]);
  rows.push(['the same by CPU second', entryCount / (cpuSeconds() - startedCpu), null, null]);
}

/** Proofs out of tiles that lie in memory as they would in files; the tree holds random leaves. */
async function proveInMemory(): Promise<void> {
  const leaves = randomBytes(size * 32);
  const levels = [leaves];
  for (let level = leaves; level.length >= 256 * 32;) {
    const hashes = Array.from({ length: Math.floor(level.length / (256 * 32)) }, (_, tile) => {
      const below = level;
      const { frontier } = growFrontier(
        EMPTY_FRONTIER,
        Array.from({ length: 256 }, (__, at) => below.subarray((tile * 256 + at) * 32, (tile * 256 + at + 1) * 32)),
      );
      return frontierRoot(frontier);
    });
    level = Buffer.concat(hashes);
    levels.push(level);
  }
  let reads = 0;
  const readTile: ReadTile = ({ level, index, width }) => {
    reads += 1;
    const tile = level === 'entries' ? undefined : levels[level];
    const hash = (at: number): Uint8Array => tile?.subarray(at * 32, (at + 1) * 32) ?? new Uint8Array();
    return Promise.resolve(Array.from({ length: width }, (_, at) => hash(index * 256 + at)));
  };
  const root = await treeRoot(nodesFromTiles(readTile, size), size);
  reads = 0;
  rows.push(
    ...(await proofs('from tiles in memory', readTile, (proof, index) => {
      const leaf = leaves.subarray(index * 32, index * 32 + 32);
      if (!holdsInclusion(proof, leaf, index, size, root)) throw new Error(`the proof of ${index} does not hold`);
    })),
  );
  console.log(`${(reads / proofCount).toFixed(1)} tiles read a proof`);
}

/** Proofs of entries here and there, each read anew. */
async function proofs(
  where: string,
  readTile: ReadTile,
  check: (proof: readonly Uint8Array[], index: number) => void,
): Promise<Cell[][]> {
  const times: number[] = [];
  let cpu = 0;
  for (let round = 0; round < proofCount; round += 1) {
    const index = randomInt(size);
    const [startedMs, startedCpu] = [performance.now(), cpuSeconds()];
    const proof = await proveInclusion(nodesFromTiles(readTile, size), index, size);
    times.push(performance.now() - startedMs);
    cpu += cpuSeconds() - startedCpu;
    check(proof, index);
  }
  return [
    [`proof ${where}, ms, ${size} entries`, ...of(times)],
    ['the same in CPU ms of this process, mean', (cpu * 1_000) / proofCount, null, null],
  ];
}

/** What the appender does with a backlog of steps, and what a proof costs where tiles are made out of ten million rows. */
async function inPostgres(): Promise<void> {
  const postgres = await startPostgres({ durable: true, settings: ['max_wal_size=4GB', 'shared_buffers=1GB'] });
  const folder = mkdtempSync(join(tmpdir(), 'liqpass-bench-log-'));
  const log = { warn: console.warn, info: () => undefined, error: console.error } as unknown as LogContext['log'];
  const database = await openDatabase(postgres.url, log);
  const client = new pg.Client({ connectionString: postgres.url });
  try {
    await migrateToLatest(database.db);
    await client.connect();
    await fillPolicies(client, stepCount);
    await client.query('truncate audit_log cascade');
    await client.query(`insert into audit_log (at, actor, action, subject_type, subject_id, stamp)
      select now(), 'system', 'bind', 'purchase_order', id, '' from purchase_orders`);
    await client.query('analyze');
    const publicLog: LogSettings = { signers: [signer], statePath: join(folder, 'state'), witnesses: [] };
    const ctx: LogContext = {
      database,
      db: database.db,
      clock: { now: () => Date.now() },
      log,
      watch: null,
      settings: { publicLog },
    };
    const times: number[] = [];
    const startedMs = performance.now();
    for (let appended = 1, look: 'far' | 'near' = 'far'; appended > 0; look = 'near') {
      const askedMs = performance.now();
      appended = await appendLog(ctx, publicLog, look);
      times.push(performance.now() - askedMs);
    }
    rows.push(['steps/s out of the trail, in PostgreSQL', stepCount / seconds(startedMs), null, null]);
    rows.push(['one append, ms', ...of(times)]);
  } finally {
    await client.end();
    await database.close();
    await postgres.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function proveInPostgres(): Promise<void> {
  const postgres = await startPostgres({
    settings: ['max_wal_size=8GB', 'shared_buffers=1GB', 'maintenance_work_mem=1GB'],
  });
  const log = { warn: console.warn };
  const database = await openDatabase(postgres.url, log);
  const client = new pg.Client({ connectionString: postgres.url });
  try {
    await migrateToLatest(database.db);
    await client.connect();
    // Hashes of nothing: what a proof costs is the same.
    await client.query('drop index log_entries_order, log_entries_clear, log_entries_audit');
    await client.query(`set session_replication_role = replica; set statement_timeout = 0`);
    await client.query(`insert into log_entries (index, type, entry, leaf)
      select i, 'audit', '{}', sha256(i::text::bytea) from generate_series(0, ${size - 1}) i`);
    for (let level = 1, count = Math.floor(size / 256); count > 0; level += 1, count = Math.floor(count / 256))
      await client.query(`insert into log_nodes (level, index, hash)
        select ${level * 8}, i, sha256(i::text::bytea) from generate_series(0, ${count - 1}) i`);
    await client.query('analyze log_entries, log_nodes');
    const readTile: ReadTile = ({ level, index, width }) => readHashes(database.db, Number(level), index * 256, width);
    rows.push(...(await proofs('out of PostgreSQL', readTile, () => undefined)));
  } finally {
    await client.end();
    await database.close();
    await postgres.remove();
  }
}

function owed(): void {
  const covers = Array.from({ length: coverCount }, (_, at) => ({ subject: random(32), amount: usdc(BigInt(at + 1)) }));
  const cpu: number[] = [];
  const times = Array.from({ length: 9 }, () => {
    const [startedMs, startedCpu] = [performance.now(), cpuSeconds()];
    buildSumTree(covers, () => random(32));
    cpu.push(cpuSeconds() - startedCpu);
    return seconds(startedMs);
  });
  rows.push([`sum tree of ${coverCount} covers, s`, ...of(times)]);
  rows.push(['the same in CPU seconds', ...of(cpu)]);
}

const only = process.argv.find((word) => word.startsWith('--only='))?.slice('--only='.length);
const parts: Record<string, () => void | Promise<void>> = {
  memory: growInMemory,
  owed,
  proofs: proveInMemory,
  append: inPostgres,
  proofsInPostgres: proveInPostgres,
};
for (const [name, part] of Object.entries(parts)) if (only === undefined || only === name) await part();
console.log(table(['', 'median or rate', 'p99', 'most'], rows));
keepResults('publicLog', { rows });
