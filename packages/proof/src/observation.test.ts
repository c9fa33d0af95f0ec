import type { RecordedExchange } from '@liqpass/evidence/bundle';
import { exchangePath } from '@liqpass/evidence/bundle';
import { createOkxAccount } from '@liqpass/testing/okxAccount';
import { okxAnswer, okxError, type OkxReply } from '@liqpass/testing/okxAnswers';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ABSENT_AGAIN_MS, observe, type Observation, type Observed } from './observation.ts';
import { allPositionsTarget } from './targets.ts';

const T0 = Date.parse('2026-05-01T00:00:00Z');
const OTHER = { posId: '9', instId: 'ETH-USDT-SWAP', cTime: String(T0), pos: '3', posSide: 'long' };

function world(): { account: ReturnType<typeof createOkxAccount>; asked: Observed } {
  const account = createOkxAccount();
  account.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
  const [row] = account.positions();
  return {
    account,
    asked: {
      instId: account.instId,
      posId: String(row?.['posId']),
      cTime: String(row?.['cTime']),
      sinceMs: T0 + 60_000,
    },
  };
}

type Answering = (target: string) => OkxReply;
/** Asks as jp-verify does; `gapMs` after the first answers, where it must ask again. */
function run(asked: Observed, answering: Answering, gapMs = ABSENT_AGAIN_MS): Observation | 'refused' {
  const exchanges: RecordedExchange[] = [];
  let nowMs = T0 + 3_600_000;
  for (;;) {
    const seen = observe(asked, exchanges);
    if (seen.kind === 'observed') return seen.answer;
    if (seen.kind === 'refused') return 'refused';
    if (seen.notBeforeMs !== null) nowMs += gapMs;
    for (const target of seen.needs) {
      const { status, body } = answering(target);
      exchanges.push({
        path: exchangePath(exchanges.length + 1, target),
        method: 'GET',
        host: 'https://exchange',
        target,
        sent_at_ms: nowMs,
        received_at_ms: nowMs + 20,
        status,
        date: null,
        content_type: 'application/json',
        body,
        body_encoding: 'utf8',
        failure: null,
      });
    }
  }
}
const rows = (data: unknown[]): OkxReply => ({ status: 200, body: JSON.stringify({ code: '0', data, msg: '' }) });
const isPositions = (target: string): boolean => target.includes('/account/positions?');

test('an open position is seen with its margin, its leverage and what its holder moved since', () => {
  const { account, asked } = world();
  account.note({ at: T0 + 30_000, type: '6', subType: '160', change: '7' });
  account.note({ at: T0 + 90_000, type: '6', subType: '161', change: '-12.5' });
  account.note({ at: T0 + 80_000, type: '6', subType: '160', change: '3' });
  account.note({ at: T0 + 95_000, type: '8', subType: '173', change: '-0.1' });
  const seen = run(asked, (target) => okxAnswer(account, target));
  assert.ok(seen !== 'refused');
  assert.equal(seen.state, 'open');
  assert.deepEqual(
    seen.marginTransfers?.map(({ amount, timeMs }) => [amount, timeMs - T0]),
    [
      ['3', 80_000],
      ['-12.5', 90_000],
    ],
    'what was moved before, and funding, is no transfer since',
  );
  assert.equal(seen.position?.lever, '20');
});

test('a position is gone when it is absent twice, five seconds apart', () => {
  const { account, asked } = world();
  const gone: Answering = (target) => (isPositions(target) ? rows([OTHER]) : okxAnswer(account, target));
  assert.equal(runState(asked, gone), 'absent');
  assert.equal(
    runState(asked, (target) => (isPositions(target) ? rows([]) : okxAnswer(account, target))),
    'absent',
  );
  assert.equal(runState(asked, gone, ABSENT_AGAIN_MS - 1), 'unknown');
});

test('a position that was left out once, or is written with size 0 and then not, is open', () => {
  const { account, asked } = world();
  const ghost: Answering = (target) =>
    isPositions(target) && target !== allPositionsTarget ? rows([OTHER]) : okxAnswer(account, target);
  assert.equal(runState(asked, ghost), 'open');
  const zero = rows(account.positions().map((row) => ({ ...row, pos: '0' })));
  assert.equal(
    runState(asked, (target) => (isPositions(target) ? zero : okxAnswer(account, target))),
    'absent',
  );
});

test('the same position opened again is another one', () => {
  const { account, asked } = world();
  assert.equal(
    runState({ ...asked, cTime: String(Number(asked.cTime) - 1) }, (target) => okxAnswer(account, target)),
    'absent',
  );
});

test('an error is never absence, at the first question and at the second', () => {
  const { account, asked } = world();
  const errors = [okxError('50011', 'Too Many Requests', 429), okxError('50001', ''), { status: 502, body: '<html>' }];
  for (const error of errors) {
    assert.equal(
      runState(asked, (target) => (isPositions(target) ? error : okxAnswer(account, target))),
      'refused',
    );
    const second: Answering = (target) =>
      target === allPositionsTarget ? error : isPositions(target) ? rows([OTHER]) : okxAnswer(account, target);
    assert.equal(runState(asked, second), 'refused');
  }
  assert.equal(
    runState(asked, (target) => (isPositions(target) ? rows([{ instId: 'no id' }]) : okxAnswer(account, target))),
    'unknown',
  );
});

test('a ledger that cannot be read is not an empty one', () => {
  const { account, asked } = world();
  const seen = run(asked, (target) =>
    target.includes('bills-archive') ? okxError('50011', 'Too Many Requests', 429) : okxAnswer(account, target),
  );
  assert.ok(seen !== 'refused');
  assert.deepEqual([seen.state, seen.marginTransfers], ['open', null]);
});

function runState(asked: Observed, answering: Answering, gapMs?: number): string {
  const seen = run(asked, answering, gapMs);
  return seen === 'refused' ? seen : seen.state;
}
