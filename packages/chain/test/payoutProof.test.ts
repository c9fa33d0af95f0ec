import type { SafeVersion } from '@liqpass/testing/chain/artifacts';
import { whyNoChain } from '@liqpass/testing/chain/anvil';
import { deployUsdc, safeAddress, USDC_ABI } from '@liqpass/testing/chain/genesis';
import { startLocalChain, type LocalChain, type LocalSafe } from '@liqpass/testing/chain/localChain';
import { multiSendData, ownersTransaction, safeAbi, transferData } from '@liqpass/testing/chain/safeOwners';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { encodeFunctionData, padHex, type Address, type Hex, type TransactionReceipt } from 'viem';
import { MULTI_SENDS } from '../src/contracts.ts';
import type { Treasury } from '../src/executions.ts';
import { provePayout, type ExpectedPayout, type PayoutRefusal } from '../src/payoutProof.ts';
import { safeTxHash } from '../src/safeTransaction.ts';
import { parseAddress, parseHash } from '../src/hex.ts';
import { factsOf } from './factsOf.ts';

const MANY = 10n ** 15n;
const lower = (address: string): Hex => parseAddress(address) ?? '0x';

const KINDS: readonly { version: SafeVersion; singleton: 'SafeL2' | 'Safe' }[] = [
  { version: '1.4.1', singleton: 'SafeL2' },
  { version: '1.4.1', singleton: 'Safe' },
  { version: '1.5.0', singleton: 'SafeL2' },
];

for (const { version, singleton } of KINDS)
  describe(`a payout of ${singleton} ${version}`, { skip: whyNoChain() ?? false }, () => {
    let chain: LocalChain;
    let safe: LocalSafe;
    let treasury: Treasury;
    let [a, b, stranger]: Address[] = [];
    const used = new Map<string, string>();
    let payouts = 0;

    const expected = (to: string | undefined, amount: bigint, more: Partial<ExpectedPayout> = {}): ExpectedPayout => ({
      payoutId: `payout ${(payouts += 1)}`,
      to: lower(to ?? ''),
      amount,
      approvedAt: 0,
      safeTxHash: null,
      ...more,
    });
    type Told = { at?: Treasury; finality?: 'latest' | 'safe' | 'finalized'; chainId?: number };
    async function look(tx: string, want: ExpectedPayout, told: Told = {}): Promise<PayoutRefusal | number> {
      const facts = await factsOf(chain, tx, told.finality);
      const proof = provePayout(facts, want, told.at ?? treasury, (index) => used.get(`${tx}:${index}`) ?? null);
      if (!proof.proven) return proof.refusal;
      used.set(`${tx}:${proof.logIndex}`, want.payoutId);
      assert.equal(proof.blockNumber, facts.receipt?.blockNumber);
      return proof.logIndex;
    }
    async function isProven(tx: string, want: ExpectedPayout, told: Told = {}): Promise<number> {
      const seen = await look(tx, want, told);
      assert.equal(typeof seen, 'number', `refused: ${seen}`);
      return Number(seen);
    }
    async function isRefused(tx: string, want: ExpectedPayout, refusal: PayoutRefusal, told: Told = {}): Promise<void> {
      assert.equal(await look(tx, want, told), refusal);
    }
    const pay = async (to: string | undefined, amount: bigint): Promise<Hex> =>
      (await safe.execute(chain.usdc, transferData(lower(to ?? ''), amount))).transactionHash;
    const sent = async (call: Parameters<LocalChain['client']['sendTransaction']>[0]): Promise<TransactionReceipt> =>
      chain.client.waitForTransactionReceipt({ hash: await chain.client.sendTransaction(call) });

    before(async () => {
      chain = await startLocalChain({ versions: [version] });
      safe = await chain.newSafe({ version, singleton });
      await chain.mint(safe.address, 1_000_000_000n);
      [a, b, stranger] = await Promise.all(
        ['a', 'b', 'stranger'].map(async (name) => (await chain.person(name)).address),
      );
      treasury = {
        chainId: chain.chainId,
        safe: lower(safe.address),
        usdc: lower(chain.usdc),
        multiSends: MULTI_SENDS,
      };
    });
    after(async () => chain.stop());

    test('is proven by its transaction, again for the same payout, and for no other', async () => {
      const tx = await pay(a, 10_000_000n);
      const want = expected(a, 10_000_000n);
      const log = await isProven(tx, want);
      assert.equal(await isProven(tx, want), log);
      await isRefused(tx, expected(a, 10_000_000n), 'ALREADY_USED');
      await isRefused(tx, expected(a, 10_000_001n), 'AMOUNT_MISMATCH');
      await isRefused(tx, expected(b, 10_000_000n), 'NO_MATCHING_TRANSFER');
      await isRefused(tx, expected(a, 10_000_000n, { approvedAt: 99_999_999_999 }), 'TOO_OLD');
    });

    test('takes its own log of a batch in which two are equal', async () => {
      const five = { to: a ?? '0x', amount: 5_000_000n };
      const tx = (await safe.pay([five, five, { to: b ?? '0x', amount: 7_000_000n }])).transactionHash;
      const logs = [await isProven(tx, expected(a, 5_000_000n)), await isProven(tx, expected(a, 5_000_000n))];
      assert.equal(new Set(logs).size, 2);
      await isRefused(tx, expected(a, 5_000_000n), 'ALREADY_USED');
      await isProven(tx, expected(b, 7_000_000n));
      await isRefused(tx, expected(stranger, 7_000_000n), 'NO_MATCHING_TRANSFER');
    });

    test('is not proven by an execution that failed inside a transaction that succeeded', async () => {
      const failed = await safe.execute(chain.usdc, transferData(lower(a ?? ''), MANY), { safeTxGas: 200_000n });
      assert.equal(failed.status, 'success');
      await isRefused(failed.transactionHash, expected(a, MANY), 'INNER_FAILURE');
    });

    test('is not proven by a batch in which another item failed', async () => {
      const calls = [
        { to: chain.usdc, data: transferData(lower(a ?? ''), 6_000_000n) },
        { to: chain.usdc, data: transferData(lower(b ?? ''), MANY) },
      ];
      const failed = await safe.execute(safeAddress(version, 'MultiSendCallOnly'), multiSendData(calls), {
        operation: 1,
        safeTxGas: 300_000n,
      });
      await isRefused(failed.transactionHash, expected(a, 6_000_000n), 'INNER_FAILURE');
    });

    test('is not proven by a transaction that was undone', async () => {
      const undone = await safe.execute(chain.usdc, transferData(lower(a ?? ''), MANY));
      assert.equal(undone.status, 'reverted');
      await isRefused(undone.transactionHash, expected(a, MANY), 'REVERTED');
    });

    test('is not proven by money of an operator, or of another Safe', async () => {
      const operator = await chain.person('operator', 50_000_000n);
      const plain = await chain.transfer(operator, lower(a ?? ''), 10_000_000n);
      await isRefused(plain.transactionHash, expected(a, 10_000_000n), 'NOT_A_SAFE_EXECUTION');
      const other = await chain.newSafe({ version, singleton });
      await chain.mint(other.address, 20_000_000n);
      const theirs = await other.execute(chain.usdc, transferData(lower(a ?? ''), 10_000_000n));
      await isRefused(theirs.transactionHash, expected(a, 10_000_000n), 'NOT_A_SAFE_EXECUTION');
    });

    test('is not proven by a token that only looks like USDC', async () => {
      const fake = await deployUsdc(chain.client);
      const mint = encodeFunctionData({ abi: USDC_ABI, functionName: 'mint', args: [safe.address, 90_000_000n] });
      await sent({ to: fake, data: mint });
      const tx = (await safe.execute(fake, transferData(lower(a ?? ''), 9_000_000n))).transactionHash;
      await isRefused(tx, expected(a, 9_000_000n), 'NO_MATCHING_TRANSFER');
    });

    test('is not proven by an allowance that somebody used', async () => {
      const spender = await chain.person('spender');
      const approve = encodeFunctionData({
        abi: USDC_ABI,
        functionName: 'approve',
        args: [spender.address, 10n ** 9n],
      });
      await safe.execute(chain.usdc, approve);
      const pull = encodeFunctionData({
        abi: USDC_ABI,
        functionName: 'transferFrom',
        args: [safe.address, a, 10_000_000n],
      });
      const alone = await sent({ account: spender, to: chain.usdc, data: pull });
      await isRefused(alone.transactionHash, expected(a, 10_000_000n), 'NOT_A_SAFE_EXECUTION');
      // The Safe itself approves MultiSend, through which somebody pulls, beside an execution that pays another.
      const multiSend = safeAddress(version, 'MultiSendCallOnly');
      const all = encodeFunctionData({ abi: USDC_ABI, functionName: 'approve', args: [multiSend, 10n ** 9n] });
      await safe.execute(chain.usdc, all);
      const signed = await safe.sign(
        ownersTransaction(chain.usdc, transferData(lower(b ?? ''), 1n), await safe.nonce()),
      );
      const beside = await sent({
        to: multiSend,
        data: multiSendData([
          { to: chain.usdc, data: pull },
          { to: safe.address, data: signed },
        ]),
      });
      assert.equal(beside.status, 'success');
      const seen = await look(beside.transactionHash, expected(a, 10_000_000n));
      assert.ok(seen === 'NO_MATCHING_TRANSFER' || seen === 'NOT_SIGNED_FOR', String(seen));
    });

    test('is not proven when a module paid it', async () => {
      const robot = await chain.person('module');
      const enable = encodeFunctionData({ abi: safeAbi, functionName: 'enableModule', args: [robot.address] });
      await safe.execute(safe.address, enable);
      const data = encodeFunctionData({
        abi: safeAbi,
        functionName: 'execTransactionFromModule',
        args: [chain.usdc, 0n, transferData(lower(a ?? ''), 10_000_000n), 0],
      });
      const { transactionHash } = await sent({ account: robot, to: safe.address, data });
      await isRefused(transactionHash, expected(a, 10_000_000n), 'MODULE_EXECUTION');
    });

    test('may be executed through another contract, where the Safe says what was signed', async () => {
      const tx = ownersTransaction(chain.usdc, transferData(lower(b ?? ''), 3_000_000n), await safe.nonce());
      const call = { to: safe.address, data: await safe.sign(tx) };
      const { transactionHash } = await sent({
        to: safeAddress(version, 'MultiSendCallOnly'),
        data: multiSendData([call]),
      });
      const want = expected(b, 3_000_000n);
      if (singleton === 'Safe') await isRefused(transactionHash, want, 'NOT_SIGNED_FOR');
      else await isProven(transactionHash, want);
    });

    test('is not proven where an unknown contract was delegated to, at the top or inside', async () => {
      const code = await chain.client.getCode({ address: safeAddress(version, 'MultiSend') });
      const unknown: Address = '0x000000000000000000000000000000000000ad01';
      await chain.client.setCode({ address: unknown, bytecode: code ?? '0x' });
      const inner = multiSendData([{ to: chain.usdc, data: transferData(lower(b ?? ''), 3_100_000n) }]);
      const top = await safe.execute(unknown, inner, { operation: 1 });
      await isRefused(top.transactionHash, expected(b, 3_100_000n), 'UNKNOWN_DELEGATECALL');
      const nested = multiSendData([{ to: unknown, data: inner, operation: 1 }]);
      const within = await safe.execute(safeAddress(version, 'MultiSend'), nested, { operation: 1 });
      assert.equal(within.status, 'success');
      await isRefused(within.transactionHash, expected(b, 3_100_000n), 'UNKNOWN_DELEGATECALL');
    });

    test('is not proven on another chain, or by a hash that this chain does not know', async () => {
      const tx = await pay(a, 1_111_111n);
      await isRefused(tx, expected(a, 1_111_111n), 'WRONG_CHAIN', { at: { ...treasury, chainId: 8453 } });
      await isRefused(padHex('0x1234', { size: 32 }), expected(a, 1n), 'NOT_FOUND');
    });

    test('is pending, then replaced by a faster one with the same hash of the Safe, then final', async () => {
      const tx = ownersTransaction(chain.usdc, transferData(lower(b ?? ''), 4_000_000n), await safe.nonce());
      const proposed = safeTxHash(chain.chainId, treasury.safe, {
        ...tx,
        to: lower(tx.to),
        gasToken: lower(tx.gasToken),
        refundReceiver: lower(tx.refundReceiver),
      });
      const want = expected(b, 4_000_000n, { safeTxHash: proposed });
      const data = await safe.sign(tx);
      await chain.rpc('evm_setAutomine', [false]);
      const nonce = await chain.client.getTransactionCount({
        address: chain.client.account.address,
        blockTag: 'pending',
      });
      const send = (gwei: bigint): Promise<Hex> =>
        chain.client.sendTransaction({
          to: safe.address,
          data,
          nonce,
          gas: 400_000n,
          maxFeePerGas: gwei * 10n ** 9n,
          maxPriorityFeePerGas: gwei * 10n ** 8n,
        });
      const slow = await send(3n);
      await isRefused(slow, want, 'PENDING');
      const fast = await send(9n);
      await chain.rpc('evm_mine');
      await chain.rpc('evm_setAutomine', [true]);
      await isRefused(slow, want, 'NOT_FOUND');
      await isProven(fast, want);
      await isRefused(fast, want, 'NOT_FINAL', { finality: 'finalized' });
      await chain.mine(3);
      await isProven(fast, want, { finality: 'finalized' });
    });

    test('is not proven by another transaction of the Safe, such as its rejection', async () => {
      const nonce = await safe.nonce();
      const tx = ownersTransaction(chain.usdc, transferData(lower(b ?? ''), 4_500_000n), nonce);
      const proposed = safeTxHash(chain.chainId, treasury.safe, {
        ...tx,
        to: lower(tx.to),
        gasToken: lower(tx.gasToken),
        refundReceiver: lower(tx.refundReceiver),
      });
      const rejection = await safe.execute(safe.address, '0x');
      await isRefused(
        rejection.transactionHash,
        expected(b, 4_500_000n, { safeTxHash: proposed }),
        'SAFE_TX_HASH_MISMATCH',
      );
    });

    test('is not proven by money that comes back in the same transaction', async () => {
      // The payee is a contract that anybody may make pay: MultiSendCallOnly, called twice in one transaction.
      const multiSend = safeAddress(version, 'MultiSendCallOnly');
      const signed = await safe.sign(
        ownersTransaction(chain.usdc, transferData(multiSend, 2_500_000n), await safe.nonce()),
      );
      const back = { to: chain.usdc, data: transferData(safe.address, 2_500_000n) };
      const { transactionHash, status } = await sent({
        to: multiSend,
        data: multiSendData([{ to: safe.address, data: signed }, back]),
      });
      assert.equal(status, 'success');
      await isRefused(transactionHash, expected(multiSend, 2_500_000n), 'MONEY_CAME_BACK');
    });

    test('is not proven by a transfer of nothing, or to an address that only looks like it', async () => {
      const real = lower(a ?? '');
      const looksLike = `${real.slice(0, 10)}${'0'.repeat(24)}${real.slice(34)}`;
      const tx = await pay(looksLike, 1_234_567n);
      await isRefused(tx, expected(a, 1_234_567n), 'NO_MATCHING_TRANSFER');
      const nothing = await pay(a, 0n);
      await isRefused(nothing, expected(a, 1_234_567n), 'AMOUNT_MISMATCH');
    });

    test('is known no more after a reorg that drops it, and reorged where its block is another one', async () => {
      const tx = await pay(stranger, 2_000_000n);
      const want = expected(stranger, 2_000_000n);
      const facts = await factsOf(chain, tx);
      await isProven(tx, want);
      const elsewhere = { ...facts, block: { hash: parseHash(padHex('0x1', { size: 32 })) ?? '0x', timestamp: 0 } };
      const refused = provePayout(elsewhere, want, treasury, () => null);
      assert.ok(!refused.proven);
      assert.equal(refused.refusal, 'REORGED');
      await chain.reorg(1);
      await isRefused(tx, want, 'NOT_FOUND');
    });
  });
