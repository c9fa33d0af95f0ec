import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { usdc } from '@liqpass/kernel/money';
import { amountsDue, AMOUNTS_OF_A_PREMIUM, isReserved } from '../src/amountDue.ts';
import { indexOrders, matchPayment, type PayableOrder } from '../src/matchPayment.ts';
import { payCalldata, paymentReference, referenceInTransaction } from '../src/paymentReference.ts';
import type { Hex } from '../src/hex.ts';
import { address, hash, SAFE, USDC } from './madeUp.ts';

const ALICE: Hex = `0x${'a1'.repeat(20)}`;
const MALLORY: Hex = `0x${'33'.repeat(20)}`;
const TX: Hex = `0x${'07'.repeat(32)}`;
const NOW = 2_000;

const order = (id: string, more: Partial<PayableOrder> = {}): PayableOrder => ({
  id,
  reference: paymentReference(id),
  amountDue: 996_300n,
  owner: ALICE,
  reportedTxHash: null,
  createdAt: 1_000,
  closesAt: Number.POSITIVE_INFINITY,
  hasMoney: false,
  ...more,
});
const match = (
  orders: readonly PayableOrder[],
  paid: { from?: Hex; amount?: bigint; txHash?: Hex; reference?: Hex | null; at?: number },
): unknown =>
  matchPayment(
    { from: paid.from ?? MALLORY, amount: paid.amount ?? 996_300n, txHash: paid.txHash ?? TX },
    paid.reference ?? null,
    paid.at ?? NOW,
    indexOrders(orders),
  );

test('the reference comes first, whatever the amount and whoever the sender', () => {
  const orders = [order('one'), order('two', { amountDue: 5n, owner: null })];
  const paid = { from: ALICE, amount: 996_300n, reference: paymentReference('two') };
  assert.deepEqual(match(orders, paid), { orderId: 'two', by: 'reference' });
});

test('the exact amount of an order without money is that order, from any wallet', () => {
  assert.deepEqual(match([order('one'), order('two', { amountDue: 996_200n })], {}), { orderId: 'one', by: 'amount' });
});

test("an amount alone is no second payment of an order that has money: it could be a stranger's", () => {
  const orders = [order('one', { hasMoney: true, closesAt: null })];
  assert.deepEqual(match(orders, {}), { orderId: null, candidates: ['one'] });
});

test('the wallet of exactly one open order is that order', () => {
  const orders = [order('one'), order('paid', { closesAt: null, amountDue: 1n })];
  assert.deepEqual(match(orders, { from: ALICE, amount: 700_000n }), { orderId: 'one', by: 'wallet' });
  const two = [order('one'), order('two', { amountDue: 1n })];
  assert.deepEqual(match(two, { from: ALICE, amount: 700_000n }), { orderId: null, candidates: ['one', 'two'] });
  const reported = [order('one'), order('two', { amountDue: 1n, reportedTxHash: TX })];
  assert.deepEqual(match(reported, { from: ALICE, amount: 700_000n }), { orderId: 'two', by: 'wallet' });
});

test("a stranger's report of a transaction gives them nothing", () => {
  const orders = [order('theirs', { owner: MALLORY, reportedTxHash: TX, amountDue: 5n })];
  assert.deepEqual(match(orders, { from: ALICE, amount: 700_000n }), { orderId: null, candidates: [] });
});

test('an order made after the block was not paid by it', () => {
  const orders = [order('later', { createdAt: 3_000 })];
  assert.deepEqual(match(orders, { from: ALICE }), { orderId: null, candidates: [] });
});

test('a wallet pays the order that was open when the block was made, whenever it is read', () => {
  const orders = [order('one', { closesAt: NOW, amountDue: 1n })];
  assert.deepEqual(match(orders, { from: ALICE, at: NOW - 1 }), { orderId: 'one', by: 'wallet' });
  assert.deepEqual(match(orders, { from: ALICE, at: NOW }), { orderId: null, candidates: [] });
});

test('whatever a transfer is matched to, the rule that is named holds', () => {
  const someOrder = fc
    .record({
      id: fc.uuid(),
      amountDue: fc.bigInt(1n, 5n),
      owner: fc.option(fc.constantFrom(ALICE, MALLORY)),
      reportedTxHash: fc.option(fc.constant(TX)),
      createdAt: fc.nat(4_000),
      closesAt: fc.constantFrom(null, NOW, NOW + 1, Number.POSITIVE_INFINITY),
      hasMoney: fc.boolean(),
    })
    .map((each): PayableOrder => ({ ...each, reference: paymentReference(each.id) }));
  const orders = fc.uniqueArray(someOrder, { selector: (each) => each.id, maxLength: 8 });
  const paid = fc.record({
    from: fc.constantFrom(ALICE, MALLORY),
    amount: fc.bigInt(1n, 6n),
    txHash: fc.constantFrom(TX, `0x${'08'.repeat(32)}` as const),
  });
  fc.assert(
    fc.property(orders, paid, fc.nat(8), (all, transfer, named) => {
      const reference = all[named]?.reference ?? null;
      const found = matchPayment(transfer, reference, NOW, indexOrders(all));
      const known = new Set(all.map((each) => each.id));
      if (found.orderId === null) {
        assert.equal(reference, null);
        assert.ok(found.candidates.every((id) => known.has(id)));
        return;
      }
      const chosen = all.find((each) => each.id === found.orderId);
      assert.ok(chosen);
      if (found.by === 'reference') assert.equal(chosen.reference, reference);
      if (found.by === 'amount') {
        assert.ok(chosen.amountDue === transfer.amount && !chosen.hasMoney);
        const rivals = all.filter((each) => each.amountDue === transfer.amount && !each.hasMoney && each !== chosen);
        assert.ok(rivals.every((each) => each.createdAt > 2_060));
      }
      if (found.by === 'wallet')
        assert.ok(chosen.owner === transfer.from && ((chosen.closesAt ?? 0) > NOW || chosen.reportedTxHash === TX));
    }),
  );
});

test('a reference is read back from what a wallet sends, and only for what that pays', () => {
  fc.assert(
    fc.property(
      fc.uuid(),
      address,
      hash,
      fc.bigInt(0n, 2n ** 128n),
      fc.constantFrom('', 'c0de'),
      (id, to, tx, amount, more) => {
        const reference = paymentReference(id);
        const transaction = { hash: tx, to: USDC, input: `${payCalldata(to, amount, reference)}${more}` as const };
        assert.equal(referenceInTransaction(transaction, USDC, { to, amount }), reference);
        assert.equal(referenceInTransaction(transaction, USDC, { to, amount: amount + 1n }), null);
        assert.equal(referenceInTransaction({ ...transaction, to: SAFE }, USDC, { to, amount }), null);
        const plain = { ...transaction, input: transaction.input.slice(0, 138) as Hex };
        assert.equal(referenceInTransaction(plain, USDC, { to, amount }), null);
      },
    ),
  );
});

test('amounts due are less than the premium by less than a cent, all different, the shortest first', () => {
  fc.assert(
    fc.property(fc.bigInt(10_001n, 10n ** 12n), fc.nat(), (premium, turn) => {
      const amounts = [...amountsDue(usdc(premium), turn, { forAll: false })];
      assert.equal(amounts.length, AMOUNTS_OF_A_PREMIUM);
      assert.equal(new Set(amounts).size, amounts.length);
      assert.ok(amounts.every((amount) => amount < premium && premium - amount < 10_000n && amount > 0n));
      const tags = amounts.map((amount) => (premium - amount) % 100n === 0n);
      assert.equal(tags.lastIndexOf(true), 98);
      assert.equal(tags.indexOf(false), 99);
    }),
    { numRuns: 20 },
  );
});

test("half of the amounts of any premium are nobody else's than of who has shown a position", () => {
  fc.assert(
    fc.property(fc.bigInt(10_001n, 10n ** 12n), fc.nat(), (premium, turn) => {
      const all = [...amountsDue(usdc(premium), turn, { forAll: false })];
      const open = [...amountsDue(usdc(premium), turn, { forAll: true })];
      assert.deepEqual(
        open,
        all.filter((amount) => !isReserved(amount)),
      );
      // Whatever other premiums' amounts lie among these: an amount is reserved by itself, not by its premium.
      assert.ok(all.length - open.length >= 4_800 && open.length >= 4_800, String(open.length));
    }),
    { numRuns: 20 },
  );
});
