import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { snapshotAnswer, verifyAnswer, type SnapshotAnswer, type VerifyAnswer } from '@liqpass/api/verify';
import { recheckBundle } from '@liqpass/proof/recheck';
import { allCases, bodyOf, usualBody } from './cases.ts';
import { emptyAccount, ended, live, step } from './handmadeAccount.ts';
import { at } from './madePositions.ts';
import type { Account, Row, StrangeExchange } from './strangeExchange.ts';
import { API_KEY, verifierBehindStrangeExchange, type StrangeScene } from './verifierBehindStrangeExchange.ts';

// Every case of the documents over HTTP, each on an account and a sealed key of its own, against an exchange with other
// habits than the one the rest is tested with.

let exchange: StrangeExchange;
let app: StrangeScene['app'];
let tenant: StrangeScene['tenant'];
let scene: StrangeScene;

before(async () => {
  scene = await verifierBehindStrangeExchange();
  ({ exchange, app, tenant } = scene);
});
after(() => scene.close());

async function ask(url: '/verify' | '/snapshot', body: Row): Promise<unknown> {
  const answer = await app.inject({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${API_KEY}` },
    payload: body,
  });
  assert.equal(answer.statusCode, 200, answer.body.slice(0, 300));
  return answer.json();
}
const verify = async (body: Row): Promise<VerifyAnswer> => verifyAnswer.parse(await ask('/verify', body));

for (const { name, account, ordId, habits, body, expected } of allCases())
  test(`says what the documents say: ${name}`, async () => {
    const answer = await verify({ ...usualBody(), ordId, ...bodyOf(body), ...(await tenant(account, habits)) });
    const { verdict, reason, flags, liquidation } = answer;
    const found = {
      verdict,
      reason,
      flags,
      total: liquidation?.loss.total,
      insured: liquidation?.loss.insured,
      share: liquidation?.share,
      timeMs: liquidation?.liquidation_time_ms,
    };
    const failed = answer.checks.filter(({ result }) => result === 'fail').map(({ detail }) => detail);
    assert.deepEqual({ ...found, ...expected }, found, failed.join(' '));
    assert.deepEqual(recheckBundle(answer.evidence.bundle).problems, []);
  });

test('twenty verdicts at once on one key keep within its limits', async () => {
  const [{ account, ordId }] = allCases() as [ReturnType<typeof allCases>[number]];
  const key = await tenant(account);
  const answers = await Promise.all(Array.from({ length: 20 }, () => verify({ ...usualBody(), ordId, ...key })));
  assert.deepEqual([...new Set(answers.map(({ verdict }) => verdict))], ['LIQUIDATED']);
});

test('what is no perpetual in USDT is not covered, by its name, before anything is asked', async () => {
  const account = emptyAccount();
  const ordId = step(account, { ms: at(0), side: 'buy', sz: '2', equity: '-0.5' });
  for (const instId of [
    'BTC-USD-SWAP',
    'BTC-USDC-SWAP',
    'BTC-USD_UM-SWAP',
    'BTC-USD_UM_XPERP-310404',
    'BTC-USDT',
    'BTC-USD-260626',
    'BTC-USD-260626-90000-C',
    'BTC-USD_UM-260626-90000-P',
  ]) {
    const key = await tenant(account);
    const { verdict, reason, evidence, checks } = await verify({ ...usualBody(), ordId, instId, ...key });
    assert.deepEqual([verdict, reason], ['INELIGIBLE', 'INSTRUMENT_NOT_COVERED'], instId);
    assert.equal(checks.find(({ code }) => code === 'ORDER_IS_SWAP')?.result, 'fail');
    assert.deepEqual(recheckBundle(evidence.bundle).problems, []);
    const seen = snapshotAnswer.parse(await ask('/snapshot', { instId, ordId, ...key }));
    assert.deepEqual([seen.insurable, seen.reason], [false, 'INSTRUMENT_NOT_COVERED'], instId);
    assert.deepEqual(recheckBundle(seen.evidence.bundle).problems, []);
  }
});

test('a snapshot tells what is insurable, or why it is not', async () => {
  const build = (change: (account: Account) => unknown = () => undefined): { account: Account; ordId: string } => {
    const account = emptyAccount();
    const ordId = step(account, { ms: at(0), side: 'buy', sz: '2', equity: '-0.5' });
    live(account, { pos: '2.0', cTime: String(at(0)), uTime: String(at(1)) });
    change(account);
    return { account, ordId };
  };
  const snap = async (made: { account: Account; ordId: string }, more: Row = {}): Promise<SnapshotAnswer> => {
    const body = { instId: 'BTC-USDT-SWAP', ordId: made.ordId, ...(await tenant(made.account)), ...more };
    const answer = snapshotAnswer.parse(await ask('/snapshot', body));
    assert.deepEqual(recheckBundle(answer.evidence.bundle).problems, []);
    return answer;
  };
  const good = await snap(build());
  assert.deepEqual([good.insurable, good.reason], [true, null]);
  const { uid, mainUid, posId, cTime, liqPx, lever, margin, pos, avgPx, mgnMode, posSide, ccy } =
    good.snapshot ?? assert.fail();
  assert.deepEqual(
    { uid, mainUid, posId, cTime, liqPx, lever, margin, pos, avgPx, mgnMode, posSide, ccy },
    {
      uid: '700700',
      mainUid: '700700',
      posId: '2500000000000000001',
      cTime: String(at(0)),
      liqPx: '98450.123',
      lever: '50',
      margin: '20',
      pos: '2',
      avgPx: '100000',
      mgnMode: 'isolated',
      posSide: 'long',
      ccy: 'USDT',
    },
  );
  const order = (change: Row) => (account: Account) => Object.assign(account.orders[0] ?? {}, change);
  const position = (change: Row) => (account: Account) => Object.assign(account.positions[0] ?? {}, change);
  const refusals: [string, (account: Account) => unknown][] = [
    ['CROSS_MARGIN', order({ tdMode: 'cross' })],
    ['ORDER_NEVER_FILLED', order({ accFillSz: '0', state: 'live' })],
    ['NOT_A_SWAP', order({ instType: 'FUTURES' })],
    ['EVIDENCE_INCOMPLETE', order({ category: 'novel' })],
    ['ORDER_IS_A_CLOSE', order({ category: 'full_liquidation' })],
    ['KEY_NOT_READ_ONLY', (account) => (account.config['perm'] = 'read_only,withdraw')],
    ['POSITION_NOT_OPEN', (account) => account.positions.splice(0)],
    ['POSITION_NOT_OPEN', position({ pos: '0' })],
    ['EVIDENCE_INCOMPLETE', position({ pos: '3' })],
    ['LIQ_PRICE_UNKNOWN', position({ liqPx: '' })],
    ['EVIDENCE_INCOMPLETE', position({ margin: '' })],
    ['EVIDENCE_INCOMPLETE', (account) => account.bills.splice(0)],
    ['POSITION_NOT_OPEN', liquidate],
  ];
  for (const [reason, change] of refusals) {
    const answer = await snap(build(change));
    assert.deepEqual([answer.insurable, answer.reason, answer.snapshot], [false, reason, null], change.toString());
  }
  assert.equal((await snap(build(), { ordId: '999' })).reason, 'ORDER_NOT_FOUND');
  assert.deepEqual(
    exchange.offences.filter((offence) => !offence.startsWith('too many')),
    [],
  );
});

function liquidate(account: Account): void {
  account.positions.splice(0);
  step(account, { ms: at(60), side: 'sell', sz: '2', kind: 'full_liquidation', equity: '-20' });
  ended(account, { cTime: String(at(0)), uTime: String(at(60)), type: '3' });
}
