import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTE_MS } from '@liqpass/kernel/time';
import { createOkxAccount, type OkxAccount, type PosSide } from '@liqpass/testing/okxAccount';
import fc from 'fast-check';
import { at, said, T0, verify } from '../test/claim.ts';
import type { VerdictAnswer } from './verdict.ts';

/** Books as the exchange does: an ordinary trade a millisecond after it was filled, a forced one at once. */
function bookAsTheExchange(account: OkxAccount): void {
  for (const rows of [account.bills, account.fills])
    for (const row of rows) {
      const filled = Number(row['fillTime']);
      const isForced = Number(row['tradeId']) < 0;
      row['ts'] = String(isForced ? filled : filled + 1);
    }
}

test('a stop-loss filled in the millisecond of the liquidation came before it, though it is booked after', () => {
  for (const posSide of ['long', 'short', 'net'] as const) {
    const [open, close] = posSide === 'short' ? (['sell', 'buy'] as const) : (['buy', 'sell'] as const);
    const account = createOkxAccount();
    const ordId = account.trade({ at: T0, posSide, side: open, sz: '1', px: '100000' });
    account.trade({ at: at(120), posSide, side: close, sz: '0.4', px: '99000' });
    account.trade({ at: at(120), posSide, side: close, sz: '0.6', px: '99000', kind: 'full_liquidation' });
    bookAsTheExchange(account);
    const answer = verify(account, ordId);
    assert.deepEqual(said(answer), ['LIQUIDATED', null, []], posSide);
    assert.equal(answer.liquidation?.share, '1');
    assert.equal(answer.liquidation?.loss.total, '30');
  }
});

test('a resting buy filled in the millisecond of the liquidation is part of what was liquidated', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '1', px: '100000' });
  account.trade({ at: at(120), side: 'buy', sz: '0.25', px: '98000' });
  account.trade({ at: at(120), side: 'sell', sz: '1.25', px: '98000', kind: 'full_liquidation' });
  bookAsTheExchange(account);
  const answer = verify(account, ordId);
  assert.deepEqual(said(answer), ['LIQUIDATED', null, ['SIZE_ADDED_AFTER_BIND']]);
  assert.equal(answer.liquidation?.share, '0.8');
});

test('where ids tell the wrong order too, the one that the exchange agrees with elsewhere is taken', () => {
  const swapIds = (account: OkxAccount, first: number, second: number): void => {
    for (const rows of [account.bills, account.fills]) {
      const [one, other] = [rows.at(first), rows.at(second)];
      assert.ok(one && other);
      [one['billId'], other['billId']] = [other['billId'], one['billId']];
    }
  };
  const stopped = createOkxAccount();
  const ordId = stopped.trade({ at: T0, side: 'buy', sz: '1', px: '100000' });
  stopped.trade({ at: at(120), side: 'sell', sz: '0.4', px: '99000' });
  stopped.trade({ at: at(120), side: 'sell', sz: '0.6', px: '99000', kind: 'full_liquidation' });
  bookAsTheExchange(stopped);
  swapIds(stopped, -1, -2);
  assert.deepEqual(said(verify(stopped, ordId)), ['LIQUIDATED', null, []]);

  // Both orders add up: bought and then sold it was larger than sold and then bought.
  for (const [first, share] of [
    ['buy', '0.5'],
    ['sell', '0.333333333333333333333333333333'],
  ] as const) {
    const account = createOkxAccount();
    const ours = account.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
    const second = first === 'buy' ? ('sell' as const) : ('buy' as const);
    for (const side of [first, second])
      account.trade({ at: at(60), side, sz: side === 'buy' ? '2' : '1', px: '100000' });
    account.trade({ at: at(120), side: 'sell', sz: '3', px: '95000', kind: 'full_liquidation' });
    bookAsTheExchange(account);
    assert.equal(verify(account, ours).liquidation?.share, share);
    swapIds(account, 1, 2);
    assert.equal(verify(account, ours).liquidation?.share, share, `${first} first`);
  }
});

type Step = { side: 'buy' | 'sell'; sz: number; after: number };
const step = fc.record({
  side: fc.constantFrom('buy' as const, 'sell' as const),
  sz: fc.integer({ min: 1, max: 400 }),
  // Most are filled together with the one before.
  after: fc.constantFrom(0, 0, 0, 1, MINUTE_MS),
});

function live(
  posSide: PosSide,
  steps: readonly Step[],
  kind: 'full_liquidation' | 'trade',
): { account: OkxAccount; ordId: string } {
  const account = createOkxAccount({ seed: steps.length });
  const isShort = posSide === 'short';
  let ms = at(30);
  const ordId = account.trade({ at: T0, posSide, side: isShort ? 'sell' : 'buy', sz: '1', px: '100000' });
  const held = (): number => Number(account.positions()[0]?.['pos'] ?? 0);
  for (const { side, sz, after } of steps) {
    ms += after;
    const adds = (side === 'sell') === isShort;
    // Never all of it: one life, in which the order of what was filled together matters.
    const most = adds ? sz / 100 : Math.min(sz / 100, Math.abs(held()) - 0.01);
    if (most >= 0.01) account.trade({ at: ms, posSide, side, sz: most.toFixed(2), px: '100000' });
  }
  const rest = Math.abs(held()).toFixed(2);
  account.trade({ at: ms, posSide, side: isShort ? 'buy' : 'sell', sz: rest, px: '95000', kind });
  bookAsTheExchange(account);
  return { account, ordId };
}

test('rows of one millisecond in any order, and booked a millisecond sooner or later, never change a verdict', () => {
  const anySide = fc.constantFrom<PosSide>('long', 'short', 'net');
  const anyEnd = fc.constantFrom('full_liquidation' as const, 'trade' as const);
  fc.assert(
    fc.property(
      anySide,
      fc.array(step, { maxLength: 9 }),
      anyEnd,
      fc.infiniteStream(fc.nat(2)),
      (posSide, steps, end, random) => {
        const { account, ordId } = live(posSide, steps, end);
        const judge = (): VerdictAnswer => verify(account, ordId);
        const essence = ({ verdict, reason, flags, liquidation }: VerdictAnswer): unknown => ({
          verdict,
          reason,
          flags,
          loss: liquidation?.loss,
          share: liquidation?.share,
        });
        const truth = judge();
        assert.equal(truth.verdict, end === 'trade' ? 'NOT_LIQUIDATED' : 'LIQUIDATED', account.describe());
        const next = (): number => random.next().value ?? 0;
        for (const rows of [account.bills, account.fills]) {
          rows.sort(() => next() - 1);
          for (const row of rows) row['ts'] = String(Number(row['ts']) + next() - 1);
        }
        assert.deepEqual(essence(judge()), essence(truth), account.describe());
      },
    ),
    { numRuns: 60 },
  );
});

test('hundreds of trades filled in the millisecond of the liquidation are judged in whatever order they come', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '10', px: '100000' });
  for (let index = 0; index < 400; index += 1)
    account.trade({ at: at(60), side: index % 2 === 0 ? 'buy' : 'sell', sz: '0.5', px: '100000' });
  account.trade({ at: at(60), side: 'sell', sz: '10', px: '95000', kind: 'full_liquidation' });
  bookAsTheExchange(account);
  account.bills.reverse();
  assert.equal(verify(account, ordId).verdict, 'LIQUIDATED');
});
