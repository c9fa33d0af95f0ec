import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, compare, equal, formatDecimal, isNegative, ONE, subtract, sum } from '@liqpass/kernel/decimal';
import { formatIso, HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { createOkxAccount, type OkxAccount, type PosSide } from '@liqpass/testing/okxAccount';
import { okxAnswer } from '@liqpass/testing/okxAnswers';
import { readUntilProven } from '@liqpass/testing/okxReading';
import fc from 'fast-check';
import { byFill } from './fillOrder.ts';
import { replay, signed, type Movement } from './ledger.ts';
import { moveOf } from './movements.ts';
import { billRow } from './rows.ts';
import { proveClaim, verifyClaim, type VerdictAnswer } from './verdict.ts';

const T0 = 1_760_000_000_000;
const NOW = T0 + 60 * HOUR_MS;

type Step = { side: 'buy' | 'sell'; sz: number; after: number };
const step = fc.record({
  side: fc.constantFrom('buy' as const, 'sell' as const),
  sz: fc.integer({ min: 1, max: 400 }),
  after: fc.integer({ min: 1, max: 40 }),
});
type Life = { account: OkxAccount; ordId: string; movements: Movement[]; liquidated: boolean };

/** An account that trades at random in one slot, its second trade being the insured order; at the end it may be liquidated. */
function live(posSide: PosSide, steps: readonly Step[], liquidate: boolean): Life {
  const account = createOkxAccount({ seed: steps.length });
  let atMs = T0;
  const ids: string[] = [];
  const held = (): number => Number(account.positions()[0]?.['pos'] ?? 0);
  const trade = (side: 'buy' | 'sell', size: number, kind: 'trade' | 'full_liquidation'): void => {
    ids.push(account.trade({ at: atMs, posSide, side, sz: String(size), px: String(100_000 + ids.length), kind }));
  };
  for (const { side, sz, after } of steps) {
    atMs += after * MINUTE_MS;
    const isOpening = posSide === 'net' || (side === 'buy') === (posSide === 'long');
    const most = isOpening ? sz / 100 : Math.min(sz / 100, Math.abs(held()));
    if (most > 0) trade(side, most, 'trade');
  }
  atMs += MINUTE_MS;
  const rest = held();
  const isShort = posSide === 'short' || rest < 0;
  if (liquidate && rest !== 0) trade(isShort ? 'buy' : 'sell', Math.abs(rest), 'full_liquidation');
  const movements = account.bills.map((row): Movement => {
    const bill = { ...billRow.parse(row), origin: { path: 'okx/01-bills', pointer: '' } };
    const move = moveOf(bill.subType);
    assert.ok(move && bill.sz);
    return { bill, fill: null, kind: move.kind, sign: move.sign, size: bill.sz };
  });
  return { account, ordId: ids[1] ?? ids[0] ?? '1', movements, liquidated: liquidate && rest !== 0 };
}

const anySide = fc.constantFrom<PosSide>('long', 'short', 'net');
const anySteps = fc.array(step, { minLength: 2, maxLength: 12 });

test('a replay conserves size, and never insures more than there is', () => {
  fc.assert(
    fc.property(anySide, anySteps, fc.boolean(), (posSide, steps, liquidate) => {
      const { account, ordId, movements } = live(posSide, steps, liquidate);
      const { segments } = replay(byFill(movements), ordId, posSide === 'net');
      assert.ok(segments);
      for (const segment of segments) {
        const opened = sum(segment.opens.map((open) => open.size));
        const closed = sum(segment.closes.map((close) => close.size));
        assert.ok(equal(subtract(opened, closed), segment.size));
        assert.ok(!isNegative(segment.share) && compare(segment.share, ONE) <= 0);
        for (const close of segment.closes) assert.ok(!isNegative(close.share) && compare(close.share, ONE) <= 0);
      }
      const traded = segments.reduce(
        (total, segment) => add(total, sum([...segment.opens, ...segment.closes].map((piece) => piece.size))),
        { n: 0n, d: 1n },
      );
      assert.ok(equal(traded, sum(movements.map((movement) => movement.size))));
      const last = segments.at(-1);
      const shown = Number(account.positions()[0]?.['pos'] ?? 0);
      const open = posSide === 'short' && shown !== 0 ? -shown : shown;
      assert.equal(Number(formatDecimal(last && last.endTs === null ? signed(last) : { n: 0n, d: 1n })), open);
      // Every life that ended left one row of history; a live one that was partly closed has one too.
      assert.ok(segments.filter((segment) => segment.endTs !== null).length <= account.history.length);
    }),
  );
});

function verdictOf({ account, ordId }: Life): VerdictAnswer {
  const claim = verifyClaim.parse({
    instId: account.instId,
    ordId,
    boundAt: formatIso(T0),
    coverageStartAt: formatIso(T0),
    coverageEndAt: formatIso(T0 + 24 * HOUR_MS),
  });
  return readUntilProven(
    (read) => proveClaim(claim, read, NOW),
    (target) => okxAnswer(account, target, { nowMs: NOW }),
    NOW,
  ).answer;
}
const essence = ({ verdict, reason, flags, liquidation }: VerdictAnswer): unknown => ({
  verdict,
  reason,
  flags,
  liquidation,
});

test('an honest account always gets a verdict, whatever it did, and rows in any order give the same', () => {
  fc.assert(
    fc.property(anySide, anySteps, fc.boolean(), fc.infiniteStream(fc.nat()), (posSide, steps, liquidate, random) => {
      const life = live(posSide, steps, liquidate);
      fc.pre(life.movements.length > 0);
      const truth = verdictOf(life);
      assert.notEqual(
        truth.verdict,
        'INCONCLUSIVE',
        JSON.stringify(truth.checks.filter((check) => check.result !== 'pass')),
      );
      for (const rows of [life.account.bills, life.account.fills, life.account.orders, life.account.history])
        rows.sort(() => ((random.next().value ?? 0) % 3) - 1);
      assert.deepEqual(essence(verdictOf(life)), essence(truth));
    }),
    { numRuns: 40 },
  );
});

test('a row that is missing never makes another liquidation, nor another denial: the verdict stays or is INCONCLUSIVE', () => {
  const places = ['bills', 'fills', 'orders', 'history'] as const;
  fc.assert(
    fc.property(
      anySide,
      anySteps,
      fc.boolean(),
      fc.constantFrom(...places),
      fc.nat(),
      (posSide, steps, liquidate, place, which) => {
        const life = live(posSide, steps, liquidate);
        fc.pre(life.movements.length > 0);
        const truth = verdictOf(life);
        const rows = life.account[place];
        if (rows.length === 0) return;
        const [gone] = rows.splice(which % rows.length, 1);
        const found = verdictOf(life);
        if (found.verdict === 'INCONCLUSIVE') return;
        assert.deepEqual(
          [found.verdict, found.reason, found.liquidation],
          [truth.verdict, truth.reason, truth.liquidation],
          `${place} ${JSON.stringify(gone)}`,
        );
      },
    ),
    { numRuns: 80 },
  );
});
