import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOkxAccount, type OkxAccount, type Row } from '@liqpass/testing/okxAccount';
import { okxAnswer, okxError, okxRows, type OkxReply } from '@liqpass/testing/okxAnswers';
import { recordedLiquidation, recordedRoundTrip, recordingsMissing } from '@liqpass/testing/okxRecordings';
import { formatIso, HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { at, checkOf, liquidatedAccount, NOW, row, said, T0, verify, type Asked } from '../test/claim.ts';

const missing = recordingsMissing();
if (missing !== false && process.env['CI'] === 'true') throw new Error(missing);
const recorded = { skip: missing };

test('the recorded liquidation is LIQUIDATED with the loss of its forced bill', recorded, () => {
  const answer = verify(recordedLiquidation(), '2939942264028307457', {
    boundAt: formatIso(1_760_119_800_000),
    coverageStartAt: formatIso(1_760_120_000_000),
    coverageEndAt: formatIso(1_760_206_400_000),
    nowMs: 1_760_130_000_000,
  });
  assert.deepEqual(said(answer), ['LIQUIDATED', null, []]);
  assert.deepEqual(answer.liquidation?.loss, { ccy: 'USDT', total: '7.52686752', insured: '7.52686752' });
  assert.equal(answer.liquidation?.liquidation_time_ms, 1_760_123_344_933);
  assert.equal(answer.liquidation?.first_forced_time_ms, 1_760_123_344_933);
  assert.equal(answer.liquidation?.share, '1');
  assert.equal(answer.liquidation?.side, 'long');
  assert.equal(answer.liquidation?.avg_open_px, '117612.7');
  assert.deepEqual(
    answer.checks.filter((check) => check.result === 'fail'),
    [],
  );
});

test('the recorded round trip was CLOSED_NORMALLY', recorded, () => {
  const answer = verify(recordedRoundTrip(), '2938801601245126656', {
    boundAt: formatIso(1_760_085_700_000),
    coverageStartAt: formatIso(1_760_085_700_000),
    coverageEndAt: formatIso(1_760_172_000_000),
    nowMs: 1_760_130_000_000,
  });
  assert.deepEqual(said(answer), ['NOT_LIQUIDATED', 'CLOSED_NORMALLY', []]);
  assert.equal(answer.liquidation, null);
});

test('a long, a short and a net position are LIQUIDATED with all of their margin', () => {
  for (const [posSide, open, close] of [
    ['long', 'buy', 'sell'],
    ['short', 'sell', 'buy'],
    ['net', 'buy', 'sell'],
    ['net', 'sell', 'buy'],
  ] as const) {
    const account = createOkxAccount();
    const ordId = account.trade({ at: T0, posSide, side: open, sz: '2', px: '100000', lever: '20' });
    account.trade({ at: at(120), posSide, side: close, sz: '2', px: '95000', kind: 'full_liquidation' });
    const answer = verify(account, ordId);
    assert.deepEqual(said(answer), ['LIQUIDATED', null, []], `${posSide} ${open}`);
    // 2 contracts x 0.01 x 100000 / 20
    assert.deepEqual(answer.liquidation?.loss, { ccy: 'USDT', total: '100', insured: '100' });
    assert.equal(answer.liquidation?.liquidation_time_ms, at(120));
    assert.equal(answer.liquidation?.side, open === 'buy' ? 'long' : 'short');
  }
});

test('an order filled in parts, read page by page, is the same', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '3', px: '100000', parts: 3 });
  account.trade({ at: at(120), side: 'sell', sz: '3', px: '95000', kind: 'full_liquidation', parts: 3 });
  for (const pageSize of [1, 2, 100]) {
    const answer = verify(account, ordId, { answers: { pageSize } });
    assert.deepEqual(said(answer), ['LIQUIDATED', null, []]);
    assert.equal(answer.liquidation?.first_forced_time_ms, at(120));
    assert.equal(answer.liquidation?.liquidation_time_ms, at(120) + 2_000);
    assert.equal(answer.liquidation?.loss.total, '150');
  }
});

test('of a position that two orders opened, the insured loss is pro rata', () => {
  const account = createOkxAccount();
  account.trade({ at: T0, side: 'buy', sz: '1', px: '100000' });
  const ordId = account.trade({ at: at(5), side: 'buy', sz: '3', px: '100000' });
  account.trade({ at: at(120), side: 'sell', sz: '4', px: '95000', kind: 'full_liquidation' });
  const answer = verify(account, ordId);
  assert.deepEqual(said(answer), ['LIQUIDATED', null, []]);
  assert.equal(answer.liquidation?.share, '0.75');
  assert.deepEqual(answer.liquidation?.loss, { ccy: 'USDT', total: '200', insured: '150' });
});

test('a third of a position keeps every digit', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '1', px: '100000' });
  account.trade({ at: at(5), side: 'buy', sz: '2', px: '100000' });
  account.trade({ at: at(120), side: 'sell', sz: '3', px: '95000', kind: 'full_liquidation' });
  const answer = verify(account, ordId);
  assert.equal(answer.liquidation?.share, `0.${'3'.repeat(30)}`);
  assert.equal(answer.liquidation?.loss.insured, '50');
});

test('of a slot used twice, the life that the order opened counts', () => {
  const account = createOkxAccount();
  const first = account.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
  account.trade({ at: at(60), side: 'sell', sz: '2', px: '100500' });
  const second = account.trade({ at: at(61), side: 'buy', sz: '2', px: '100000' });
  account.trade({ at: at(120), side: 'sell', sz: '2', px: '95000', kind: 'full_liquidation' });
  assert.equal(new Set(account.history.map((life) => life['posId'])).size, 1);
  assert.deepEqual(said(verify(account, first)), ['NOT_LIQUIDATED', 'CLOSED_NORMALLY', []]);
  assert.deepEqual(said(verify(account, second)), ['LIQUIDATED', null, []]);
  const bound = (life: Row): Asked => ({ snapshot: { posId: String(life['posId']), cTime: String(life['cTime']) } });
  assert.deepEqual(said(verify(account, second, bound(row(account.history, 1)))), ['LIQUIDATED', null, []]);
  assert.deepEqual(said(verify(account, second, bound(row(account.history, 0)))), [
    'INCONCLUSIVE',
    'EVIDENCE_CONTRADICTS',
    [],
  ]);
});

test('a slot closed and opened again within the same second is still told apart', () => {
  const account = createOkxAccount();
  account.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
  account.trade({ at: at(1), side: 'sell', sz: '2', px: '100500' });
  const ordId = account.trade({ at: at(1) + 300, side: 'buy', sz: '2', px: '100000' });
  account.trade({ at: at(120), side: 'sell', sz: '2', px: '95000', kind: 'full_liquidation' });
  assert.deepEqual(said(verify(account, ordId)), ['LIQUIDATED', null, []]);
});

test('a partial liquidation followed by a close by hand is PARTIALLY_LIQUIDATED, for the part that was', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '4', px: '100000' });
  account.trade({ at: at(120), side: 'sell', sz: '1', px: '95000', kind: 'partial_liquidation' });
  const live = verify(account, ordId, { nowMs: at(125) });
  assert.deepEqual(said(live), ['PARTIALLY_LIQUIDATED', null, []]);
  account.trade({ at: at(130), side: 'sell', sz: '3', px: '96000' });
  assert.equal(account.history[0]?.['type'], '2');
  const answer = verify(account, ordId);
  assert.deepEqual(said(answer), ['PARTIALLY_LIQUIDATED', null, []]);
  assert.equal(answer.liquidation?.loss.total, '50');
  assert.equal(answer.liquidation?.liquidation_time_ms, at(120));
});

test('partial liquidations that end in a full one are LIQUIDATED, with the loss of all of them', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '4', px: '100000' });
  account.trade({ at: at(120), side: 'sell', sz: '1', px: '95000', kind: 'partial_liquidation' });
  account.trade({ at: at(121), side: 'sell', sz: '3', px: '94000', kind: 'full_liquidation' });
  const answer = verify(account, ordId);
  assert.deepEqual(said(answer), ['LIQUIDATED', null, []]);
  assert.equal(answer.liquidation?.loss.total, '200');
  assert.equal(answer.liquidation?.first_forced_time_ms, at(120));
  assert.equal(answer.liquidation?.liquidation_time_ms, at(121));
});

test('a position ended by ADL is NOT_LIQUIDATED', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
  account.trade({ at: at(120), side: 'sell', sz: '2', px: '103000', kind: 'adl' });
  assert.deepEqual(said(verify(account, ordId)), ['NOT_LIQUIDATED', 'ADL', []]);
});

test('a position partly ended by ADL and then liquidated is LIQUIDATED for the rest', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '4', px: '100000' });
  account.trade({ at: at(110), side: 'sell', sz: '1', px: '103000', kind: 'adl' });
  account.trade({ at: at(120), side: 'sell', sz: '3', px: '95000', kind: 'full_liquidation' });
  const answer = verify(account, ordId);
  assert.deepEqual(said(answer), ['LIQUIDATED', null, []]);
  assert.equal(answer.liquidation?.loss.total, '150');
});

test('an order that turned a net position round opened only the rest, and a person is told', () => {
  const account = createOkxAccount();
  account.trade({ at: T0, posSide: 'net', side: 'sell', sz: '1', px: '100000' });
  const ordId = account.trade({ at: at(5), posSide: 'net', side: 'buy', sz: '3', px: '100000' });
  account.trade({ at: at(120), posSide: 'net', side: 'sell', sz: '2', px: '95000', kind: 'full_liquidation' });
  const answer = verify(account, ordId);
  assert.deepEqual(said(answer), ['LIQUIDATED', null, ['NET_MODE_FLIP']]);
  assert.equal(answer.liquidation?.side, 'long');
  assert.equal(answer.liquidation?.loss.total, '100');
  assert.equal(answer.liquidation?.share, '1');
});

test('a position that is open is STILL_OPEN until ten minutes after the window, and only then denied', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
  const end = at(20 + 24 * 60);
  for (const nowMs of [at(60), end - 1, end + 5 * MINUTE_MS, end + 10 * MINUTE_MS])
    assert.deepEqual(said(verify(account, ordId, { nowMs })), ['STILL_OPEN', 'STILL_OPEN', []]);
  assert.deepEqual(said(verify(account, ordId, { nowMs: end + 10 * MINUTE_MS + 2_000 })), [
    'NOT_LIQUIDATED',
    'OUT_OF_COVERAGE_WINDOW',
    [],
  ]);
});

test('the cover window is half-open', () => {
  const { account, ordId } = liquidatedAccount();
  const window = (start: number, end: number): Asked => ({
    coverageStartAt: formatIso(start),
    coverageEndAt: formatIso(end),
  });
  assert.equal(verify(account, ordId, window(at(120), at(200))).verdict, 'LIQUIDATED');
  assert.equal(verify(account, ordId, window(at(20), at(120) + 1)).verdict, 'LIQUIDATED');
  for (const outside of [window(at(20), at(120)), window(at(120) + 1, at(200))])
    assert.deepEqual(said(verify(account, ordId, outside)).slice(0, 2), ['NOT_LIQUIDATED', 'OUT_OF_COVERAGE_WINDOW']);
});

test('a partial liquidation before the window, the rest still open, is no denial yet', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '4', px: '100000' });
  account.trade({ at: at(15), side: 'sell', sz: '1', px: '95000', kind: 'partial_liquidation' });
  assert.deepEqual(said(verify(account, ordId, { nowMs: at(60) })), ['STILL_OPEN', 'STILL_OPEN', []]);
  assert.deepEqual(said(verify(account, ordId)), ['NOT_LIQUIDATED', 'OUT_OF_COVERAGE_WINDOW', []]);
});

test('who binds after the end is INELIGIBLE', () => {
  const { account, ordId } = liquidatedAccount();
  assert.deepEqual(said(verify(account, ordId, { boundAt: formatIso(at(120)) })).slice(0, 2), [
    'INELIGIBLE',
    'BOUND_AFTER_LIQUIDATION',
  ]);
  const forced = String(row(account.orders, -1)['ordId']);
  assert.deepEqual(said(verify(account, forced, { boundAt: formatIso(at(121)) })), [
    'INELIGIBLE',
    'BOUND_AFTER_LIQUIDATION',
    [],
  ]);
  assert.deepEqual(said(verify(account, forced)), ['INELIGIBLE', 'ORDER_IS_A_CLOSE', []]);
});

test('an order that only closed is INELIGIBLE, in both ways of keeping positions', () => {
  for (const posSide of ['long', 'net'] as const) {
    const account = createOkxAccount();
    account.trade({ at: T0, posSide, side: 'buy', sz: '2', px: '100000' });
    const ordId = account.trade({ at: at(30), posSide, side: 'sell', sz: '1', px: '100000' });
    account.trade({ at: at(120), posSide, side: 'sell', sz: '1', px: '95000', kind: 'full_liquidation' });
    assert.deepEqual(said(verify(account, ordId)), ['INELIGIBLE', 'ORDER_IS_A_CLOSE', []]);
  }
});

test('cross margin, another kind of instrument, and an order never filled are INELIGIBLE', () => {
  for (const [field, value, reason] of [
    ['tdMode', 'cross', 'CROSS_MARGIN'],
    ['instType', 'FUTURES', 'NOT_A_SWAP'],
    ['accFillSz', '0', 'ORDER_NEVER_FILLED'],
  ] as const) {
    const { account, ordId } = liquidatedAccount();
    row(account.orders, 0)[field] = value;
    assert.deepEqual(said(verify(account, ordId)), ['INELIGIBLE', reason, []]);
  }
});

test('a key that may trade, and a key of another account, are INELIGIBLE', () => {
  const { account, ordId } = liquidatedAccount();
  for (const perm of ['read_only,trade', 'trade', 'read_only, withdraw', 'withdraw,read_only,trade']) {
    account.config['perm'] = perm;
    assert.deepEqual(said(verify(account, ordId)), ['INELIGIBLE', 'KEY_NOT_READ_ONLY', []]);
  }
  account.config['perm'] = ' read_only ';
  assert.equal(verify(account, ordId).verdict, 'LIQUIDATED');
  assert.deepEqual(said(verify(account, ordId, { snapshot: { uid: '999' } })), ['INELIGIBLE', 'UID_MISMATCH', []]);
  assert.equal(verify(account, ordId, { snapshot: { uid: '446001' } }).verdict, 'LIQUIDATED');
  for (const field of ['uid', 'perm']) {
    const kept = account.config[field];
    delete account.config[field];
    assert.deepEqual(said(verify(account, ordId)), ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE', []]);
    account.config[field] = kept;
  }
});

test('an order the exchange does not know is INCONCLUSIVE; one in the archive is found', () => {
  const { account, ordId } = liquidatedAccount();
  assert.deepEqual(said(verify(account, '1234567890')), ['INCONCLUSIVE', 'ORDER_NOT_FOUND', []]);
  const archived = new Set(account.orders.map((order) => String(order['ordId'])));
  assert.equal(verify(account, ordId, { answers: { archived } }).verdict, 'LIQUIDATED');
});

test('a contradiction in any of the four places is INCONCLUSIVE, and named', () => {
  const lies: [string, (account: OkxAccount) => void][] = [
    ['FORCED_BY_ORDER', (account) => (row(account.orders, -1)['category'] = 'normal')],
    ['FORCED_BY_BILL', (account) => (row(account.orders, -1)['category'] = 'partial_liquidation')],
    ['FORCED_BY_FILL', (account) => (row(account.fills, -1)['subType'] = '5')],
    ['FORCED_BY_FILL', (account) => (row(account.fills, -1)['subType'] = '100')],
    ['FORCED_BY_TRADE_ID', (account) => (row(account.fills, -1)['tradeId'] = '1800000001')],
    ['FORCED_BY_TRADE_ID', (account) => (row(account.bills, -1)['tradeId'] = '1800000001')],
    ['FORCED_BY_BILL', (account) => (row(account.bills, -1)['type'] = '2')],
    ['FORCED_BY_BILL', (account) => (row(account.bills, -1)['type'] = '9')],
    ['FORCED_BY_BILL', (account) => (row(account.bills, -1)['subType'] = '5')],
    ['HISTORY_AGREES', (account) => (row(account.history, -1)['type'] = '2')],
    ['HISTORY_AGREES', (account) => (row(account.history, -1)['type'] = '6')],
    ['HISTORY_AGREES', (account) => (row(account.history, -1)['triggerPx'] = '')],
  ];
  for (const [code, lie] of lies) {
    const { account, ordId } = liquidatedAccount();
    lie(account);
    const answer = verify(account, ordId);
    assert.deepEqual(said(answer).slice(0, 2), ['INCONCLUSIVE', 'EVIDENCE_CONTRADICTS'], `${code}: ${lie.toString()}`);
    assert.equal(checkOf(answer, code), 'fail', lie.toString());
    assert.equal(answer.liquidation, null);
  }
});

test('a close by trade that one place calls forced is no denial', () => {
  const lies: ((account: OkxAccount) => void)[] = [
    (account) => (row(account.orders, -1)['category'] = 'full_liquidation'),
    (account) => (row(account.orders, -1)['category'] = 'something_new'),
    (account) => (row(account.fills, -1)['tradeId'] = '-5'),
    (account) => (row(account.bills, -1)['type'] = '5'),
    (account) => (row(account.history, -1)['type'] = '3'),
    (account) => (row(account.history, -1)['type'] = '4'),
    (account) => (row(account.history, -1)['type'] = '6'),
    (account) => (row(account.history, -1)['type'] = ''),
  ];
  for (const lie of lies) {
    const { account, ordId } = liquidatedAccount({ kind: 'trade' });
    assert.deepEqual(said(verify(account, ordId)), ['NOT_LIQUIDATED', 'CLOSED_NORMALLY', []]);
    lie(account);
    assert.equal(verify(account, ordId).verdict, 'INCONCLUSIVE', lie.toString());
  }
});

test('a stop-loss is a close by trade', () => {
  const { account, ordId } = liquidatedAccount({ kind: 'trade' });
  Object.assign(row(account.orders, -1), { source: '7', algoId: '123' });
  assert.deepEqual(said(verify(account, ordId)), ['NOT_LIQUIDATED', 'CLOSED_NORMALLY', []]);
});

test('an unknown subtype that moves size is INCONCLUSIVE; one that does not is passed over', () => {
  const { account, ordId } = liquidatedAccount();
  const odd = { ...row(account.bills, 0), billId: account.idAt(at(60)), ordId: '', ts: String(at(60)), subType: '999' };
  account.bills.push(odd);
  assert.deepEqual(said(verify(account, ordId)).slice(0, 2), ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE']);
  Object.assign(odd, { sz: '0' });
  assert.equal(verify(account, ordId).verdict, 'LIQUIDATED');
  Object.assign(odd, { sz: '2', ts: String(at(180)), billId: account.idAt(at(180)) });
  assert.equal(verify(account, ordId).verdict, 'LIQUIDATED', 'after the end it concerns another life');
});

test('a category nobody knows is INCONCLUSIVE', () => {
  const { account, ordId } = liquidatedAccount();
  row(account.orders, -1)['category'] = 'something_new';
  assert.deepEqual(said(verify(account, ordId)).slice(0, 2), ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE']);
  row(account.orders, 0)['category'] = 'something_new';
  assert.deepEqual(said(verify(account, ordId)).slice(0, 2), ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE']);
});

test('history that is written late is INCONCLUSIVE, never a denial', () => {
  const { account, ordId } = liquidatedAccount();
  const [life] = account.history.splice(0, 1);
  assert.ok(life);
  assert.deepEqual(said(verify(account, ordId)), ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE', []]);
  account.history.push(life);
  assert.equal(verify(account, ordId).verdict, 'LIQUIDATED');
  const bill = row(account.bills, -1);
  account.bills.pop();
  assert.deepEqual(said(verify(account, ordId)).slice(0, 2), ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE']);
  account.bills.push(bill);
  account.fills.pop();
  assert.deepEqual(said(verify(account, ordId)).slice(0, 2), ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE']);
});

test('no answer, a page of HTML, an error or a rejected key is never a denial', () => {
  const { account, ordId } = liquidatedAccount();
  const failures: [OkxReply | null, string][] = [
    [null, 'EXCHANGE_UNAVAILABLE'],
    [{ status: 503, body: '<html>busy</html>' }, 'EXCHANGE_UNAVAILABLE'],
    [{ status: 200, body: '<html>login</html>' }, 'EXCHANGE_UNAVAILABLE'],
    [{ status: 200, body: '{"code":"0","data":[{"ordId"' }, 'EXCHANGE_UNAVAILABLE'],
    [okxError('50011', 'Too Many Requests', 429), 'EXCHANGE_UNAVAILABLE'],
    [okxError('50001', 'Service temporarily unavailable', 503), 'EXCHANGE_UNAVAILABLE'],
    [okxError('50013', 'Systems are busy'), 'EXCHANGE_UNAVAILABLE'],
    [okxError('77777', 'New'), 'EXCHANGE_UNAVAILABLE'],
    [okxError('50119', "API key doesn't exist", 401), 'KEY_REJECTED'],
    [{ status: 401, body: '{"msg":"Invalid OK-ACCESS-KEY","code":"50111"}' }, 'KEY_REJECTED'],
    [okxError('50105', 'Request header OK-ACCESS-PASSPHRASE incorrect.', 401), 'KEY_REJECTED'],
    [okxError('50007', 'Account blocked'), 'KEY_REJECTED'],
  ];
  for (const endpoint of [
    'account/config',
    'trade/order',
    'account/positions?',
    'positions-history',
    'bills-archive',
    'fills-history',
  ])
    for (const [reply, reason] of failures) {
      const answer = verify(account, ordId, {
        intercept: (target, real) => (target.includes(endpoint) ? reply : real),
      });
      assert.deepEqual(said(answer).slice(0, 2), ['INCONCLUSIVE', reason], `${endpoint} ${JSON.stringify(reply)}`);
    }
});

test('says which address a key is bound away from', () => {
  const { account, ordId } = liquidatedAccount();
  const reply = okxError('50110', "Your IP 1.1.1.1 is not included in your API key's xxxx IP whitelist.", 401);
  const answer = verify(account, ordId, { intercept: () => reply });
  const check = answer.checks[0];
  assert.equal(check?.params?.['ip'], '1.1.1.1');
  assert.equal(check?.params?.['problem'], 'IP_NOT_ALLOWED');
});

test('a page that is missing, repeats or never ends is INCONCLUSIVE', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
  for (let minute = 30; minute < 110; minute += 0.5)
    account.note({ at: at(minute), type: '8', subType: '173', change: '-0.01' });
  account.trade({ at: at(120), side: 'sell', sz: '2', px: '95000', kind: 'full_liquidation' });
  assert.deepEqual(said(verify(account, ordId)), ['LIQUIDATED', null, []]);
  const isSecond = (target: string): boolean => target.includes('bills-archive') && target.includes('after=');
  const failed = verify(account, ordId, {
    intercept: (target, reply) => (isSecond(target) ? { status: 502, body: '' } : reply),
  });
  assert.deepEqual(said(failed).slice(0, 2), ['INCONCLUSIVE', 'EXCHANGE_UNAVAILABLE']);
  const first = okxAnswer(account, '/api/v5/account/bills-archive?limit=100', { nowMs: NOW });
  const repeated = verify(account, ordId, { intercept: (target, reply) => (isSecond(target) ? first : reply) });
  assert.deepEqual(said(repeated).slice(0, 2), ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE']);
  const cut = verify(account, ordId, { intercept: (target, reply) => (isSecond(target) ? okxRows([]) : reply) });
  assert.deepEqual(said(cut).slice(0, 2), ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE']);
  let next = 2_900_000_000_000_000_000n;
  const endless = verify(account, ordId, {
    intercept: (target, reply) => {
      if (!target.includes('bills-archive')) return reply;
      next -= 1n;
      return okxRows([{ ...row(account.bills, 1), billId: next.toString() }]);
    },
  });
  assert.deepEqual(said(endless).slice(0, 2), ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE']);
});

test('bills of the order that do not add up, or differ from their fills, are INCONCLUSIVE', () => {
  const lies: [string, (account: OkxAccount) => void][] = [
    ['EVIDENCE_INCOMPLETE', (account) => (row(account.orders, 0)['accFillSz'] = '3')],
    ['EVIDENCE_CONTRADICTS', (account) => (row(account.orders, 0)['accFillSz'] = '1')],
    ['EVIDENCE_CONTRADICTS', (account) => (row(account.fills, 0)['fillSz'] = '1')],
    ['EVIDENCE_CONTRADICTS', (account) => (row(account.fills, 0)['fillPx'] = '1')],
    ['EVIDENCE_CONTRADICTS', (account) => (row(account.fills, 0)['subType'] = '1')],
    ['EVIDENCE_CONTRADICTS', (account) => (row(account.fills, 0)['ordId'] = '5')],
    ['EVIDENCE_INCOMPLETE', (account) => account.fills.shift()],
    ['EVIDENCE_INCOMPLETE', (account) => account.bills.shift()],
    ['EVIDENCE_INCOMPLETE', (account) => (row(account.bills, -1)['balChg'] = '')],
  ];
  for (const [reason, lie] of lies) {
    const { account, ordId } = liquidatedAccount();
    lie(account);
    assert.deepEqual(said(verify(account, ordId)).slice(0, 2), ['INCONCLUSIVE', reason], lie.toString());
  }
});

test('what the exchange dates later than now is no liquidation', () => {
  const { account, ordId } = liquidatedAccount();
  const answer = verify(account, ordId, { nowMs: at(110) });
  assert.deepEqual(said(answer).slice(0, 2), ['INCONCLUSIVE', 'EVIDENCE_CONTRADICTS']);
  assert.equal(checkOf(answer, 'NOT_IN_FUTURE'), 'fail');
});

test('flags margin taken out, size added and leverage changed after binding, and nothing done before', () => {
  const build = (minute: number): { account: OkxAccount; ordId: string } => {
    const account = createOkxAccount();
    const ordId = account.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
    account.note({ at: at(minute), type: '6', subType: '161', change: '-10' });
    account.note({ at: at(minute + 1), type: '6', subType: '160', change: '5' });
    account.trade({ at: at(minute + 2), side: 'buy', sz: '2', px: '100000' });
    account.trade({ at: at(120), side: 'sell', sz: '4', px: '95000', kind: 'full_liquidation' });
    return { account, ordId };
  };
  const after = build(30);
  assert.deepEqual(said(verify(after.account, after.ordId)), [
    'LIQUIDATED',
    null,
    ['MARGIN_REDUCED_AFTER_BIND', 'SIZE_ADDED_AFTER_BIND'],
  ]);
  const before = build(2);
  assert.deepEqual(said(verify(before.account, before.ordId)), ['LIQUIDATED', null, []]);
  row(before.account.history, 0)['lever'] = '50';
  assert.deepEqual(said(verify(before.account, before.ordId))[2], ['LEVERAGE_CHANGED_AFTER_BIND']);
  assert.deepEqual(said(verify(before.account, before.ordId, { snapshot: { lever: '20.0' } }))[2], [
    'LEVERAGE_CHANGED_AFTER_BIND',
  ]);
});

test('flags a liquidation that the mark price never came to; missing candles flag nothing', () => {
  const { account, ordId } = liquidatedAccount();
  const snapshot = { liqPx: '111700' };
  account.mark.at = (ms) => (ms >= at(118) && ms <= at(120) ? '111650.5' : '116000');
  assert.deepEqual(said(verify(account, ordId, { snapshot })), ['LIQUIDATED', null, []]);
  account.mark.at = (ms) => (ms >= at(22) && ms < at(23) ? '111650.5' : '116000');
  assert.deepEqual(said(verify(account, ordId, { snapshot })), ['LIQUIDATED', null, []]);
  account.mark.at = (ms) => (ms > at(121) ? '100000' : '116000');
  assert.deepEqual(said(verify(account, ordId, { snapshot })), ['LIQUIDATED', null, ['MARK_NEVER_REACHED_LIQ_PRICE']]);
  const noCandles = verify(account, ordId, {
    snapshot,
    intercept: (target, reply) => (target.includes('candles') ? { status: 404, body: '' } : reply),
  });
  assert.deepEqual(said(noCandles), ['LIQUIDATED', null, []]);
  assert.equal(checkOf(noCandles, 'MARK_REACHED_LIQ_PRICE'), 'no_data');
});

test('where the history realized a smaller loss, the smaller counts and a person is told', () => {
  const { account, ordId } = liquidatedAccount();
  const honest = verify(account, ordId);
  assert.equal(honest.liquidation?.loss.total, '117');
  const life = row(account.history, 0);
  const realized = Number(life['realizedPnl']);
  life['realizedPnl'] = String(realized + 17);
  const smaller = verify(account, ordId);
  assert.deepEqual(said(smaller), ['LIQUIDATED', null, ['LOSS_SOURCES_DISAGREE']]);
  assert.deepEqual(smaller.liquidation?.loss, { ccy: 'USDT', total: '100', insured: '100' });
  life['realizedPnl'] = String(realized - 17);
  const larger = verify(account, ordId);
  assert.deepEqual(said(larger), ['LIQUIDATED', null, ['LOSS_SOURCES_DISAGREE']]);
  assert.equal(larger.liquidation?.loss.total, '117');
  life['realizedPnl'] = (realized + 0.000_009).toFixed(8);
  assert.deepEqual(said(verify(account, ordId))[2], []);
});

test('flags an order id of another time, and a history of another size', () => {
  const { account, ordId } = liquidatedAccount();
  row(account.history, 0)['openMaxPos'] = '7';
  assert.deepEqual(said(verify(account, ordId)), ['LIQUIDATED', null, ['HISTORY_DISAGREES']]);
  row(account.history, 0)['openMaxPos'] = '2';
  row(account.orders, 0)['cTime'] = String(T0 - 2 * HOUR_MS);
  assert.deepEqual(said(verify(account, ordId)), ['LIQUIDATED', null, ['ORDER_ID_TIME_MISMATCH']]);
});

test('reads rows with numbers for text, without optional fields, and with fields it does not know', () => {
  const { account, ordId } = liquidatedAccount();
  for (const bill of account.bills) {
    for (const field of ['execType', 'bal', 'posBal', 'fillTime', 'instType', 'pnl', 'fee']) delete bill[field];
    bill['surprise'] = { deep: [1] };
    bill['sz'] = Number(bill['sz']);
    bill['ts'] = Number(bill['ts']);
  }
  const life = row(account.history, 0);
  for (const field of [
    'triggerPx',
    'openMaxPos',
    'closeTotalPos',
    'realizedPnl',
    'fundingFee',
    'direction',
    'lever',
    'ccy',
    'pnl',
    'fee',
  ])
    delete life[field];
  for (const fill of account.fills) for (const field of ['fillPnl', 'fee', 'feeCcy', 'instType']) delete fill[field];
  for (const order of account.orders)
    for (const field of ['source', 'algoId', 'state', 'lever', 'avgPx', 'reduceOnly']) delete order[field];
  const nulls = verify(account, ordId, {
    intercept: (target, reply) =>
      target.includes('account/positions?') ? { status: 200, body: '{"code":"0","data":null}' } : reply,
  });
  assert.deepEqual(said(nulls), ['LIQUIDATED', null, []]);
});

test('an opposite position in the same instrument is told apart', () => {
  const account = createOkxAccount();
  account.trade({ at: T0, posSide: 'short', side: 'sell', sz: '5', px: '100000' });
  const ordId = account.trade({ at: at(1), posSide: 'long', side: 'buy', sz: '2', px: '100000' });
  account.trade({ at: at(120), posSide: 'long', side: 'sell', sz: '2', px: '95000', kind: 'full_liquidation' });
  account.trade({ at: at(130), posSide: 'short', side: 'buy', sz: '5', px: '96000' });
  const answer = verify(account, ordId);
  assert.deepEqual(said(answer), ['LIQUIDATED', null, []]);
  assert.equal(answer.liquidation?.loss.total, '100');
});

test('every question has an answer, in the order a person reads them', () => {
  const { account, ordId } = liquidatedAccount();
  const full = verify(account, ordId);
  const early = verify(account, ordId, { intercept: () => null });
  assert.deepEqual(
    full.checks.map((check) => check.code),
    early.checks.map((check) => check.code),
  );
  assert.equal(new Set(full.checks.map((check) => check.code)).size, full.checks.length);
  assert.ok(full.checks.every((check) => check.detail.length > 0));
  const forced = full.checks.find((check) => check.code === 'FORCED_BY_BILL');
  assert.ok(
    forced?.evidence?.some(({ path, pointer }) => path.includes('bills-archive') && pointer.endsWith('/subType')),
  );
});

test('what does not decide may be missing: the archive, the bill of another order’s currency, the orders of trades', () => {
  const { account, ordId } = liquidatedAccount();
  for (const bill of account.bills) delete bill['ccy'];
  const withoutArchive: Asked = {
    intercept: (target, reply) =>
      target.includes('orders-history-archive') ? { status: 404, body: 'Not Found' } : reply,
  };
  assert.equal(verify(account, ordId, withoutArchive).liquidation?.loss.ccy, 'USDT');
  const closed = liquidatedAccount({ kind: 'trade' });
  closed.account.orders.pop();
  assert.deepEqual(said(verify(closed.account, closed.ordId, withoutArchive)), [
    'NOT_LIQUIDATED',
    'CLOSED_NORMALLY',
    [],
  ]);
  const forced = liquidatedAccount();
  forced.account.orders.pop();
  assert.deepEqual(said(verify(forced.account, forced.ordId, withoutArchive)).slice(0, 2), [
    'INCONCLUSIVE',
    'EVIDENCE_INCOMPLETE',
  ]);
});

test('what lies beyond the exchange’s three months is INCONCLUSIVE, never a denial', () => {
  for (const kind of ['full_liquidation', 'trade'] as const) {
    const { account, ordId } = liquidatedAccount({ kind });
    // Opened before the horizon, closed after it: the archive has the end of it only.
    for (const rows of [account.bills, account.fills]) rows.shift();
    assert.deepEqual(said(verify(account, ordId)).slice(0, 2), ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE']);
    account.history.pop();
    assert.deepEqual(said(verify(account, ordId)).slice(0, 2), ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE']);
    account.orders.shift();
    assert.deepEqual(said(verify(account, ordId)).slice(0, 2), ['INCONCLUSIVE', 'ORDER_NOT_FOUND']);
  }
});

test('a cross position in the same instrument is told apart', () => {
  const { account, ordId } = liquidatedAccount();
  const cross = (rows: Row[]): void => {
    const copy = {
      ...row(rows, 0),
      billId: account.idAt(at(30)),
      ordId: account.idAt(at(30)),
      ts: String(at(30)),
      mgnMode: 'cross',
    };
    rows.push(copy);
  };
  cross(account.bills);
  account.fills.push({
    ...row(account.fills, 0),
    billId: row(account.bills, -1)['billId'],
    ordId: '5',
    ts: String(at(30)),
  });
  assert.deepEqual(said(verify(account, ordId)), ['LIQUIDATED', null, []]);
});

test('a forced close from before the order was bound never counts, whatever window is asked about', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '4', px: '100000' });
  account.trade({ at: at(15), side: 'sell', sz: '1', px: '95000', kind: 'partial_liquidation' });
  account.trade({ at: at(60), side: 'sell', sz: '3', px: '94000', kind: 'full_liquidation' });
  const asked = (boundAtMs: number) =>
    verify(account, ordId, { boundAt: formatIso(boundAtMs), coverageStartAt: formatIso(T0) });
  const [before, after] = [asked(at(10)), asked(at(20))];
  assert.equal(before.liquidation?.first_forced_time_ms, at(15));
  assert.equal(after.liquidation?.first_forced_time_ms, at(60));
  assert.ok(Number(after.liquidation?.loss.insured) < Number(before.liquidation?.loss.insured));

  const closed = createOkxAccount();
  const bound = closed.trade({ at: T0, side: 'buy', sz: '4', px: '100000' });
  closed.trade({ at: at(15), side: 'sell', sz: '1', px: '95000', kind: 'partial_liquidation' });
  closed.trade({ at: at(60), side: 'sell', sz: '3', px: '100000' });
  const told = verify(closed, bound, { boundAt: formatIso(at(20)), coverageStartAt: formatIso(T0) });
  assert.deepEqual(said(told), ['NOT_LIQUIDATED', 'OUT_OF_COVERAGE_WINDOW', []]);
});
