import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, compare, decimal, formatDecimal, subtract } from '@liqpass/kernel/decimal';
import { formatIso, MINUTE_MS } from '@liqpass/kernel/time';
import { createOkxAccount, type OkxAccount, type Row } from '@liqpass/testing/okxAccount';
import { okxAnswer, okxError, type OkxReply } from '@liqpass/testing/okxAnswers';
import { bundleOf, readUntilProven } from '@liqpass/testing/okxReading';
import { at, checkOf, liquidatedAccount, NOW, row, said, T0, verify, type Asked } from '../test/claim.ts';
import { liquidationPrice, rateOf } from './liquidationPrice.ts';
import { recheckText } from './recheckText.ts';
import { proveClaim, verifyClaim, type VerdictAnswer } from './verdict.ts';

// Kinds of rows that public reports showed, on accounts made up for it.

/** A bill like the last one of the account, changed. */
function beside(account: OkxAccount, change: Row): Row {
  const bill = { ...row(account.bills, -1), billId: account.idAt(at(120)), tradeId: '', pnl: '0', fee: '0', ...change };
  account.bills.push(bill);
  return bill;
}
/** Takes part of the loss out of the bill of the liquidation, as a penalty that is told elsewhere. */
function penaltyApart(account: OkxAccount, penalty: string): void {
  const forced = row(account.bills, -1);
  for (const field of ['pnl', 'posBalChg'])
    forced[field] = formatDecimal(add(decimal(String(forced[field])), decimal(penalty)));
  const life = row(account.history, 0);
  life['pnl'] = formatDecimal(add(decimal(String(life['pnl'])), decimal(penalty)));
  life['liqPenalty'] = `-${penalty}`;
}

test('a penalty that the history shows beside pnl, and no bill shows, is part of the loss', () => {
  for (const [posSide, side] of [
    ['long', 'buy'],
    ['short', 'sell'],
    ['net', 'sell'],
  ] as const) {
    const account = createOkxAccount();
    const ordId = account.trade({ at: T0, posSide, side, sz: '2', px: '100000' });
    account.trade({
      at: at(120),
      posSide,
      side: side === 'buy' ? 'sell' : 'buy',
      sz: '2',
      px: '99000',
      kind: 'full_liquidation',
    });
    assert.equal(verify(account, ordId).liquidation?.loss.total, '100');
    penaltyApart(account, '20.000001');
    const answer = verify(account, ordId);
    assert.deepEqual(said(answer), ['LIQUIDATED', null, []], posSide);
    assert.deepEqual(answer.liquidation?.loss, { ccy: 'USDT', total: '100', insured: '100' });
    assert.equal(answer.liquidation?.forced[0]?.loss, '100');
    assert.deepEqual([checkOf(answer, 'PENALTY_COUNTED'), checkOf(answer, 'LOSS_SOURCES_AGREE')], ['pass', 'pass']);
  }
});

test('only a difference that is exactly the penalty, in a history that adds up, is a loss: any other stays the smaller', () => {
  const changes: ((life: Row) => unknown)[] = [
    (life) => (life['liqPenalty'] = '-19'),
    (life) => (life['pnl'] = String(Number(life['pnl']) - 0.000001)),
    (life) => (life['settledPnl'] = '-0.0000001'),
    (life) => delete life['pnl'],
    (life) => {
      life['liqPenalty'] = '-19';
      life['pnl'] = String(Number(life['pnl']) - 1);
    },
  ];
  for (const change of changes) {
    const { account, ordId } = liquidatedAccount();
    const whole = decimal(verify(account, ordId).liquidation?.loss.total ?? '');
    penaltyApart(account, '20');
    change(row(account.history, 0));
    const answer = verify(account, ordId);
    assert.deepEqual(said(answer), ['LIQUIDATED', null, ['LOSS_SOURCES_DISAGREE']], change.toString());
    assert.equal(answer.liquidation?.loss.total, formatDecimal(subtract(whole, decimal('20'))), change.toString());
  }
});

test('of a penalty apart, each liquidation of a life has its part by notional, and only those in the window are paid', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '4', px: '100000' });
  account.trade({ at: at(15), side: 'sell', sz: '1', px: '99000', kind: 'partial_liquidation' });
  account.trade({ at: at(120), side: 'sell', sz: '3', px: '99000', kind: 'full_liquidation' });
  penaltyApart(account, '40');
  // The bill of the first had 10 of it.
  for (const [bill, change] of [
    [row(account.bills, -1), -10],
    [row(account.bills, -2), 10],
  ] as const)
    for (const field of ['pnl', 'posBalChg']) bill[field] = String(Number(bill[field]) + change);
  const answer = verify(account, ordId);
  assert.deepEqual(said(answer), ['LIQUIDATED', null, []]);
  assert.equal(answer.liquidation?.loss.total, '150');
});

test('a penalty in a bill of its own is the same loss, and no second close', () => {
  const forms: Row[] = [
    { subType: '109', sz: '0' },
    { subType: '109', sz: '' },
    { subType: '109' },
    { subType: '109', ordId: '', px: '' },
    { sz: '0' },
    { sz: '' },
    {},
  ];
  for (const form of forms) {
    const { account, ordId } = liquidatedAccount();
    const { loss } = verify(account, ordId).liquidation ?? assert.fail();
    penaltyApart(account, '20');
    beside(account, { balChg: '0', posBalChg: '-20', ...form });
    const answer = verify(account, ordId);
    assert.deepEqual(said(answer), ['LIQUIDATED', null, []], JSON.stringify(form));
    assert.deepEqual(answer.liquidation?.loss, loss, JSON.stringify(form));
    assert.equal(answer.liquidation?.share, '1');
    assert.equal(checkOf(answer, 'PENALTY_COUNTED'), 'pass');
  }
});

test('a bill that tells of the penalty once more, beside a close that has it all, is not counted twice', () => {
  const { account, ordId } = liquidatedAccount();
  const { loss } = verify(account, ordId).liquidation ?? assert.fail();
  beside(account, { subType: '109', balChg: '0', posBalChg: '-20' });
  const answer = verify(account, ordId);
  assert.deepEqual(said(answer), ['LIQUIDATED', null, []]);
  assert.deepEqual(answer.liquidation?.loss, loss);
});

test('documented words of the exchange that move no size never stop a claim; nor does one nobody knows, where sizes add up without it', () => {
  for (const [type, subType] of [
    ['5', '110'],
    ['5', '111'],
    ['5', '109'],
    ['18', '250'],
    ['250', '250'],
    ['251', '251'],
    ['10', '108'],
    ['34', '355'],
    ['5', '999'],
    ['999', '999'],
  ]) {
    const { account, ordId } = liquidatedAccount();
    const { loss } = verify(account, ordId).liquidation ?? assert.fail();
    beside(account, {
      type,
      subType,
      balChg: '0',
      posBalChg: '0',
      ts: String(at(60)),
      billId: account.idAt(at(60)),
      ordId: '',
    });
    const answer = verify(account, ordId);
    assert.deepEqual(said(answer), ['LIQUIDATED', null, []], `${type}/${subType}`);
    assert.deepEqual(answer.liquidation?.loss, loss);
    assert.equal(checkOf(answer, 'SUBTYPES_KNOWN'), 'pass');
  }
});

test('an unknown word that did move size stays INCONCLUSIVE', () => {
  for (const [type, subType] of [
    ['5', '999'],
    ['5', '111'],
    ['999', '999'],
    ['2', '999'],
  ]) {
    const { account, ordId } = liquidatedAccount();
    // It closed part of what the last close then did not.
    Object.assign(row(account.bills, -1), { sz: '1.5' });
    Object.assign(row(account.fills, -1), { fillSz: '1.5' });
    Object.assign(row(account.orders, -1), { accFillSz: '1.5' });
    beside(account, { type, subType, sz: '0.5', ts: String(at(60)), billId: account.idAt(at(60)), ordId: '' });
    const answer = verify(account, ordId);
    assert.deepEqual(said(answer).slice(0, 2), ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE'], `${type}/${subType}`);
    assert.equal(checkOf(answer, 'SUBTYPES_KNOWN'), 'no_data');
  }
});

/** A long that is liquidated, beside a short of another size that stays; margin is taken out of one of them. */
function hedged(of: 'long' | 'short', change: Row = {}, shortSize = '4'): { account: OkxAccount; ordId: string } {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
  account.trade({ at: at(5), posSide: 'short', side: 'sell', sz: shortSize, px: '100000' });
  account.note({ at: at(30), type: '6', subType: '161', change: '-10', posSide: of });
  const margin = account.positions().find((position) => position['posSide'] === of)?.['margin'];
  Object.assign(row(account.bills, -1), { posBal: margin, ...change });
  account.trade({ at: at(120), side: 'sell', sz: '2', px: '95000', kind: 'full_liquidation' });
  return { account, ordId };
}
const snapshot = { margin: '100', liqPx: '95500' };
const marginOf = ({ account, ordId }: { account: OkxAccount; ordId: string }, asked: Asked = {}): unknown => {
  account.mark.at = () => '95400';
  const answer = verify(account, ordId, asked);
  assert.equal(answer.verdict, 'LIQUIDATED', JSON.stringify(answer.checks.filter(({ result }) => result === 'fail')));
  return [answer.flags, checkOf(answer, 'MARGIN_NOT_REDUCED')];
};

test('margin taken out of the other side is not charged to the insured one', () => {
  assert.deepEqual(marginOf(hedged('short'), { snapshot }), [[], 'pass']);
  assert.deepEqual(marginOf(hedged('short')), [[], 'pass']);
  assert.deepEqual(marginOf(hedged('long'), { snapshot }), [['MARGIN_REDUCED_AFTER_BIND'], 'fail']);
  assert.deepEqual(marginOf(hedged('long')), [['MARGIN_REDUCED_AFTER_BIND'], 'fail']);
});

test('where margin and size of both sides fit, whose it was is not known: words, and no flag', () => {
  for (const side of ['long', 'short'] as const) {
    const equal = hedged(side, {}, '2');
    // Nothing seen later tells them apart either.
    equal.account.trade({ at: at(130), posSide: 'short', side: 'buy', sz: '2', px: '95000' });
    assert.deepEqual(marginOf(equal, { snapshot }), [[], 'no_data'], side);
    assert.deepEqual(marginOf(hedged(side, { posBal: '' }), { snapshot }), [[], 'no_data'], side);
  }
});

test('the liquidation price is what the exchange shows, and tells the rate that it was made with', () => {
  const tick = decimal('0.1');
  const long = { side: 'long', avg: decimal('100000'), margin: decimal('20'), coins: decimal('0.01') } as const;
  assert.equal(formatDecimal(liquidationPrice(long, decimal('0.0045'), decimal('0')), 8), '98442.99347061');
  const short = { ...long, side: 'short' } as const;
  assert.equal(formatDecimal(liquidationPrice(short, decimal('0.0045'), tick), 8), '101542.95624688');
  for (const position of [long, short])
    for (const rate of [decimal('0.0043'), decimal('0.0045'), decimal('0.0155')]) {
      const found = rateOf(position, liquidationPrice(position, rate, tick), tick);
      assert.ok(found && compare(found, rate) === 0);
    }
});

/** A position with a liquidation price seen at binding, and a mark that comes to another one in the last minute alone. */
function funded(
  posSide: 'long' | 'short',
  fundings: readonly string[],
  mark: string,
): { account: OkxAccount; ordId: string; asked: Asked } {
  const account = createOkxAccount();
  const [open, close] = posSide === 'long' ? (['buy', 'sell'] as const) : (['sell', 'buy'] as const);
  const ordId = account.trade({ at: T0, posSide, side: open, sz: '1', px: '100000', lever: '50' });
  fundings.forEach((change, index) => account.note({ at: at(30 + index), type: '8', subType: '173', change, posSide }));
  account.trade({ at: at(120), posSide, side: close, sz: '1', px: mark, kind: 'full_liquidation' });
  const far = posSide === 'long' ? '100500' : '99500';
  account.mark.at = (ms) => (ms <= at(120) && ms + MINUTE_MS > at(120) ? mark : far);
  const liqPx = posSide === 'long' ? '98443' : '101543';
  return { account, ordId, asked: { snapshot: { liqPx, margin: '20', lever: '50', pos: '1', avgPx: '100000' } } };
}
const markOf = ({ account, ordId, asked }: ReturnType<typeof funded>, more: Asked = {}): unknown[] => {
  const answer = verify(account, ordId, { ...asked, ...more });
  const check = answer.checks.find(({ code }) => code === 'MARK_REACHED_LIQ_PRICE');
  return [answer.flags, check?.result, check?.params?.['movedLiqPx']?.split('.')[0]];
};
const NEVER = ['MARK_NEVER_REACHED_LIQ_PRICE'];

test('the mark is held against what funding made of the liquidation price', () => {
  assert.deepEqual(markOf(funded('long', [], '98443')), [[], 'pass', undefined]);
  assert.deepEqual(markOf(funded('long', ['-0.5', '-0.5', '-0.5'], '98593')), [[], 'pass', '98593']);
  assert.deepEqual(markOf(funded('long', ['-8.5'], '99296')), [[], 'pass', '99296']);
  assert.deepEqual(markOf(funded('long', ['-8.5'], '99500')), [NEVER, 'fail', '99296']);
  assert.deepEqual(markOf(funded('short', ['-8.5'], '100697')), [[], 'pass', '100696']);
  assert.deepEqual(markOf(funded('short', ['-8.5'], '100500')), [NEVER, 'fail', '100696']);
});

test('funding that was received moves the price away, and only from then on', () => {
  assert.deepEqual(markOf(funded('long', ['8.5'], '98443')), [NEVER, 'fail', '97589']);
  assert.deepEqual(markOf(funded('long', ['8.5'], '97589')), [[], 'pass', '97589']);
  const early = funded('long', ['-8.5', '8.5'], '99900');
  // In the minute between the two the price was nearer.
  early.account.mark.at = (ms) => (ms === at(30) - (at(30) % MINUTE_MS) ? '99290' : '99900');
  assert.deepEqual(markOf(early), [[], 'pass', '98443']);
});

test('without the size of a contract it is told by margin and leverage; where nothing tells it, no flag is raised', () => {
  const noInstrument = (target: string, reply: OkxReply): OkxReply =>
    target.includes('/public/instruments') ? okxError('51001', 'Instrument ID does not exist') : reply;
  const made = (): ReturnType<typeof funded> => funded('long', ['-8.5'], '99296');
  assert.deepEqual(markOf(made(), { intercept: noInstrument }), [[], 'pass', '99296']);
  assert.deepEqual(markOf(made(), { intercept: noInstrument, snapshot: { liqPx: '98443' } }), [[], 'no_data', '']);
  assert.deepEqual(
    markOf(made(), {
      intercept: noInstrument,
      snapshot: { liqPx: '95429', margin: '50', lever: '50', pos: '1', avgPx: '100000' },
    }),
    [[], 'no_data', ''],
  );
  const received = funded('long', ['8.5'], '98900');
  assert.deepEqual(markOf(received, { intercept: noInstrument, snapshot: { liqPx: '98443' } }), [NEVER, 'fail', '']);
});

test('margin that the holder moved does not move the price the mark is held against', () => {
  const made = funded('long', [], '99296');
  made.account.note({ at: at(31), type: '6', subType: '161', change: '-8.5' });
  assert.deepEqual(markOf(made), [['MARGIN_REDUCED_AFTER_BIND', ...NEVER], 'fail', undefined]);
});

test('of two sides, each has the funding that was counted on its contracts', () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '1', px: '100000', lever: '50' });
  account.trade({ at: at(1), posSide: 'short', side: 'sell', sz: '3', px: '100000', lever: '50' });
  account.note({ at: at(30), type: '8', subType: '173', change: '-8.5' });
  account.note({ at: at(30), type: '8', subType: '174', change: '25.5', posSide: 'short' });
  account.trade({ at: at(120), side: 'sell', sz: '1', px: '99296', kind: 'full_liquidation' });
  account.mark.at = (ms) => (ms <= at(120) && ms + MINUTE_MS > at(120) ? '99296' : '100500');
  const asked: Asked = { snapshot: { liqPx: '98443', margin: '20', lever: '50', pos: '1', avgPx: '100000' } };
  assert.deepEqual(markOf({ account, ordId, asked }), [[], 'pass', '99296']);
});

test('evidence of each kind is re-checked from its text alone', () => {
  const kinds: { account: OkxAccount; ordId: string; asked?: Asked }[] = [
    { ...hedged('short'), asked: { snapshot } },
    funded('long', ['-8.5'], '99296'),
  ];
  for (const form of [{ subType: '109', sz: '0' }, { type: '5', subType: '111', ordId: '' }, null]) {
    const made = liquidatedAccount();
    penaltyApart(made.account, '20');
    if (form) beside(made.account, { balChg: '0', posBalChg: '-20', ...form });
    kinds.push(made);
  }
  for (const { account, ordId, asked } of kinds) {
    const claim = verifyClaim.parse({
      instId: account.instId,
      ordId,
      boundAt: formatIso(at(10)),
      coverageStartAt: formatIso(at(20)),
      coverageEndAt: formatIso(at(20 + 24 * 60)),
      ...asked,
    });
    const { answer, exchanges } = readUntilProven(
      (read) => proveClaim(claim, read, NOW),
      (target) => okxAnswer(account, target, { nowMs: NOW }),
      NOW,
    );
    const told: VerdictAnswer = answer;
    assert.equal(told.verdict, 'LIQUIDATED');
    const recheck = recheckText(JSON.stringify(bundleOf('verify', claim, answer, exchanges, NOW)));
    assert.deepEqual(recheck.problems, []);
  }
});
