import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIso, HOUR_MS } from '@liqpass/kernel/time';
import { createOkxAccount, type OkxAccount } from '@liqpass/testing/okxAccount';
import { okxAnswer, okxRows, type OkxReply } from '@liqpass/testing/okxAnswers';
import { recordReply } from '@liqpass/testing/okxReading';
import { at, checkOf, liquidatedAccount, NOW, row, said, T0, verify } from '../test/claim.ts';
import { proveClaim, verifyClaim } from './verdict.ts';

const INCOMPLETE = ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE'];
const CONTRADICTS = ['INCONCLUSIVE', 'EVIDENCE_CONTRADICTS'];

test('a position that goes on after its full liquidation contradicts itself', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '4', px: '100000' });
  account.trade({ at: at(120), side: 'sell', sz: '3', px: '95000', kind: 'full_liquidation' });
  assert.deepEqual(said(verify(account, ordId)).slice(0, 2), CONTRADICTS, 'still open');
  account.trade({ at: at(130), side: 'sell', sz: '1', px: '96000' });
  assert.deepEqual(said(verify(account, ordId)).slice(0, 2), CONTRADICTS, 'closed by hand');
});

test('a position that is open while its history says it ended is INCONCLUSIVE', () => {
  for (const type of ['2', '3', '6']) {
    const account = createOkxAccount();
    const ordId = account.trade({ at: T0, side: 'buy', sz: '4', px: '100000' });
    account.trade({ at: at(120), side: 'sell', sz: '1', px: '95000', kind: 'partial_liquidation' });
    assert.equal(verify(account, ordId).verdict, 'PARTIALLY_LIQUIDATED');
    row(account.history, 0)['type'] = type;
    assert.deepEqual(said(verify(account, ordId)).slice(0, 2), CONTRADICTS, type);
  }
});

test('a forced bill without a margin mode has that of its order; without either it is no proof', () => {
  const { account, ordId } = liquidatedAccount();
  delete row(account.bills, -1)['mgnMode'];
  assert.equal(verify(account, ordId).verdict, 'LIQUIDATED');
  row(account.orders, -1)['tdMode'] = '';
  assert.deepEqual(said(verify(account, ordId)).slice(0, 2), INCOMPLETE);
});

test('a forced order on another position than its bill contradicts', () => {
  for (const [field, value] of [
    ['tdMode', 'cross'],
    ['instId', 'ETH-USDT-SWAP'],
    ['side', 'buy'],
    ['accFillSz', '1'],
  ] as const) {
    const { account, ordId } = liquidatedAccount();
    const forced = row(account.orders, -1);
    const answer = verify(account, ordId, {
      intercept: (target, reply) =>
        target.includes(`ordId=${String(forced['ordId'])}`) ? okxRows([{ ...forced, [field]: value }]) : reply,
    });
    assert.deepEqual(said(answer).slice(0, 2), CONTRADICTS, field);
    assert.equal(checkOf(answer, 'FORCED_BY_ORDER'), 'fail');
  }
});

test('a last close whose fill is missing, or of another time, is no denial', () => {
  const { account, ordId } = liquidatedAccount({ kind: 'trade' });
  const fill = row(account.fills, -1);
  fill['ts'] = String(Number(fill['ts']) + 5_000);
  assert.deepEqual(said(verify(account, ordId)).slice(0, 2), CONTRADICTS);
  account.fills.pop();
  assert.deepEqual(said(verify(account, ordId)).slice(0, 2), INCOMPLETE);
});

test('a row that comes back changed on a later page leaves the reading incomplete', () => {
  const { account, ordId } = liquidatedAccount();
  const changed = (target: string, reply: OkxReply): OkxReply =>
    target.includes('bills-archive') && target.includes('after=')
      ? okxRows([{ ...row(account.bills, 0), balChg: '1' }])
      : reply;
  assert.deepEqual(said(verify(account, ordId, { intercept: changed })).slice(0, 2), INCOMPLETE);
});

test('closed positions of one millisecond are all read, wherever a page ends', () => {
  for (const [later, same] of [
    [0, 1],
    [95, 3],
    [95, 4],
    [95, 25],
    [190, 60],
    [0, 250],
  ] as const) {
    const { account, ordId } = liquidatedAccount();
    const [life] = account.history;
    assert.ok(life);
    // Served before ours: so many that ended later, and so many in the same millisecond.
    for (let index = 0; index < later + same; index += 1) {
      const uTime = String(Number(life['uTime']) + Math.max(0, index - same + 1));
      account.history.unshift({ ...life, posId: String(9_000 + index), posSide: 'short', direction: 'short', uTime });
    }
    const answer = verify(account, ordId);
    // A page full of one millisecond cannot be told from pages that repeat.
    if (same < 99) assert.deepEqual(said(answer), ['LIQUIDATED', null, []], `${later} and ${same}`);
    else assert.deepEqual(said(answer).slice(0, 2), INCOMPLETE);
  }
});

test('ledgers of exactly a page, one row more, and several pages with rows of one millisecond read the same', () => {
  for (const notes of [97, 98, 99, 100, 248, 250]) {
    const account = createOkxAccount();
    const ordId = account.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
    for (let index = 0; index < notes; index += 1)
      account.note({ at: at(30 + Math.floor(index / 7)), type: '8', subType: '173', change: '-0.01' });
    account.trade({ at: at(120), side: 'sell', sz: '2', px: '95000', kind: 'full_liquidation' });
    const answer = verify(account, ordId);
    assert.deepEqual(said(answer), ['LIQUIDATED', null, []], String(notes));
    assert.equal(answer.liquidation?.loss.total, '100');
  }
});

test('an order whose last change is dated before its fills still finds its position', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: at(5), side: 'buy', sz: '2', px: '100000' });
  account.trade({ at: at(120), side: 'sell', sz: '2', px: '95000', kind: 'full_liquidation' });
  Object.assign(row(account.orders, 0), { cTime: String(T0), uTime: String(T0) });
  assert.equal(verify(account, ordId).verdict, 'LIQUIDATED');
});

test('small amounts as JSON numbers are read, ids that a number cannot hold are not', () => {
  const { account, ordId } = liquidatedAccount();
  const tiny = account.bills.map((bill) => ({ ...bill, interest: 0.0000001 }));
  const small = account.history.map((life) => ({ ...life, fundingFee: 0.0000001 }));
  account.bills.splice(0, 2, ...tiny);
  account.history.splice(0, 1, ...small);
  assert.equal(verify(account, ordId).verdict, 'LIQUIDATED');
  row(account.bills, -1)['billId'] = Number(row(account.bills, -1)['billId']);
  assert.deepEqual(said(verify(account, ordId)).slice(0, 2), INCOMPLETE);
});

test('of a position turned round, a loss that the history does not bear out counts for no more than it does', () => {
  const account = createOkxAccount();
  account.trade({ at: T0, posSide: 'net', side: 'sell', sz: '1', px: '100000' });
  const ordId = account.trade({ at: at(5), posSide: 'net', side: 'buy', sz: '3', px: '100000' });
  account.trade({ at: at(120), posSide: 'net', side: 'sell', sz: '2', px: '95000', kind: 'full_liquidation' });
  row(account.bills, -1)['posBalChg'] = '-103';
  const answer = verify(account, ordId);
  assert.deepEqual(said(answer), ['LIQUIDATED', null, ['LOSS_SOURCES_DISAGREE', 'NET_MODE_FLIP']]);
  // 103 on the bill, 100 by the history; the fee of turning round is 1.5, of which 1 or more opened this life.
  assert.equal(answer.liquidation?.loss.total, '99.5');
});

test('a list of permissions in JSON reads as the text does', () => {
  const { account, ordId } = liquidatedAccount();
  account.config['perm'] = ['read_only'];
  assert.equal(verify(account, ordId).verdict, 'LIQUIDATED');
  account.config['perm'] = ['read_only', 'trade'];
  assert.deepEqual(said(verify(account, ordId)), ['INELIGIBLE', 'KEY_NOT_READ_ONLY', []]);
});

test('a mark that never came near is flagged only where every page of the window was read', () => {
  const { account, ordId } = liquidatedAccount({ at: at(20 * 60) });
  account.mark.at = () => '116000';
  const snapshot = { liqPx: '111700' };
  const flagged = verify(account, ordId, { snapshot });
  assert.deepEqual(said(flagged)[2], ['MARK_NEVER_REACHED_LIQ_PRICE']);
  let pages = 0;
  const cut = verify(account, ordId, {
    snapshot,
    intercept: (target, reply) => {
      if (!target.includes('candles')) return reply;
      pages += 1;
      return pages === 1 ? reply : { status: 503, body: '' };
    },
  });
  assert.deepEqual([said(cut)[2], checkOf(cut, 'MARK_REACHED_LIQ_PRICE')], [[], 'no_data']);
  // An exchange that gives fewer candles than were asked for is asked again for the rest.
  account.mark.at = (ms) => (ms >= at(60) && ms < at(61) ? '111600' : '116000');
  assert.deepEqual(said(verify(account, ordId, { snapshot, answers: { pageSize: 37 } }))[2], []);
});

/** How many times the exchange must be waited for, when everything known to be needed is asked for at once. */
function waves(account: OkxAccount, ordId: string, answerTo: (target: string) => OkxReply, snapshot = {}): number {
  const claim = verifyClaim.parse({
    instId: account.instId,
    ordId,
    boundAt: formatIso(at(10)),
    coverageStartAt: formatIso(at(20)),
    coverageEndAt: formatIso(at(20) + 24 * HOUR_MS),
    snapshot,
  });
  const read: ReturnType<typeof recordReply>[] = [];
  for (let wave = 0; ; wave += 1) {
    const { needs, answer } = proveClaim(claim, read, NOW);
    if (answer !== null) {
      assert.equal(answer.verdict, 'LIQUIDATED');
      return wave;
    }
    for (const target of needs) read.push(recordReply(read.length + 1, target, answerTo(target), NOW));
  }
}

test('a liquidation is proven in four rounds of questions at most, so that a slow exchange is waited for', () => {
  const { account, ordId } = liquidatedAccount({ at: at(22 * 60) });
  const answerTo = (target: string): OkxReply => okxAnswer(account, target, { nowMs: NOW });
  assert.equal(waves(account, ordId, answerTo), 3);
  account.mark.at = () => '111600';
  assert.equal(waves(account, ordId, answerTo, { liqPx: '111700' }), 4);
  account.mark.at = (ms) => (ms < at(60) ? '111600' : '116000');
  assert.equal(waves(account, ordId, answerTo, { liqPx: '111700' }), 5, 'the mark only came there long before');
});
