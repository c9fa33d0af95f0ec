import { startLocalChain, type LocalChain, type LocalSafe } from '@liqpass/testing/chain/localChain';
import { safeAddress } from '@liqpass/testing/chain/genesis';
import { multiSendData, transferData } from '@liqpass/testing/chain/safeOwners';
import { DAY_MS, formatIso, SECOND_MS } from '@liqpass/kernel/time';
import type { TransactionReceipt } from 'viem';
import { z } from 'zod';
import type { Position, Stage } from './demoStage.ts';
import { watching } from './trialChain.ts';

// The loop with its money: what the buyer pays is seen on a chain, and what the Safe pays is proven by it.

type Say = (who: string, what: string, exchanged: string) => void;
type Answer = Record<string, unknown>;
type Call = (
  who: string,
  what: string,
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string>,
  show: (answer: Answer) => unknown,
) => Promise<Answer>;

export type DemoTreasury = {
  readonly chain: LocalChain;
  readonly safe: LocalSafe;
  /** What a product needs to watch it. */
  readonly env: Readonly<Record<string, string>>;
};

const hash = z.templateLiteral(['0x', z.string()]);
const text = (value: unknown): string => z.string().parse(value);
const inBlock = (receipt: TransactionReceipt): string => `block ${receipt.blockNumber}, ${receipt.transactionHash}`;
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** A chain with USDC and Safe on it, and a Safe of three owners, of whom two sign, that holds 1,000 USDC. */
export async function openTreasury(say: Say): Promise<DemoTreasury> {
  const chain = await startLocalChain();
  const safe = await chain.newSafe();
  const funded = await chain.mint(safe.address, 1_000_000_000n);
  await chain.mine(3);
  say('chain', `has USDC at ${chain.usdc}, and the Safe ${safe.address} with 1,000 USDC`, inBlock(funded));
  return { chain, safe, env: watching(chain, safe) };
}

/** Asks until something is so, for twenty seconds at most. */
async function until(read: () => Promise<Answer>, isSo: (answer: Answer) => boolean, what: string): Promise<Answer> {
  for (const deadline = Date.now() + 20 * SECOND_MS; ; await pause(200)) {
    const answer = await read();
    if (isSo(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`Still not ${what} after 20 s: ${JSON.stringify(answer).slice(0, 300)}`);
  }
}

const batchFile = z.object({
  transactions: z.array(
    z.object({ to: hash, contractInputsValues: z.object({ to: hash, value: z.string().regex(/^\d+$/) }) }),
  ),
});
const orderShape = z.object({
  amount_due_usdc: z.string(),
  payment_reference: hash,
  payment: z.object({ status: z.string(), tx_hash: z.string().nullable(), block_number: z.number().nullable() }),
});

/** From the purchase to books that balance; the amount paid. */
export async function playWithMoney(play: {
  stage: Stage;
  treasury: DemoTreasury;
  call: Call;
  say: Say;
  openPosition: (stage: Stage) => Promise<Position>;
  recheck: (evidence: unknown) => string;
}): Promise<string> {
  const { stage, call, say } = play;
  const { chain, safe } = play.treasury;
  const admin = { 'x-admin-key': stage.adminKey };
  const orders = `${stage.backend}/api/purchase-orders`;
  const read = async (path: string): Promise<Answer> =>
    z.record(z.string(), z.unknown()).parse(await (await fetch(`${stage.backend}${path}`, { headers: admin })).json());
  const pick =
    (...names: string[]) =>
    (answer: Answer): unknown =>
      Object.fromEntries(names.map((name) => [name, answer[name]]));

  const buyer = await chain.person('demo buyer', 5_000_000n);
  const position = await play.openPosition(stage);
  const start = Date.now() - SECOND_MS;
  const { purchaseOrderId } = await call(
    'trader',
    'buys a pass for 24 hours',
    orders,
    'POST',
    {
      policyType: 'OKX_24H',
      chainId: chain.chainId,
      premiumAmountUsdc: '1.00',
      policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
      coverageStartAt: formatIso(start),
      coverageEndAt: formatIso(start + DAY_MS),
      payoutAddress: buyer.address,
    },
    {},
    (answer) => answer,
  );
  const id = text(purchaseOrderId);
  const bound = await call(
    'trader',
    'binds the OKX order',
    `${orders}/${id}/bind-okx`,
    'POST',
    { ordId: position.ordId, instId: position.instId },
    {},
    pick('status', 'amount_due_usdc', 'payment_reference'),
  );
  const due = orderShape.parse(bound);
  const [whole = '0', fraction = ''] = due.amount_due_usdc.split('.');
  const amount = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
  const paid = await chain.transfer(buyer, safe.address, amount, due.payment_reference);
  say('trader', `pays ${due.amount_due_usdc} USDC from ${buyer.address}`, inBlock(paid));
  const order = async (): Promise<Answer> => read(`/api/purchase-orders/${id}`);
  const paymentIs =
    (status: string) =>
    (answer: Answer): boolean =>
      orderShape.parse(answer).payment.status === status;
  const seen = orderShape.parse(await until(order, paymentIs('seen'), 'seen')).payment;
  say('chain', 'shows the payment, which covers nothing yet', `seen in block ${seen.block_number}, ${seen.tx_hash}`);
  await chain.mine(3);
  const covered = await until(order, paymentIs('final'), 'final');
  say(
    'chain',
    'has made the block safe: the payment counts',
    JSON.stringify(pick('status', 'paid_at', 'payment')(covered)),
  );
  await position.liquidate();

  const claimed = await call(
    'trader',
    'claims; jp-verify proves it from what the exchange says',
    `${orders}/${id}/claims`,
    'POST',
    { claimant: buyer.address },
    {},
    (answer) => answer,
  );
  const claimId = text(claimed['claimId']);
  const claim = (): Promise<Answer> => read(`/admin/claims/${claimId}`);
  const review = await until(claim, (each) => each['status'] !== 'VERIFYING', 'verified');
  say(
    'anyone',
    'checks the evidence again, offline',
    `npm run evidence -- check → ${play.recheck(review['evidence_json'])}`,
  );
  await call(
    'operator',
    'approves',
    `${stage.backend}/admin/claims/${claimId}/approve`,
    'POST',
    { approvedBy: 'demo' },
    admin,
    pick('status', 'payout_amount_usdc'),
  );
  const batch = await call(
    'operator',
    'freezes a batch of what is approved',
    `${stage.backend}/admin/payouts/batches`,
    'POST',
    {},
    admin,
    pick('id', 'list_hash', 'count', 'total_usdc'),
  );
  const file = batchFile.parse(await read(`/admin/payouts/batches/${text(batch['id'])}/safe-batch`));
  const calls = file.transactions.map(({ to, contractInputsValues: transfer }) => ({
    to,
    data: transferData(transfer.to, BigInt(transfer.value)),
  }));
  const before = await chain.balanceOf(buyer.address);
  const executed = await safe.execute(safeAddress(safe.version, 'MultiSendCallOnly'), multiSendData(calls), {
    operation: 1,
  });
  const got = (await chain.balanceOf(buyer.address)) - before;
  say('owners', `two of three sign the batch file, and the Safe pays ${Number(got) / 1e6} USDC`, inBlock(executed));
  await chain.mine(3);
  const settled = await until(claim, (each) => each['status'] === 'PAID', 'proven');
  say(
    'chain',
    'proves the payout: nobody has told',
    JSON.stringify(pick('status', 'multisig_tx_hash', 'paid_at')(settled)),
  );
  await chain.mine(1);
  const books = await until(
    () => read('/admin/treasury'),
    (each) =>
      each['books'] !== null &&
      each['trouble'] === null &&
      z.object({ out_usdc: z.string() }).parse(each['books']).out_usdc !== '0.00',
    'balanced',
  );
  say('books', 'balance: opening + in − out = what the Safe holds', JSON.stringify(books['books']));
  const reserves = await read('/api/reserves');
  say('anyone', 'sees the reserves', JSON.stringify(reserves));
  return text(settled['payout_amount_usdc']);
}
