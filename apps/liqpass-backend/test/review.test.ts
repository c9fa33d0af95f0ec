import { BUNDLE_FORMAT, sealBundle } from '@liqpass/evidence/bundle';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AdminClaim, AdminClaimPage } from '@liqpass/api/operators';
import { ADMIN_KEY, testBackend, type TestBackend } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';

let t: TestBackend;
/** Claims with losses of 5, 30 and 20 USDT, in this order of filing; the second with a flag. */
const claims: string[] = [];
before(async () => {
  t = await testBackend();
  for (const [loss, flags] of [
    ['5', []],
    ['30', ['SIZE_ADDED_AFTER_BIND']],
    ['20', []],
  ] as const) {
    const { id } = await t.covered();
    t.verifier.script(() => liquidated(t.clock.now() - 1, loss, { flags }));
    claims.push((await t.claim(id)).body.claimId);
  }
});
after(() => t.close());

const headers = { 'x-admin-key': ADMIN_KEY };
const list = async (query: string): Promise<string[]> => {
  const { body, status } = await t.call<AdminClaimPage>('GET', `/admin/claims?${query}`, { headers });
  assert.equal(status, 200, JSON.stringify(body));
  return body.items.map((item) => item.id);
};
const numbers = (ids: string[]): number[] => ids.map((id) => claims.indexOf(id));

test('sorts the queue by time and by amount, page by page, each claim once', async () => {
  for (const [sort, order] of [
    ['newest', [2, 1, 0]],
    ['oldest', [0, 1, 2]],
    ['amount_high', [1, 2, 0]],
    ['amount_low', [0, 2, 1]],
  ] as const) {
    assert.deepEqual(numbers(await list(`sort=${sort}`)), [...order], sort);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { body }: { body: AdminClaimPage } = await t.call<AdminClaimPage>(
        'GET',
        `/admin/claims?sort=${sort}&limit=1${cursor === null ? '' : `&cursor=${cursor}`}`,
        { headers },
      );
      seen.push(...body.items.map((item) => item.id));
      cursor = body.next_cursor;
    } while (cursor !== null);
    assert.deepEqual(numbers(seen), [...order], `${sort}, in pages`);
  }
  const { body } = await t.call<AdminClaimPage>('GET', '/admin/claims?sort=newest&limit=1', { headers });
  assert.equal(
    (await t.call('GET', `/admin/claims?sort=oldest&cursor=${body.next_cursor}`, { headers })).status,
    400,
    'a cursor of another order',
  );
});

test('filters by status, amount, flag, and anything a claim is known by', async () => {
  const [first = '', second = ''] = claims;
  assert.deepEqual(numbers(await list('min=20&max=30&sort=amount_low')), [2, 1]);
  assert.deepEqual(numbers(await list('flag=SIZE_ADDED_AFTER_BIND')), [1]);
  assert.deepEqual((await list('flag=UNATTESTED_BINDING')).length, 3);
  assert.deepEqual(await list('status=PAID'), []);
  const claim = await t.readClaim(second);
  for (const q of [second, second.slice(0, 8), claim.purchase_order_id, claim.okx_event_id.replace('ordId:', '')])
    assert.deepEqual(await list(`q=${q}`), [second], q);
  assert.equal((await list(`q=${claim.claimant}`)).length, 3);
  assert.deepEqual(await list('q=%25'), []);
  assert.deepEqual(await list(`q=${first}&status=REJECTED`), []);
});

test('shows what a claim is decided from: facts, history, relations, and the steps allowed', async () => {
  const [id = ''] = claims;
  const { body } = await t.call<AdminClaim>('GET', `/admin/claims/${id}`, { headers });
  assert.equal(body.purchase_order.id, body.purchase_order_id);
  assert.deepEqual(
    [body.checks_passed, body.checks_total, body.policy_type, body.inst_id],
    [1, 1, 'OKX_24H', 'BTC-USDT-SWAP'],
  );
  assert.deepEqual(
    body.related.map((other) => [claims.indexOf(other.claim_id), other.relation]),
    [
      [2, 'WALLET'],
      [1, 'WALLET'],
    ],
  );
  const kinds = body.timeline.map((point) => point.kind);
  for (const kind of ['BOUND', 'PREMIUM_PAID', 'COVER_STARTED', 'LIQUIDATED', 'CLAIM_FILED', 'COVER_ENDED'] as const)
    assert.ok(kinds.includes(kind), kind);
  assert.deepEqual(
    body.timeline.map((point) => point.at),
    body.timeline.map((point) => point.at).toSorted(),
  );
  assert.equal(body.may.mark_paid, false);
  assert.equal(body.may.reject, true);
  const page = await t.call<AdminClaimPage>('GET', '/admin/claims', { headers });
  assert.equal(page.body.counts.VERIFIED_PENDING_REVIEW, 3);
  assert.equal((await t.call('GET', `/admin/claims/${crypto.randomUUID()}`, { headers })).status, 404);
});

/** Evidence in which the exchange answered about this account. */
function evidenceOf(mainUid: string): { root: string; leaves: unknown; bundle: unknown } {
  const bundle = sealBundle({
    format: BUNDLE_FORMAT,
    kind: 'verify',
    claim: {},
    judged_at_ms: 1,
    exchanges: [
      {
        path: 'okx/01-account-config',
        method: 'GET',
        host: 'www.okx.com',
        target: '/api/v5/account/config',
        sent_at_ms: 1,
        received_at_ms: 2,
        status: 200,
        date: null,
        content_type: 'application/json',
        body: JSON.stringify({ code: '0', data: [{ uid: `${mainUid}1`, mainUid }] }),
        body_encoding: 'utf8',
        failure: null,
      },
    ],
    answer: {},
  });
  return { root: bundle.root, leaves: bundle.leaves, bundle };
}

test('claims of one account are related by their evidence where nobody saw the position when it was bound', async () => {
  const mainUid = '44705892343619584';
  const mine: string[] = [];
  for (let each = 0; each < 2; each += 1) {
    const { id } = await t.covered();
    t.verifier.script(() => liquidated(t.clock.now() - 1, '5', { evidence: evidenceOf(mainUid) }));
    mine.push((await t.claim(id, `0x${`${each + 1}`.repeat(40)}`)).body.claimId);
  }
  const [first = '', second = ''] = mine;
  const { body } = await t.call<AdminClaim>('GET', `/admin/claims/${first}`, { headers });
  assert.deepEqual(
    body.related.map((other) => [other.claim_id, other.relation]),
    [[second, 'ACCOUNT']],
  );
  for (const q of [mainUid, '4470…84', encodeURIComponent('４４７０ 5892 3436 1958 4')])
    assert.deepEqual((await list(`q=${q}`)).toSorted(), [...mine].toSorted(), q);
  assert.deepEqual(await list('q=4470…85'), []);
});
