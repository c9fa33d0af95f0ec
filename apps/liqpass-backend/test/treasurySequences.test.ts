import { paymentReference } from '@liqpass/chain/paymentReference';
import { DAY_MS, formatIso, HOUR_MS, SECOND_MS } from '@liqpass/kernel/time';
import { meddledRpc, RawAnswer, type MeddledRpc } from '@liqpass/testing/chain/meddledRpc';
import { scriptedChain, type Execution, type ScriptedChain, type Sent } from '@liqpass/testing/chain/scriptedChain';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Pool } from 'pg';
import type { Address } from 'viem';
import { getAddress } from 'viem/utils';
import type { Db } from '../src/db/platform/database.ts';
import type { WatchSettings } from '../src/services/chainSettings.ts';
import { openWatch } from '../src/services/treasury/openWatch.ts';
import type { WatchContext } from '../src/services/treasury/treasuryContext.ts';
import { LEASE_MS, watchTreasury, type Tick } from '../src/services/treasury/watchTreasury.ts';
import { brokenInvariants } from './brokenInvariants.ts';
import { ADMIN_KEY, APPLICATION, newOrdId, testBackend, type Reply, type TestBackend } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { engine, testDatabase } from './testDatabase.ts';

// The whole system against a chain that is written down: whatever comes, goes, is undone, is kept from us or falls over in the
// middle, there is no cover without its money, no payout ends without its transfer, and no transfer is lost.

const FAULTS = [
  'none',
  'none',
  'none',
  'behind',
  'nothing came',
  'no answer',
  'other chain',
  'alone',
  'dies',
  'dies',
] as const;
const HOW = ['reference', 'reference', 'amount', 'short', 'over', 'half', 'with another', 'from nobody'] as const;
const KNOWN = ['none', 'its own', 'its own', 'invented', 'another’s'] as const;

type Step =
  | { do: 'buy' | 'claim' | 'approve' | 'batch' | 'drop' | 'approve refunds' | 'assign' }
  | { do: 'pay'; order: number; how: (typeof HOW)[number] }
  | { do: 'mine'; blocks: number }
  | { do: 'reorg'; depth: number; again: 'none' | 'same' | 'reversed' }
  | { do: 'look'; fault: (typeof FAULTS)[number]; at: number; other: boolean }
  | { do: 'mark'; order: number; names: (typeof KNOWN)[number] }
  | { do: 'pay out'; by: Execution | 'owners, wrongly'; told: boolean };

const one = <const T extends string>(...names: T[]): fc.Arbitrary<{ do: T }> =>
  fc.constantFrom(...names).map((name) => ({ do: name }));
const order = fc.nat({ max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: one('buy', 'claim', 'approve', 'batch', 'drop', 'approve refunds', 'assign') },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pay' as const), order, how: fc.constantFrom(...HOW) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('mine' as const), blocks: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('reorg' as const),
      depth: fc.integer({ min: 1, max: 6 }),
      again: fc.constantFrom('none' as const, 'same' as const, 'reversed' as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('look' as const),
      fault: fc.constantFrom(...FAULTS),
      at: fc.integer({ min: 1, max: 40 }),
      other: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mark' as const), order, names: fc.constantFrom(...KNOWN) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pay out' as const),
      by: fc.constantFrom(
        'owners' as const,
        'owners' as const,
        'owners, wrongly' as const,
        'failing' as const,
        'module' as const,
      ),
      told: fc.boolean(),
    }),
  },
);

const admin = { 'x-admin-key': ADMIN_KEY };
/** Of one sequence: what an earlier one left unpaid is not paid by this one. */
let payees = 0;
const newPayee = (): Address => getAddress(`0x${(payees += 1).toString(16).padStart(8, '0').padStart(40, 'cafe')}`);
const BUYER = '0x00000000000000000000000000000000000b0b0b';
const INVENTED = `0x${'ee'.repeat(32)}`;

let t: TestBackend;
let pool: Pool;
let chain: ScriptedChain;
let rpcs: readonly [MeddledRpc, MeddledRpc];
before(async () => {
  const timestamp = Math.floor(Date.now() / SECOND_MS) - 100;
  chain = scriptedChain({ opening: 1_000_000_000_000n, timestamp });
  for (let at = 1; at <= 3; at += 1) chain.mine(timestamp + at * 2);
  rpcs = [await meddledRpc(chain.rpc()), await meddledRpc(chain.rpc())];
  const watch: WatchSettings = {
    rpcUrls: rpcs.map((rpc) => rpc.url),
    premiumFinality: 'safe',
    payoutFinality: 'finalized',
    fromBlock: null,
    blockRange: 3,
    headWithinMs: null,
    genesis: null,
    looksEveryMs: null,
  };
  const given = await testDatabase();
  ({ pool } = given.database);
  const settings: Parameters<typeof testBackend>[0] = {
    role: 'all',
    verdictWaitMs: 3_000,
    treasurySafe: getAddress(chain.safe),
    chain: { chainId: chain.chainId, usdc: getAddress(chain.usdc), usdcName: 'USD Coin', usdcVersion: '2' },
    watch,
  };
  t = await testBackend(settings, given);
  assert.equal((await look(reader())).trouble, null);
});
after(async () => {
  await t.close();
  for (const rpc of rpcs) await rpc.close();
});

/** A process that watches: `db` is what it asks. */
function reader(db: Db = t.backend.ctx.db): WatchContext {
  const { watch: settings, chain: on, treasurySafe } = t.backend.ctx.settings;
  const watch = openWatch({ watch: settings, chain: on, treasurySafe });
  assert.ok(watch);
  return { ...t.backend.ctx, db, watch };
}
const look = (by: WatchContext): Promise<Tick> => {
  by.watch.headsAtMs = 0;
  return watchTreasury(by);
};

class Died extends Error {
  override readonly message = 'the process died here';
}
/** A database that answers so many questions more, and then none: whoever asks it is dead, and what it had open is undone. */
function mortal(questions: number): { db: Db; isDead(): boolean } {
  let left = questions;
  const db = t.backend.ctx.db.withPlugin({
    transformQuery({ node }) {
      left -= 1;
      if (left < 0) throw new Died();
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  return { db, isDead: () => left < 0 };
}

/** One look of a process that dies when it asks its database the n-th question; whether it came so far. */
async function diesAt(by: WatchContext, question: number): Promise<boolean> {
  const db = mortal(question - 1);
  await look({ ...by, db: db.db }).catch((error: unknown) => {
    if (!(error instanceof Died)) throw error;
  });
  return db.isDead();
}

type Bought = { readonly id: string; readonly due: bigint; readonly payments: Sent[] };
type Run = {
  readonly payee: Address;
  readonly orders: Bought[];
  readonly readers: WatchContext[];
  readonly claims: string[];
  /** The deepest that blocks were undone. */
  deepest: number;
  byHand: number;
};

const mine = (blocks: number): void => {
  for (let at = 0; at < blocks; at += 1) {
    t.clock.advance(2 * SECOND_MS);
    const before = chain.blocks.at(-1)?.timestamp ?? 0;
    chain.mine(Math.max(before + 2, Math.floor(t.clock.now() / SECOND_MS)));
  }
  t.clock.set(Math.max(t.clock.now(), (chain.blocks.at(-1)?.timestamp ?? 0) * SECOND_MS));
};

type Sold = { purchaseOrderId: string; error?: string };
const apply = (run: Run, now: number): Promise<Reply<Sold>> =>
  t.call<Sold>('POST', '/api/purchase-orders', {
    body: {
      ...APPLICATION,
      chainId: chain.chainId,
      payoutAddress: run.payee,
      coverageStartAt: formatIso(now - HOUR_MS),
      coverageEndAt: formatIso(now - HOUR_MS + DAY_MS),
    },
  });

/** Buys one more; in the midst of a sequence the books may differ from the chain, and then nothing is sold. */
async function buy(run: Run, inTheMidst = false): Promise<void> {
  const now = t.clock.now();
  let made = await apply(run, now);
  // The process that sells looks at the books every few seconds: it may have seen what the last sequence did to them.
  for (let tries = 0; made.body.error === 'SALES_STOPPED' && !inTheMidst && tries < 200; tries += 1) {
    await setTimeout(50);
    made = await apply(run, now);
  }
  if (made.body.error === 'SALES_STOPPED' && inTheMidst) return;
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const id = made.body.purchaseOrderId;
  const bound = await t.bind(id, newOrdId());
  assert.equal(bound.status, 200, JSON.stringify(bound.body));
  const due = BigInt(bound.body.amount_due_usdc.replace('.', '').padEnd(7, '0'));
  run.orders.push({ id, due, payments: [] });
}

function pay(run: Run, { order: at, how }: Extract<Step, { do: 'pay' }>): void {
  const bought = run.orders[at % run.orders.length];
  if (!bought) return;
  const { id, due, payments } = bought;
  const other = run.orders[(at + 1) % run.orders.length] ?? bought;
  const amounts: Record<(typeof HOW)[number], bigint> = {
    reference: due,
    amount: due,
    short: due - 500_000n,
    over: due + 3_000_000n,
    half: due / 2n + 1n,
    'with another': due,
    'from nobody': 17_000n,
  };
  const carries = how !== 'amount' && how !== 'from nobody';
  payments.push(
    how === 'with another'
      ? chain.sendMany(BUYER, [due, other.due])
      : chain.send(BUYER, amounts[how], carries ? paymentReference(id) : undefined),
  );
}

/** One look of one of two processes, with something in its way. */
async function lookWith(run: Run, { fault, at, other }: Extract<Step, { do: 'look' }>): Promise<void> {
  const [first, second] = rpcs;
  const index = other ? 1 : 0;
  const by = run.readers[index] ?? reader();
  if (at % 3 === 0) t.clock.advance(LEASE_MS + 1);
  let asked = 0;
  const head = chain.blocks.length - 1;
  if (fault === 'behind') {
    const answer = chain.rpc(() => head - (at % 5));
    first.meddle = (method, params) => ({ result: typeof answer === 'string' ? null : answer(method, params) });
  }
  if (fault === 'nothing came') first.meddle = (method) => (method === 'eth_getLogs' ? { result: [] } : null);
  if (fault === 'no answer') first.meddle = () => ((asked += 1) > at ? new RawAnswer(502, 'bad gateway') : null);
  if (fault === 'other chain') first.meddle = (method) => (method === 'eth_chainId' ? { result: '0x1' } : null);
  if (fault === 'alone') second.meddle = () => ((asked += 1) > at % 8 ? { result: null } : null);
  try {
    if (fault !== 'dies') await look(by);
    // It dies wherever it is, and another is started in its place.
    else if (await diesAt(by, at * 2)) run.readers[index] = reader();
  } finally {
    first.meddle = null;
    second.meddle = null;
  }
  assert.deepEqual(await brokenInvariants(pool, 'The chain'), [], fault);
}

type Owed = { id: string; kind: string; status: string; amount: bigint; approved: boolean; tx: string | null };
async function owedOf(run: Run): Promise<Owed[]> {
  const { rows } = await sql<Omit<Owed, 'amount'> & { amount: string }>`
    select id, kind, status, (amount_usdc * 1000000)::bigint::text as amount, approved_at is not null as approved, tx_hash as tx
    from payouts where withdrawn_at is null and purchase_order_id = any(${run.orders.map((each) => each.id)}::uuid[])`.execute(
    t.backend.ctx.db,
  );
  return rows.map((row) => ({ ...row, amount: BigInt(row.amount) }));
}

async function payOut(run: Run, { by, told }: Extract<Step, { do: 'pay out' }>): Promise<void> {
  const due = (await owedOf(run)).filter((each) => each.approved && each.status !== 'PAID');
  if (due.length === 0) return;
  const wrongly = by === 'owners, wrongly' ? 1n : 0n;
  const sent = chain.execute(
    due.map((each) => ({ to: run.payee, amount: each.amount + wrongly })),
    by === 'owners, wrongly' ? 'owners' : by,
  );
  mine(1);
  if (!told) return;
  for (const { id } of due) await t.admin(`/admin/payouts/${id}/mark-paid`, { txHash: sent.hash });
}

async function take(run: Run, each: Step): Promise<void> {
  const [first] = run.orders;
  switch (each.do) {
    case 'buy':
      if (run.orders.length < 3) await buy(run, true);
      return;
    case 'pay':
      return pay(run, each);
    case 'mine':
      return mine(each.blocks);
    case 'reorg':
      run.deepest = Math.max(run.deepest, each.depth);
      return chain.reorg(each.depth, each.again);
    case 'look':
      return lookWith(run, each);
    case 'mark': {
      const bought = run.orders[each.order % run.orders.length];
      const another = run.orders[(each.order + 1) % run.orders.length];
      if (!bought || !another) return;
      const named = { none: null, 'its own': bought, invented: null, 'another’s': another }[each.names];
      const txHash = each.names === 'invented' ? INVENTED : named?.payments.at(-1)?.hash;
      const { status } = await t.markPaid(bought.id, {
        note: 'as the bank says',
        ...(txHash === undefined ? {} : { txHash }),
      });
      if (txHash === undefined && status === 200) run.byHand += 1;
      return;
    }
    case 'claim': {
      if (!first) return;
      t.verifier.script(() => liquidated(t.clock.now() - 1));
      const { body } = await t.claim(first.id, run.payee);
      if (body.claimId && !run.claims.includes(body.claimId)) run.claims.push(body.claimId);
      return;
    }
    case 'approve':
      for (const id of run.claims) await t.admin(`/admin/claims/${id}/approve`);
      return;
    case 'approve refunds':
      for (const owed of await owedOf(run))
        if (owed.kind !== 'claim') await t.admin(`/admin/payouts/${owed.id}/approve`, {});
      return;
    case 'batch':
      await t.admin('/admin/payouts/batches');
      return;
    case 'drop': {
      const { body } = await t.call<{ items: { id: string }[] }>('GET', '/admin/payouts/batches', { headers: admin });
      const [newest] = body.items;
      if (newest) await t.admin(`/admin/payouts/batches/${newest.id}/drop`, { reason: 'made anew' });
      return;
    }
    case 'assign': {
      const { rows } = await sql<{ id: string }>`
        select id from chain_transfers where direction = 'in' and purchase_order_id is null order by id desc limit 1`.execute(
        t.backend.ctx.db,
      );
      const [nobodys] = rows;
      if (nobodys && first)
        await t.admin(`/admin/treasury/transfers/${nobodys.id}/assign`, {
          purchaseOrderId: first.id,
          reason: 'they asked',
        });
      return;
    }
    case 'pay out':
      return payOut(run, each);
  }
}

type Kept = { tx: string; at: number; block: string; direction: string; amount: string };
/** Every transfer of the chain is kept, once, where it stands; and nothing else is kept. */
async function assertNoneLost(): Promise<void> {
  const { rows } = await sql<Kept>`
    select tx_hash as tx, log_index as at, block_number as block, direction, amount_usdc as amount from chain_transfers
    where vanished_at is null`.execute(t.backend.ctx.db);
  const kept = rows.map((row) => `${row.block} ${row.tx} ${row.at} ${row.direction} ${row.amount}`);
  const wanted = chain.standing().map(({ sent, move, block, logIndex }) => {
    const amount = `${move.amount / 1_000_000n}.${String(move.amount % 1_000_000n).padStart(6, '0')}`;
    return `${block} ${sent.hash} ${logIndex} ${move.to === chain.safe ? 'in' : 'out'} ${amount}`;
  });
  assert.deepEqual(kept.toSorted(), wanted.toSorted());
}

type Shown = { kind: string; amount: string; tx: string; log: number };
async function assertMoney(run: Run): Promise<{ covers: number; paid: number }> {
  const standing = chain.standing();
  const stands = (tx: string, logIndex: number): boolean =>
    standing.some((each) => each.sent.hash === tx && each.logIndex === logIndex);
  let covers = 0;
  for (const { id, due } of run.orders) {
    const at = await t.readOrder(id);
    const { rows } = await sql<Shown & { vanished: boolean }>`
      select counted_as as kind, (amount_usdc * 1000000)::bigint::text as amount, tx_hash as tx, log_index as log,
        vanished_at is not null as vanished
      from chain_transfers where purchase_order_id = ${id} and counted_as is not null`.execute(t.backend.ctx.db);
    const premium = rows.filter((row) => row.kind === 'premium');
    for (const row of rows) {
      assert.equal(stands(row.tx, row.log), !row.vanished, 'what is kept as counted stands, or is kept as vanished');
      // A block that was safe is never undone on Base; here it is, and then it is told.
      if (row.vanished) assert.ok(run.deepest > 1);
    }
    if (at.paid_at === null || at.refund_reason !== null) continue;
    const { rows: by } = await sql<{ by: string }>`
      select marked_paid_by as by from purchase_orders where id = ${id}`.execute(t.backend.ctx.db);
    if (by[0]?.by !== 'chain') {
      assert.ok(run.byHand > 0, 'nobody marked it');
      continue;
    }
    covers += 1;
    const came = premium.reduce((sum, row) => sum + BigInt(row.amount), 0n);
    assert.ok(came >= due, `covered for ${came} of ${due}`);
    assert.equal(at.payment.status, premium.some((row) => row.vanished) ? 'none' : 'final');
  }
  let paid = 0;
  for (const owed of await owedOf(run)) {
    if (owed.status !== 'PAID') continue;
    paid += 1;
    const { rows } = await sql<{ tx: string; log: number; amount: string; vanished: boolean }>`
      select tx_hash as tx, log_index as log, (amount_usdc * 1000000)::bigint::text as amount, vanished_at is not null as vanished
      from chain_transfers where payout_id = ${owed.id}`.execute(t.backend.ctx.db);
    const [proof] = rows;
    assert.ok(proof && rows.length === 1, `payout ${owed.id} ended without its transfer`);
    assert.deepEqual([BigInt(proof.amount), proof.tx], [owed.amount, owed.tx]);
    assert.equal(stands(proof.tx, proof.log), !proof.vanished);
    if (proof.vanished) assert.ok(run.deepest > 2);
  }
  return { covers, paid };
}

/** From here on nothing is in the way. */
async function calm(run: Run): Promise<void> {
  t.clock.advance(LEASE_MS + 1);
  const [by = reader()] = run.readers;
  let tick = await look(by);
  for (let round = 0; round < 3; round += 1) {
    mine(3);
    tick = await look(by);
  }
  assert.deepEqual([tick.reads, tick.trouble], [true, null]);
}

const STRAIGHT: Step[] = [
  { do: 'pay', order: 0, how: 'reference' },
  { do: 'mine', blocks: 2 },
  { do: 'look', fault: 'none', at: 1, other: false },
  { do: 'claim' },
  { do: 'approve' },
  { do: 'pay out', by: 'owners', told: false },
];

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

test(`no sequence of transfers, reorgs, looks and crashes covers without money, ends a payout without its transfer, or loses one (${engine}, SEED=${seed})`, async () => {
  const reached = { covers: 0, paid: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 22 }),
      fc.constantFrom(0, STRAIGHT.length - 1, STRAIGHT.length),
      async (steps, straight) => {
        const run: Run = {
          payee: newPayee(),
          orders: [],
          readers: [reader(), reader()],
          claims: [],
          deepest: 0,
          byHand: 0,
        };
        // What a sequence undoes is its own.
        mine(8);
        t.clock.advance(LEASE_MS + 1);
        await look(run.readers[0] ?? reader());
        await buy(run);
        for (const each of [...STRAIGHT.slice(0, straight), ...steps]) await take(run, each);
        await calm(run);
        await assertNoneLost();
        const found = await assertMoney(run);
        reached.covers += found.covers;
        reached.paid += found.paid;
        assert.deepEqual(await brokenInvariants(pool), []);
        const uncounted = t.logs.filter(
          (line) => line.includes('could not be counted') && !line.includes(new Died().message),
        );
        assert.deepEqual(uncounted, []);
      },
    ),
    // What came before a sequence is still there: a shorter one would say something else.
    { numRuns: 30, seed, endOnFailure: true },
  );
  assert.ok(reached.covers > 5 && reached.paid > 3, `the property says little: ${JSON.stringify(reached)}`);
});

test(`whichever question to the database is its last, whoever looks next makes it whole (${engine})`, async (context) => {
  let deaths = 1;
  let question = 0;
  for (; deaths > 0; question += 1) {
    deaths = 0;
    mine(8);
    t.clock.advance(LEASE_MS + 1);
    await look(reader());
    const run: Run = { payee: newPayee(), orders: [], readers: [], claims: [], deepest: 6, byHand: 0 };
    const dies = async (): Promise<void> => {
      t.clock.advance(LEASE_MS + 1);
      if (await diesAt(reader(), question + 1)) deaths += 1;
      assert.deepEqual(await brokenInvariants(pool, 'The chain'), [], `died at question ${question + 1}`);
      t.clock.advance(LEASE_MS + 1);
    };
    for (let at = 0; at < 3; at += 1) await buy(run);
    // A premium, a short one, and one too many at once, seen and then counted.
    for (const how of ['reference', 'short', 'reference'] as const)
      pay(run, { do: 'pay', order: how === 'short' ? 1 : 0, how });
    mine(1);
    await dies();
    mine(2);
    await dies();
    await look(reader());
    t.clock.advance(LEASE_MS + 1);
    // Undone, and there again in another order.
    chain.reorg(3, 'reversed');
    await dies();
    await look(reader());
    pay(run, { do: 'pay', order: 2, how: 'with another' });
    for (let at = 0; at < 2; at += 1) {
      mine(3);
      t.clock.advance(LEASE_MS + 1);
      await look(reader());
    }
    for (const each of [{ do: 'claim' }, { do: 'approve' }, { do: 'approve refunds' }, { do: 'batch' }] as const)
      await take(run, each);
    await take(run, { do: 'pay out', by: 'owners', told: question % 2 === 1 });
    mine(3);
    await dies();
    t.clock.advance(LEASE_MS + 1);
    await calm(run);
    await assertNoneLost();
    const { covers, paid } = await assertMoney(run);
    assert.deepEqual([covers, paid >= 3], [2, true], `died at question ${question + 1}`);
  }
  assert.deepEqual(await brokenInvariants(pool), []);
  context.diagnostic(`died at each of ${question - 1} questions`);
  assert.ok(question > 15, `only ${question} questions`);
});
