import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { snapshotAnswer, verifyAnswer } from '@liqpass/api/verify';
import { recheckText } from '@liqpass/proof/recheckText';
import { usualBody } from './cases.ts';
import { emptyAccount, ended, live, step } from './handmadeAccount.ts';
import { at } from './madePositions.ts';
import type { Account, Habits, Row } from './strangeExchange.ts';
import { API_KEY, verifierBehindStrangeExchange, type StrangeScene } from './verifierBehindStrangeExchange.ts';

// Positions of traders who trade all day: thousands of bills in one life.

let scene: StrangeScene;
before(async () => {
  scene = await verifierBehindStrangeExchange();
});
after(() => scene.close());

/** A long of 10 contracts that is added to and taken from `trades` times after binding; then open still, or liquidated. */
function traded(trades: number, end: 'open' | 'liquidated'): { account: Account; ordId: string } {
  const account = emptyAccount();
  const ordId = step(account, { ms: at(0), side: 'buy', sz: '10', equity: '-0.5' });
  const many = idsOf(account);
  for (let index = 0; index < trades; index += 1) many(at(21) + index * 10, index % 2 === 0 ? 'buy' : 'sell', '0.01');
  const size = trades % 2 === 0 ? '10' : '10.01';
  if (end === 'open') live(account, { pos: size, cTime: String(at(0)), uTime: String(at(1)), margin: '200' });
  else {
    step(account, { ms: at(300), side: 'sell', sz: size, kind: 'full_liquidation', equity: '-190' });
    ended(account, {
      cTime: String(at(0)),
      uTime: String(at(300)),
      type: '3',
      openMaxPos: '10.01',
      closeTotalPos: '',
      realizedPnl: '',
    });
  }
  return { account, ordId };
}

/** Trades of one other order, as the handmade ones are, without looking for their order each time. */
function idsOf(account: Account): (ms: number, side: 'buy' | 'sell', sz: string) => void {
  const [order, bill, fill] = [account.orders[0], account.bills[0], account.fills[0]];
  let sequence = 0;
  return (ms, side, sz) => {
    sequence += 1;
    const billId = String((BigInt(ms - 1_672_502_400_000) << 25n) + BigInt(20_000_000 + sequence));
    const common = {
      billId,
      ordId: billId,
      subType: side === 'buy' ? '3' : '5',
      tradeId: String(1_700_000_000 + sequence),
    };
    const times = { ts: String(ms), fillTime: String(ms - 1) };
    account.bills.push({ ...bill, ...common, ...times, sz, pnl: '-0.01', posBalChg: '-0.01' });
    account.fills.push({ ...fill, ...common, ...times, side, fillSz: sz, fillPnl: '-0.01' });
    account.orders.push({ ...order, ordId: billId, side, accFillSz: sz, cTime: String(ms - 2), uTime: String(ms) });
  };
}

async function ask(
  url: '/verify' | '/snapshot',
  made: { account: Account; ordId: string },
  more: Row,
  habits: Habits = {},
): Promise<{ json: unknown; text: string }> {
  const answer = await scene.app.inject({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${API_KEY}` },
    payload: { ordId: made.ordId, ...more, ...(await scene.tenant(made.account, habits)) },
  });
  assert.equal(answer.statusCode, 200, answer.body.slice(0, 300));
  assert.match(String(answer.headers['content-type']), /^application\/json/);
  return { json: answer.json(), text: answer.body };
}

test('a life of more than forty pages is proven, and its evidence re-checks', async () => {
  const { json, text } = await ask('/verify', traded(4_301, 'liquidated'), usualBody());
  const { verdict, reason, flags, liquidation, evidence } = verifyAnswer.parse(json);
  assert.deepEqual([verdict, reason, flags], ['LIQUIDATED', null, ['SIZE_ADDED_AFTER_BIND']]);
  assert.equal(liquidation?.loss.total, '190');
  const exchanges = evidence.bundle['exchanges'];
  assert.ok(Array.isArray(exchanges) && exchanges.length > 85);
  assert.deepEqual(recheckText(text).problems, []);
});

test('a position of three and a half thousand trades can be looked at, its older trades read from one list in turn with the other', async () => {
  for (const trades of [450, 1_001, 3_500]) {
    const { json, text } = await ask('/snapshot', traded(trades, 'open'), { instId: 'BTC-USDT-SWAP' });
    const { insurable, reason, snapshot, evidence } = snapshotAnswer.parse(json);
    assert.deepEqual([insurable, reason], [true, null], String(trades));
    assert.equal(snapshot?.pos, trades % 2 === 0 ? '10' : '10.01');
    assert.ok(Number(snapshot?.insuredPos) > 0 && Number(snapshot?.insuredPos) < 10);
    const exchanges = evidence.bundle['exchanges'];
    const pages = Array.isArray(exchanges) ? exchanges.length : 0;
    // Both lists whole would be twice the pages.
    assert.ok(pages < 14 + trades / 100 + 6, `${trades}: ${pages}`);
    assert.deepEqual(recheckText(text).problems, []);
  }
});

test('an exchange with other habits gives the same look at a long position', async () => {
  const made = traded(1_001, 'open');
  const insured = new Set<string | undefined>();
  for (const habits of [{}, { inclusiveCursor: true }, { shuffled: true }, { mostRows: 40 }] satisfies Habits[]) {
    const { json, text } = await ask('/snapshot', made, { instId: 'BTC-USDT-SWAP' }, habits);
    const { reason, snapshot } = snapshotAnswer.parse(json);
    assert.equal(reason, null, JSON.stringify(habits));
    insured.add(snapshot?.insuredPos);
    assert.deepEqual(recheckText(text).problems, []);
  }
  assert.equal(insured.size, 1);
});

test('the insured part of a long ledger is the same, whether both lists were read or one in turn with the other', async () => {
  const made = traded(1_501, 'open');
  const quick = snapshotAnswer.parse((await ask('/snapshot', made, { instId: 'BTC-USDT-SWAP' })).json);
  step(made.account, { ms: at(300), side: 'sell', sz: '10.01', kind: 'full_liquidation', equity: '-190' });
  made.account.positions.splice(0);
  ended(made.account, {
    cTime: String(at(0)),
    uTime: String(at(300)),
    type: '3',
    openMaxPos: '10.01',
    closeTotalPos: '',
    realizedPnl: '',
  });
  const whole = verifyAnswer.parse((await ask('/verify', made, usualBody())).json);
  assert.equal((Number(quick.snapshot?.insuredPos) / 10.01).toFixed(12), Number(whole.liquidation?.share).toFixed(12));
});

test('what is too much to be held is INCONCLUSIVE and says so', async () => {
  const made = traded(4_500, 'liquidated');
  // As much text as forty thousand bills have.
  for (const bill of made.account.bills) bill['notes'] = 'n'.repeat(4_000);
  const { json, text } = await ask('/verify', made, usualBody());
  const { verdict, reason, checks } = verifyAnswer.parse(json);
  assert.deepEqual([verdict, reason], ['INCONCLUSIVE', 'LEDGER_TOO_LONG']);
  const check = checks.find(({ code }) => code === 'READING_COMPLETE');
  assert.match(check?.detail ?? '', /too many bills to be proven/);
  assert.deepEqual(recheckText(text).problems, []);
});
