import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordedExchange } from '@liqpass/evidence/bundle';
import {
  compare,
  divide,
  isNegative,
  multiply,
  ONE,
  add,
  ratio,
  subtract,
  ZERO,
  type Decimal,
} from '@liqpass/kernel/decimal';
import { formatIso } from '@liqpass/kernel/time';
import { createOkxAccount, type OkxAccount } from '@liqpass/testing/okxAccount';
import { okxAnswer } from '@liqpass/testing/okxAnswers';
import { recordReply } from '@liqpass/testing/okxReading';
import fc from 'fast-check';
import { at, NOW, T0 } from '../test/claim.ts';
import { insuredSize, replay, type Movement } from './ledger.ts';
import { proveSnapshot } from './snapshotProof.ts';
import { proveClaim, verifyClaim, type Proof } from './verdict.ts';

const origin = { path: 'okx/01-account-bills-archive', pointer: '' };
const nothing = {
  instId: '',
  mgnMode: '',
  tradeId: '',
  ccy: '',
  px: null,
  pnl: null,
  fee: null,
  balChg: null,
  posBalChg: null,
};
/** A movement of `hundredths` of a contract. */
function movement(number: number, sign: 1 | -1, hundredths: number, ordId: string): Movement {
  const size = ratio(BigInt(hundredths), 100n);
  const bill = { ...nothing, billId: String(number), ordId, type: '2', subType: sign === 1 ? '3' : '5', sz: size };
  return {
    bill: { ...bill, posBal: null, fillTime: null, ts: T0 + number, origin },
    fill: null,
    kind: 'trade',
    sign,
    size,
  };
}

test('the insured part keeps to sixty decimals however long the ledger, and is never below the exact one nor shown otherwise', () => {
  const anyStep = fc.record({
    adds: fc.boolean(),
    hundredths: fc.integer({ min: 1, max: 9_999 }),
    isOurs: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 1, maxLength: 60 }), (steps) => {
      const movements = [movement(1, 1, 777, '1')];
      let held = 777;
      let exact: Decimal = ONE;
      let size: Decimal = ratio(777n, 100n);
      for (const { adds, hundredths, isOurs } of steps) {
        const moved = adds ? hundredths : Math.min(hundredths, held - 1);
        if (moved === 0) continue;
        held += adds ? moved : -moved;
        movements.push(movement(movements.length + 1, adds ? 1 : -1, moved, isOurs ? '1' : '2'));
        const part = ratio(BigInt(moved), 100n);
        if (adds) {
          const whole = add(size, part);
          exact = divide(add(multiply(exact, size), isOurs ? part : ZERO), whole);
          size = whole;
        } else size = subtract(size, part);
      }
      const { segments } = replay(movements, '1', false);
      const [segment] = segments ?? assert.fail();
      assert.ok(segment);
      assert.equal(10n ** 60n % segment.share.d, 0n);
      assert.ok(compare(segment.share, ONE) <= 0);
      const over = subtract(segment.share, exact);
      assert.ok(!isNegative(over) && compare(over, ratio(BigInt(movements.length), 10n ** 60n)) < 0);
      assert.ok(compare(insuredSize(segment), segment.size) <= 0);
    }),
  );
});

test('ten thousand trades are replayed with numbers of a bounded length', () => {
  const movements = [movement(1, 1, 1_000_003, '1')];
  for (let number = 2; number <= 10_000; number += 1)
    movements.push(
      movement(number, number % 2 === 0 ? 1 : -1, 7 + ((number * 7_919) % 9_973), number % 3 === 0 ? '1' : '2'),
    );
  const { segments } = replay(movements, '1', false);
  const [segment] = segments ?? assert.fail();
  assert.ok(segment && segment.closes.every(({ share }) => 10n ** 60n % share.d === 0n && share.n <= share.d));
});

/** Judges an account whose ledger pages beyond so many there was no time to ask for. */
function untilLate<T>(account: OkxAccount, prove: (read: readonly RecordedExchange[]) => Proof<T>, most: number): T {
  const read: RecordedExchange[] = [];
  let pages = 0;
  for (;;) {
    const proof = prove(read);
    if (proof.kind === 'proven') return proof.answer;
    for (const target of proof.needs) {
      const isPage = /bills-archive|fills-history/.test(target) && target.includes('after=');
      pages += isPage ? 1 : 0;
      const reply = recordReply(
        read.length + 1,
        target,
        isPage && pages > most ? null : okxAnswer(account, target, { nowMs: NOW }),
        NOW,
      );
      read.push(reply.failure === null ? reply : { ...reply, failure: 'NOT_ASKED' });
    }
  }
}

test('a ledger that there was no time to read is told from an exchange that did not answer, at binding too', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
  for (let index = 0; index < 2_600; index += 1)
    account.trade({ at: at(30) + index, side: index % 2 === 0 ? 'buy' : 'sell', sz: '1', px: '100000' });
  const claim = verifyClaim.parse({
    instId: account.instId,
    ordId,
    boundAt: formatIso(at(10)),
    coverageStartAt: formatIso(at(20)),
    coverageEndAt: formatIso(at(20 + 24 * 60)),
  });
  const verdict = (most: number): unknown => {
    const { verdict: found, reason } = untilLate(account, (read) => proveClaim(claim, read, NOW), most);
    return [found, reason];
  };
  assert.deepEqual(verdict(40), ['INCONCLUSIVE', 'LEDGER_TOO_LONG']);
  assert.deepEqual(verdict(4), ['INCONCLUSIVE', 'EXCHANGE_UNAVAILABLE']);
  const snapshot = (most: number): unknown => {
    const { insurable, reason } = untilLate(
      account,
      (read) => proveSnapshot({ instId: account.instId, ordId }, read, NOW),
      most,
    );
    return [insurable, reason];
  };
  assert.deepEqual(snapshot(20), [false, 'LEDGER_TOO_LONG']);
  assert.deepEqual(snapshot(40), [true, null]);
});
