import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundSnapshot } from '@liqpass/api/verify';
import { hasCanonicalForm } from '@liqpass/evidence/canonical';
import { createOkxAccount, type OkxAccount } from '@liqpass/testing/okxAccount';
import { recheckText } from './recheckText.ts';
import { at, liquidatedAccount, said, T0, verify } from '../test/claim.ts';

// Two ids that a JSON number cannot tell apart: both read as 441736782467819500.
const OURS = '441736782467819521';
const OTHERS = '441736782467819500';
const asNumber = (field: string, from: string, to: string) => (body: string) =>
  body.replaceAll(`"${field}":"${from}"`, `"${field}":${to}`);
const told = (change: (body: string) => string) => (_target: string, reply: { status: number; body: string }) => ({
  ...reply,
  body: change(reply.body),
});

function ofAccount(uid: string): { account: OkxAccount; ordId: string } {
  const account = createOkxAccount({ uid, mainUid: uid });
  const ordId = account.trade({ at: T0, side: 'buy', sz: '2', px: '117000' });
  account.trade({ at: at(120), side: 'sell', sz: '2', px: '111200', kind: 'full_liquidation' });
  return { account, ordId };
}

test('an account is told by its text: another whose number looks the same is another', () => {
  assert.equal(Number(OURS), Number(OTHERS));
  const { account, ordId } = ofAccount(OURS);
  const asked = (uid: string) => said(verify(account, ordId, { snapshot: { uid } }));
  assert.deepEqual(asked(OURS), ['LIQUIDATED', null, []]);
  assert.deepEqual(asked(OTHERS), ['INELIGIBLE', 'UID_MISMATCH', []]);
});

test('a uid that comes as a number beyond 2^53 is unreadable, and never equal', () => {
  const { account, ordId } = ofAccount(OURS);
  for (const uid of [OURS, OTHERS, String(Number(OURS))]) {
    const intercept = told(asNumber('uid', OURS, OURS));
    const answer = verify(account, ordId, { snapshot: { uid }, intercept });
    assert.deepEqual(said(answer), ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE', []], uid);
  }
  const small = ofAccount('446001');
  const intercept = told(asNumber('uid', '446001', '446001'));
  const answer = verify(small.account, small.ordId, { snapshot: { uid: '446001' }, intercept });
  assert.deepEqual(said(answer), ['LIQUIDATED', null, []]);
});

test('so are the ids of orders, bills, trades and positions', () => {
  const { account, ordId } = liquidatedAccount();
  for (const field of ['ordId', 'billId', 'posId']) {
    const intercept = told((body) => body.replaceAll(new RegExp(`"${field}":"(\\d{17,})"`, 'g'), `"${field}":$1`));
    const { verdict } = verify(account, ordId, { intercept });
    assert.equal(verdict, 'INCONCLUSIVE', field);
  }
});

test('what is asked with such a number is refused, and a file that holds one has no hash', () => {
  const big: unknown = JSON.parse(`{"uid":${OURS}}`);
  assert.equal(boundSnapshot.safeParse(big).success, false);
  assert.equal(boundSnapshot.parse({ uid: OURS }).uid, OURS);
  assert.equal(boundSnapshot.parse({ uid: 446001, liqPx: 98450.5 }).uid, '446001');
  assert.equal(hasCanonicalForm(big), false);
  assert.equal(hasCanonicalForm({ at: Number.MAX_SAFE_INTEGER, small: 1e-7 }), true);
  const recheck = recheckText(`{"format":"liqpass-evidence/1","kind":"snapshot","claim":{"ordId":${OURS}}}`);
  assert.deepEqual(
    recheck.problems.map(({ code }) => code),
    ['NOT_A_BUNDLE'],
  );
});
