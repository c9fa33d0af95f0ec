// npm run growth: what reading one, the first page, a page far down and closed loops cost in books of different sizes, filled by SQL.
// --sizes=10000,1000000 (10000000 takes about 25 GB and 20 minutes more) --seconds=8 --clients=32 --evidence=200 --rounds=3
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import pg from 'pg';
import { fillPolicies } from '../apps/liqpass-backend/test/manyPolicies.ts';
import { startPostgres } from '../scripts/localPostgres.ts';
import { ADMIN_KEY, startBackendProcess, type BackendProcess } from './support/backendProcess.ts';
import { compareWithAcknowledged, withDatabase } from './support/checkDatabase.ts';
import type { Policy } from './support/closedLoop.ts';
import { driveLoops, percentile } from './support/driveLoops.ts';
import { httpConnection, type HttpConnection } from './support/httpConnection.ts';
import { figure, keepResults, machine, setting, settingNumber, table } from './support/report.ts';
import { standInVerifier } from './support/standInVerifier.ts';

const sizes = setting('sizes', '10000,1000000').split(',').map(Number);
const seconds = settingNumber('seconds', 8);
const clients = settingNumber('clients', 32);
const rounds = settingNumber('rounds', 3);
const evidenceBytes = settingNumber('evidence', 200);
/** How far down the far page is; a smaller book is read at its half. */
const DEPTH = 100_000;
const READS = 100;
/** What a policy and its claim take on disk with this fill, indexes and WAL included, rounded up. */
const BYTES_A_POLICY = 2_400 + evidenceBytes;

const measures = [
  'read an order',
  'read a claim',
  'claims, first page',
  'claims, far down',
  'claims by amount, far down',
  'orders, first page',
  'orders, far down',
] as const;
type Measure = (typeof measures)[number];
type Book = {
  readonly policies: number;
  readonly depth: number;
  readonly fillSeconds: number;
  readonly databaseBytes: number;
  readonly paths: Readonly<Record<Measure, readonly string[]>>;
  readonly backend: BackendProcess;
  readonly url: string;
  readonly latencies: Record<Measure, number[]>;
  readonly loopsPerSecond: number[];
  readonly done: Policy[];
};

const postgres = await startPostgres({
  durable: true,
  settings: [
    'max_wal_size=4GB',
    'checkpoint_timeout=30min',
    // As a server for such a book would have it; the same for each book.
    'shared_buffers=2GB',
    'maintenance_work_mem=1GB',
    'max_parallel_workers_per_gather=0',
  ],
});
const verifier = await standInVerifier();
const books: Book[] = [];
const wrong: string[] = [];
const admin = { 'x-admin-key': ADMIN_KEY };

async function ask(connection: HttpConnection, path: string): Promise<string> {
  const answer = await connection.request({ method: 'GET', path, headers: admin });
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
  return answer.text;
}

const seal = (text: string): string => Buffer.from(text).toString('base64url');

/** The paths measured, with the cursors of the rows `depth` down: keysets, so that what lies above is not read for them. */
async function pathsOf(pool: pg.Pool, depth: number): Promise<Book['paths']> {
  // Far more than are asked for: most orders are their wallet's to read.
  const idsOf = async (name: string, which = 'true'): Promise<string[]> =>
    (
      await pool.query<{ id: string }>(
        `select id from ${name} tablesample system_rows (${READS * 50}) where ${which} order by random() limit ${READS}`,
      )
    ).rows.map(({ id }) => id);
  const rowAt = async (columns: string, rest: string): Promise<{ key: string; id: string }> => {
    const { rows } = await pool.query<{ key: string; id: string }>(
      `select ${columns} as key, id from ${rest}, id desc offset ${depth} limit 1`,
    );
    if (!rows[0]) throw new Error(`there are no ${depth} rows`);
    return rows[0];
  };
  await pool.query('create extension if not exists tsm_system_rows');
  const amount = 'coalesce(payout_amount_usdc, 0)';
  const ms = '(extract(epoch from created_at) * 1000)::bigint::text';
  const newest = await rowAt(ms, 'insurance_claims order by created_at desc');
  const dear = await rowAt(`${amount}::text`, `insurance_claims order by ${amount} desc`);
  const order = await rowAt(
    ms,
    'purchase_orders where not (paid_at is null and reported_at is not null) order by created_at desc',
  );
  const at = new Date(Number(newest.key)).toISOString();
  return {
    'read an order': (await idsOf('purchase_orders', 'owner is null')).map((id) => `/api/purchase-orders/${id}`),
    'read a claim': (await idsOf('insurance_claims')).map((id) => `/admin/claims/${id}`),
    'claims, first page': ['/admin/claims?limit=50'],
    'claims, far down': [`/admin/claims?limit=50&cursor=${seal(JSON.stringify(['newest', at, newest.id]))}`],
    'claims by amount, far down': [
      `/admin/claims?limit=50&sort=amount_high&cursor=${seal(JSON.stringify(['amount_high', dear.key, dear.id]))}`,
    ],
    'orders, first page': ['/admin/purchase-orders?limit=50'],
    'orders, far down': [`/admin/purchase-orders?limit=50&cursor=${seal(`0|${order.key}|${order.id}`)}`],
  };
}

async function openBook(policies: number): Promise<Book> {
  const url = postgres.url.replace(/postgres$/, `book_${policies}`);
  await withDatabase(postgres.url, (pool) => pool.query(`create database book_${policies}`));
  // The product's own process makes the schema, its queue's too.
  const first = await startBackendProcess({ databaseUrl: url, verifierUrl: verifier.url });
  await first.stop();
  const fill = new pg.Client({ connectionString: url });
  // Whatever went wrong is told by the query that failed, not by its connection's end.
  fill.on('error', () => undefined);
  await fill.connect();
  const began = performance.now();
  await fillPolicies(fill, policies, evidenceBytes);
  const fillSeconds = (performance.now() - began) / 1000;
  await fill.query('vacuum analyze purchase_orders, insurance_claims');
  await fill.query('checkpoint');
  const { rows } = await fill.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes');
  await fill.end();
  const depth = Math.min(DEPTH, policies / 2);
  const paths = await withDatabase(url, (pool) => pathsOf(pool, depth));
  const databaseBytes = Number(rows[0]?.bytes ?? 0);
  console.log(`${policies} policies: filled in ${fillSeconds.toFixed(0)} s, ${figure(databaseBytes / 2 ** 20)} MiB`);
  const backend = await startBackendProcess({ databaseUrl: url, verifierUrl: verifier.url });
  const latencies = Object.fromEntries(measures.map((measure) => [measure, [] as number[]])) as Book['latencies'];
  return { policies, depth, fillSeconds, databaseBytes, paths, backend, url, latencies, loopsPerSecond: [], done: [] };
}

async function readPages(book: Book): Promise<void> {
  const connection = httpConnection(book.backend.url);
  for (const measure of measures) {
    const paths = book.paths[measure];
    for (let index = 0; index < READS; index += 1) {
      const sent = performance.now();
      await ask(connection, paths[index % paths.length] ?? '');
      book.latencies[measure].push(performance.now() - sent);
    }
  }
  connection.close();
}

async function drive(book: Book, forSeconds: number, counted: boolean): Promise<void> {
  const run = await driveLoops(book.backend.url, { clients, seconds: forSeconds });
  book.done.push(...run.policies);
  if (counted) book.loopsPerSecond.push(run.loops / run.seconds);
  if (run.errors.length > 0) wrong.push(`${book.policies}: ${run.errors.length} loops failed: ${run.errors[0]}`);
}

try {
  console.log(machine());
  const free = statfsSync(tmpdir());
  const needed = sizes.reduce((sum, size) => sum + size, 0) * BYTES_A_POLICY;
  if (free.bavail * free.bsize < needed) throw new Error(`${figure(needed / 2 ** 30)} GiB are needed in ${tmpdir()}`);
  for (const size of sizes) books.push(await openBook(size));
  for (const book of books) await drive(book, 3, false);
  // In turns, so that whatever else the machine does falls on each of them.
  for (let round = 0; round < rounds; round += 1) {
    for (const book of books) await readPages(book);
    for (const book of books) await drive(book, seconds, true);
  }
  for (const book of books) {
    await book.backend.stop();
    wrong.push(...(await withDatabase(book.url, (pool) => compareWithAcknowledged(pool, book.done))).map((sentence) => `${book.policies}: ${sentence}`)); // prettier-ignore
  }
} finally {
  for (const book of books) await book.backend.stop();
  await verifier.close();
  await postgres.remove();
}

const median = (values: readonly number[]): number => percentile(Float64Array.from(values).toSorted(), 0.5);
const p99 = (values: readonly number[]): number => percentile(Float64Array.from(values).toSorted(), 0.99);
const smallest = books[0];
if (smallest) {
  const ratio = (of: (book: Book) => number, book: Book): string => `× ${figure(of(book) / of(smallest))}`;
  const heads = books.flatMap((book) => [book.policies.toLocaleString('en'), ...(book === smallest ? [] : ['ratio'])]);
  const line = (name: string, of: (book: Book) => number): (string | number)[] => [
    name,
    ...books.flatMap((book) => [of(book), ...(book === smallest ? [] : [ratio(of, book)])]),
  ];
  console.log(
    `\n${table(
      ['policies and claims', ...heads],
      [
        ...measures.flatMap((measure) => [
          line(`${measure}, p50 ms`, (book) => median(book.latencies[measure])),
          line(`${measure}, p99 ms`, (book) => p99(book.latencies[measure])),
        ]),
        line(`closed loops/s, ${clients} clients`, (book) => median(book.loopsPerSecond)),
        line('bytes a policy', (book) => book.databaseBytes / book.policies),
      ],
    )}`,
  );
  console.log(`\n"far down" is ${books.map(({ depth }) => depth.toLocaleString('en')).join(', ')} rows down`);
  for (const book of books)
    console.log(`loops/s in turns, ${book.policies}: ${book.loopsPerSecond.map(figure).join(', ')}`);
}
/** Growth's target: how much slower the loop may be in the largest book than in the smallest. */
const LEAST_SHARE = 0.9;
const largest = books.at(-1);
const loopShare = smallest && largest ? median(largest.loopsPerSecond) / median(smallest.loopsPerSecond) : Number.NaN;
if (books.length > 1)
  console.log(
    `\ntarget: loops/s in the largest book ≥ ${LEAST_SHARE * 100} % of the smallest: ${figure(loopShare * 100)} %, ${loopShare >= LEAST_SHARE ? 'met' : 'MISSED'}`,
  );
const kept = books.map(({ backend: _backend, done, paths: _paths, latencies, ...book }) => ({
  ...book,
  loops: done.length,
  latencyMs: Object.fromEntries(
    measures.map((measure) => [measure, { p50: median(latencies[measure]), p99: p99(latencies[measure]) }]),
  ),
}));
console.log(
  `\nkept in ${keepResults('growth', { seconds, clients, rounds, evidenceBytes, loopShare, books: kept, wrong })}`,
);
if (wrong.length > 0) {
  console.error(`\nWRONG:\n${wrong.join('\n')}`);
  process.exitCode = 1;
} else console.log('every acknowledged loop is in its database, once, with its audit rows');
