import { CLAIM_STATUSES, PURCHASE_ORDER_STATUSES } from '@liqpass/kernel/vocabulary';
import { Kysely, PostgresDialect } from 'kysely';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { SYSTEM, type AuditEntry } from '../src/db/audit/auditRepo.ts';
import { countClaimsByStatus, recordAttempt, reopenFailedClaim } from '../src/db/claimsRepo.ts';
import { approveClaim, markClaimPaid, rejectClaim } from '../src/db/decisionsRepo.ts';
import { releaseHold } from '../src/db/holdsRepo.ts';
import { holdHedged } from '../src/db/hedgesRepo.ts';
import { listClaimsForReview, reviewCursorOf, type ReviewFilter, type ReviewSort } from '../src/db/claimReviewRepo.ts';
import type { Database, Db } from '../src/db/platform/database.ts';
import { listPurchaseOrders } from '../src/db/orderPagesRepo.ts';
import { countQueue } from '../src/db/queueRepo.ts';
import type { Tables } from '../src/db/platform/tables.ts';
import { readSearched } from '../src/domain/searched.ts';
import { BUSY_OWNER, fillPolicies } from './manyPolicies.ts';
import { onPostgres, testDatabase } from './testDatabase.ts';

const skip = onPostgres ? false : 'plans are read on PostgreSQL: what the embedded engine holds is small';
const POLICIES = 40_000;
const LIMIT = 51;
const DEPTH = 8_000;
/** Claims that wait for a person. A page of the paid ones, which are nearly all, may walk past those: not past the book. */
const WAITING = (2 * POLICIES) / 50;

let database: Database;
let recorded: { sql: string; parameters: readonly unknown[] }[] = [];
let db: Db;
before(async () => {
  if (!onPostgres) return;
  ({ database } = await testDatabase());
  const client = await database.pool.connect();
  try {
    await fillPolicies(client, POLICIES);
  } finally {
    client.release();
  }
  db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: database.pool }),
    log: ({ query }) => {
      recorded.push({ sql: query.sql, parameters: query.parameters });
    },
  });
});
after(() => database?.close());

type Node = {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: Node[];
};
const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
const literal = (value: unknown): string => {
  if (value instanceof Date) return `'${value.toISOString()}'`;
  if (Array.isArray(value)) return `'{${value.join(',')}}'`;
  return typeof value === 'number' ? String(value) : typeof value === 'string' ? pg.escapeLiteral(value) : 'null';
};

/** How the server carries out what `list` sends, as the driver sends it: prepared, and by then so often that its plan may be a general one. */
async function plansOf(list: () => Promise<unknown>): Promise<Node[][]> {
  recorded = [];
  await list();
  const client = await database.pool.connect();
  try {
    const plans: Node[][] = [];
    for (const { sql, parameters } of recorded) {
      await client.query(`prepare page as ${sql}`);
      const execute = `explain (analyze, format json) execute page${parameters.length > 0 ? `(${parameters.map(literal).join(', ')})` : ''}`;
      for (let times = 0; times < 6; times += 1) await client.query(execute);
      const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Node }[] }>(execute);
      await client.query('deallocate page');
      plans.push(rows[0]?.['QUERY PLAN'].flatMap(({ Plan }) => nodesOf(Plan)) ?? []);
    }
    assert.ok(plans.length > 0, 'a statement was recorded');
    return plans;
  } finally {
    client.release();
  }
}

const largeTables = ['purchase_orders', 'insurance_claims'];
/** No plan reads a large table from end to end, none sorts or reads more than `most` rows. */
async function bounded(name: string, most: number, list: () => Promise<unknown>): Promise<void> {
  for (const nodes of await plansOf(list)) {
    const shape = `${name}: ${nodes.map((node) => `${node['Node Type']} ${node['Relation Name'] ?? ''}:${node['Index Name'] ?? ''} ${node['Actual Rows'] * node['Actual Loops']}-${node['Rows Removed by Filter'] ?? 0}`).join(' < ')}`;
    for (const node of nodes) {
      const rows =
        (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)) *
        node['Actual Loops'];
      assert.ok(
        !(node['Node Type'] === 'Seq Scan' && largeTables.includes(node['Relation Name'] ?? '')),
        `no scan. ${shape}`,
      );
      assert.ok(rows <= most, `reads ${rows} rows, not over ${most}. ${shape}`);
    }
  }
}

const review = (sort: ReviewSort, more: Partial<ReviewFilter> = {}): ReviewFilter => ({
  status: null,
  searched: null,
  flag: null,
  min: null,
  max: null,
  sort,
  openSinceMs: 0,
  after: null,
  limit: LIMIT,
  ...more,
});
const SORTS: readonly ReviewSort[] = ['newest', 'oldest', 'amount_high', 'amount_low'];

for (const sort of SORTS) {
  test(`the operators' queue by ${sort} reads a page, the first and one far down`, { skip }, async () => {
    const deep = (await listClaimsForReview(db, review(sort, { limit: DEPTH }))).at(-1);
    assert.ok(deep);
    // Over all statuses it is put together from a page of each.
    const pages = CLAIM_STATUSES.length * LIMIT;
    await bounded(`${sort}, first`, pages, () => listClaimsForReview(db, review(sort)));
    await bounded(`${sort}, deep`, pages, () =>
      listClaimsForReview(db, review(sort, { after: reviewCursorOf(deep.claim, sort) })),
    );
    for (const status of CLAIM_STATUSES)
      await bounded(`${sort}, ${status}`, WAITING + 2 * LIMIT, () => listClaimsForReview(db, review(sort, { status })));
    await bounded(`${sort}, PAID, deep`, 2 * LIMIT, () =>
      listClaimsForReview(db, review(sort, { status: 'PAID', after: reviewCursorOf(deep.claim, sort) })),
    );
  });
}

test('what a search of the queue finds is found by an index', { skip }, async () => {
  const [some] = await listClaimsForReview(db, review('newest', { status: 'PAID' }));
  assert.ok(some);
  for (const q of [
    some.claim.id,
    some.claim.id.slice(0, 8),
    some.claim.purchaseOrderId,
    some.claim.claimant.toUpperCase(),
    `${some.claim.claimant.slice(0, 6)}…${some.claim.claimant.slice(-4)}`,
    some.claim.multisigTxHash ?? '',
    `${some.claim.multisigTxHash?.slice(0, 6)}…${some.claim.multisigTxHash?.slice(-4)}`,
    some.claim.evidenceRoot ?? '',
    '3010000000000000033',
    '4470…84',
  ]) {
    const searched = readSearched(q);
    await bounded(`q=${q}`, 200, () => listClaimsForReview(db, review('newest', { searched })));
    await bounded(`orders, q=${q}`, 200, () =>
      listPurchaseOrders(db, { status: null, owner: null, searched, after: null, limit: LIMIT }, Date.now()),
    );
  }
  await bounded('flag', 200, () => listClaimsForReview(db, review('newest', { flag: 'HISTORY_DISAGREES' })));
});

/** The claim itself, and the claims of covers that are linked to it. */
const BY_WHAT_STAYS = new Set([
  'insurance_claims_pkey',
  'insurance_claims_account',
  'insurance_claims_purchase_order_id_okx_event_id_key',
]);

test(
  'a step finds its claim by its id: the index of a status holds whatever was in it since the last vacuum',
  { skip },
  async () => {
    const none = randomUUID();
    const entry: AuditEntry = { actor: SYSTEM, action: 'test', subjectType: 'claim', atMs: 0, stampKey: null };
    const attempt = {
      attemptsBefore: 0,
      to: 'FAILED',
      reason: 'NONE',
      nextAttemptAtMs: null,
      answer: null,
      counts: true,
    } as const;
    const steps: Record<string, () => Promise<unknown>> = {
      reopen: () => reopenFailedClaim(db, none, 0, entry),
      verify: () =>
        recordAttempt(db, none, { ...attempt, liquidationTimeMs: null, payoutAmount: null, holdReasons: [] }, entry),
      release: () => releaseHold(db, none, 'looked at', entry),
      approve: () => approveClaim(db, none, 'alice', true, entry),
      reject: () => rejectClaim(db, none, { reason: 'NONE', code: null, text: 'none' }, entry),
      pay: () =>
        markClaimPaid(db, none, { multisigTxHash: `0x${'0'.repeat(64)}`, multisigSafe: null, paidAtMs: 0 }, entry),
    };
    for (const [name, step] of Object.entries(steps))
      for (const nodes of await plansOf(step))
        for (const { 'Relation Name': relation, 'Index Name': index } of nodes)
          if (relation === 'insurance_claims' && index !== undefined)
            assert.ok(BY_WHAT_STAYS.has(index), `${name}: ${index}`);
  },
);

const ordersOf = (
  more: Partial<Parameters<typeof listPurchaseOrders>[1]>,
): Promise<Awaited<ReturnType<typeof listPurchaseOrders>>> =>
  listPurchaseOrders(db, { status: null, owner: null, after: null, limit: LIMIT, ...more }, Date.now());
const cursorOf = (order: Awaited<ReturnType<typeof ordersOf>>[number] | undefined) => {
  assert.ok(order);
  return {
    reported: order.paidAtMs === null && order.reported ? (1 as const) : (0 as const),
    createdAtMs: order.createdAtMs,
    id: order.id,
  };
};

test('the list of orders reads a page, the first and one far down', { skip }, async () => {
  const deep = cursorOf((await ordersOf({ limit: DEPTH })).at(-1));
  await bounded('orders', LIMIT + 1, () => ordersOf({}));
  await bounded('orders, deep', LIMIT + 1, () => ordersOf({ after: deep }));
});

test("a wallet's own list reads a page of its own orders", { skip }, async () => {
  const deep = cursorOf((await ordersOf({ owner: BUSY_OWNER, limit: 100 })).at(-1));
  await bounded('own', LIMIT + 1, () => ordersOf({ owner: BUSY_OWNER }));
  await bounded('own, deep', LIMIT + 1, () => ordersOf({ owner: BUSY_OWNER, after: deep }));
});

test('orders of one status, however rare, are found without reading all the others', { skip }, async () => {
  // The most: what runs on one day, or what waits for a person; never what is over.
  for (const status of PURCHASE_ORDER_STATUSES) await bounded(status, POLICIES / 10, () => ordersOf({ status }));
});

test('how much waits is counted up to a bound', { skip }, async () => {
  await bounded('counts', 6 * 1000, () => countQueue(db));
});

test('the figures of /metrics stop at a bound', { skip }, async () => {
  await bounded('claims by status', 6 * 500, () => countClaimsByStatus(db, 500));
  const counts = await countClaimsByStatus(db, 500);
  assert.equal(counts.PAID, 500);
  assert.ok((counts.FAILED ?? 0) < 500 && (counts.FAILED ?? 0) > 0);
});

test(
  'who holds the opposite cover is found from who is linked to a claim, not from all covers of the time',
  { skip },
  async () => {
    const { rows } = await database.pool.query<{ id: string }>(`
    select c.id from insurance_claims c join purchase_orders p on p.id = c.purchase_order_id
    where c.status = 'VERIFIED_PENDING_REVIEW' and p.owner is distinct from '${BUSY_OWNER}' order by c.created_at limit 1`);
    const id = rows[0]?.id ?? '';
    await bounded('opposite covers', 1_000, () => holdHedged(db, id, Date.now()));
    // Everybody names an address of his own, and strangers this claimant's, in orders that are never paid for.
    const client = await database.pool.connect();
    try {
      await client.query(
        `update purchase_orders set coverage_end_at = case when paid_at is null then now() + interval '1 day' else coverage_end_at end,
          payout_address = case when paid_at is null then (select claimant from insurance_claims where id = $1)
            else '0x' || left(encode(sha256(id::text::bytea), 'hex'), 40) end`,
        [id],
      );
      await client.query('analyze purchase_orders');
    } finally {
      client.release();
    }
    await bounded('opposite covers of a name that is everywhere', 1_000, () => holdHedged(db, id, Date.now()));
  },
);
