// The reader of the treasury against a chain of our own with the real contracts, on the embedded database: `npm run treasury`.
// A backlog caught up, what an idle look asks, and what the proof of a payout costs beside the questions to the RPC.
import type { PayoutAnswer } from '@liqpass/api/payouts';
import { parseHash } from '@liqpass/chain/hex';
import { startLocalChain } from '@liqpass/testing/chain/localChain';
import { ADMIN_KEY } from '../apps/liqpass-backend/test/harness.ts';
import { chainShop, type ChainShop } from '../apps/liqpass-backend/test/chainShop.ts';
import { readPayout } from '../apps/liqpass-backend/src/services/treasury/payouts.ts';
import { judge, readFacts, recordProven } from '../apps/liqpass-backend/src/services/treasury/provePayouts.ts';
import { watchTreasury } from '../apps/liqpass-backend/src/services/treasury/watchTreasury.ts';
import { machine, table } from './support/report.ts';

const BLOCKS = 10_000;
const PAYMENTS = 200;
const PAYOUTS = 20;
const admin = { 'x-admin-key': ADMIN_KEY };
const rows: string[][] = [];
const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? Number.NaN;
const shownMs = (ms: number): string => `${ms < 100 ? ms.toFixed(1) : ms.toFixed(0)} ms`;

/** What the database has to do is waited for; CPU is of this process, the database in it. */
async function timed(work: () => Promise<unknown>): Promise<{ clockMs: number; cpuMs: number }> {
  const [startedMs, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { clockMs: performance.now() - startedMs, cpuMs: (user + system) / 1_000 };
}

/** Half of the payments are for orders, by reference; the rest are nobody's. */
async function backlog(shop: ChainShop): Promise<void> {
  const { chain } = shop;
  const payer = await chain.person('backlog', 1_000_000_000n);
  const orders = [];
  for (let at = 0; at < PAYMENTS / 2; at += 1) orders.push(await shop.bought());
  for (let at = 0; at < PAYMENTS; at += 1) {
    const order = at % 2 === 0 ? orders[at / 2] : undefined;
    await shop.pay(payer, order?.due ?? BigInt(10_000 + at), order?.reference);
    await chain.mine(BLOCKS / PAYMENTS - 1);
  }
  shop.clock.set(Math.max((await chain.now()) * 1_000 + 500, shop.clock.now()));
  const before = shop.watch.watch.rpc.calls;
  const { clockMs, cpuMs } = await timed(() => shop.tick());
  rows.push([
    `${BLOCKS.toLocaleString('en')} blocks with ${PAYMENTS} payments read, matched and counted (${PAYMENTS / 2} orders)`,
    `${(clockMs / 1_000).toFixed(2)} s (CPU ${(cpuMs / 1_000).toFixed(2)} s, ${shop.watch.watch.rpc.calls - before} questions)`,
    '2 s',
  ]);
}

async function idle(shop: ChainShop): Promise<void> {
  await shop.tick();
  const { watch } = shop;
  const asked: number[] = [];
  for (let look = 0; look < 20; look += 1) {
    // As in between two looks at the safe and the final head, which come every half minute.
    watch.watch.headsAtMs = watch.clock.now();
    const before = watch.watch.rpc.calls;
    await watchTreasury(watch);
    asked.push(watch.watch.rpc.calls - before);
  }
  rows.push(['questions of an idle look', `${Math.max(...asked)} at most`, '2']);
}

async function proofs(shop: ChainShop): Promise<void> {
  const { chain } = shop;
  const payees: string[] = [];
  for (let at = 0; at < PAYOUTS; at += 1) {
    const payee = (await chain.person(`payee ${at}`)).address;
    const { reference } = await shop.bought({ payoutAddress: payee });
    await shop.pay(await chain.person(`short ${at}`, 1_000_000n), 500_000n + BigInt(at), reference);
    payees.push(payee);
  }
  await shop.settle();
  const { body } = await shop.call<{ items: PayoutAnswer[] }>('GET', '/admin/payouts?limit=200', { headers: admin });
  const owed = body.items.filter((each) => each.kind === 'refund' && payees.some((payee) => payee === each.to));
  for (const { id } of owed) await shop.admin(`/admin/payouts/${id}/approve`);
  await chain.setNextTime(Math.max(await chain.now(), Math.ceil(shop.clock.now() / 1_000)) + 1);
  const paid = await shop.safe.pay(
    owed.map((each) => ({
      to: each.to as `0x${string}`,
      amount: BigInt(each.amount_usdc.replace('.', '').padEnd(7, '0')),
    })),
  );
  // Its log has to be kept before it proves anything; final it is for us alone.
  await shop.tick();
  const txHash = parseHash(paid.transactionHash);
  if (txHash === null) throw new Error('a receipt names its transaction');
  const facts = await readFacts(shop.watch.watch.rpc, txHash, Number(paid.blockNumber));
  const took: number[] = [];
  const cpu: number[] = [];
  for (const { id } of owed) {
    const payout = await readPayout(shop.watch, id);
    const { clockMs, cpuMs } = await timed(async () => {
      const proof = await judge(shop.watch, facts, payout);
      if (!proof.proven || !(await recordProven(shop.watch, payout, proof))) throw new Error('it is proven');
    });
    took.push(clockMs);
    cpu.push(cpuMs);
  }
  rows.push([
    `a payout proven and recorded, of ${owed.length} in one batch, beside the RPC`,
    `${shownMs(median(took))} (most ${shownMs(Math.max(...took))}; CPU ${shownMs(median(cpu))})`,
    '25 ms',
  ]);
}

const chain = await startLocalChain();
try {
  const shop = await chainShop(chain);
  try {
    await chain.mint(shop.safe.address, 1_000_000_000_000n);
    await shop.settle();
    await proofs(shop);
    await backlog(shop);
    await idle(shop);
  } finally {
    await shop.close();
  }
} finally {
  await chain.stop();
}
console.log(machine());
console.log(table(['what', 'measured', 'target'], rows));
