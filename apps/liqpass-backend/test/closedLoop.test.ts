import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { formatIso, HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { ADMIN_KEY, APPLICATION, CLAIMANT, INTERNAL_KEY, newOrdId, testBackend, type TestBackend } from './harness.ts';
import { EVIDENCE_ROOT, liquidated, verdict } from './scriptedVerifier.ts';
import { engine } from './testDatabase.ts';

let t: TestBackend;
before(async () => {
  t = await testBackend();
});
after(() => t.close());

const TX = (digit: string): string => `0x${digit.repeat(64)}`;
const txHash = (): string =>
  `0x${[...crypto.getRandomValues(new Uint8Array(32))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;

test(`goes from a purchase order to a recorded payout (${engine})`, async () => {
  const { id, ordId } = await t.covered();
  assert.equal((await t.readOrder(id)).status, 'ACTIVE');
  t.verifier.script(() => liquidated(t.clock.now() - 1));
  const claimed = await t.claim(id);
  assert.equal(claimed.status, 200);
  assert.deepEqual(claimed.body, { ok: true, claimId: claimed.body.claimId, status: 'VERIFIED_PENDING_REVIEW' });
  assert.equal((await t.readOrder(id)).status, 'CLAIMED');

  const { claimId } = claimed.body;
  const approved = await t.admin(`/admin/claims/${claimId}/approve`, { approvedBy: 'alice' });
  assert.equal(approved.status, 200);
  assert.equal(approved.body.status, 'APPROVED_PENDING_MULTISIG');
  const payment = { multisigTxHash: TX('c'), paidAtSec: Math.floor(t.clock.now() / 1000) };
  const paid = await t.admin(`/admin/claims/${claimId}/mark-paid`, payment);
  assert.equal(paid.body.status, 'PAID');
  assert.equal(paid.body.multisig_tx_hash, TX('c'));
  assert.equal((await t.readOrder(id)).status, 'SETTLED');

  const claim = await t.readClaim(claimId);
  assert.equal(claim.payout_amount_usdc, '7.526867');
  assert.equal(claim.evidence_root, EVIDENCE_ROOT);
  assert.equal(claim.okx_event_id, `ordId:${ordId}`);
  assert.deepEqual(
    claim.audit.map((row) => [row.actor, row.action, row.from, row.to]),
    [
      ['trader', 'file', null, 'VERIFYING'],
      ['system', 'verify', 'VERIFYING', 'VERIFIED_PENDING_REVIEW'],
      ['admin:alice', 'approve', 'VERIFIED_PENDING_REVIEW', 'APPROVED_PENDING_MULTISIG'],
      ['admin:alice', 'mark_paid', 'APPROVED_PENDING_MULTISIG', 'PAID'],
    ],
  );
  // The same calls again answer as the first did, and another call is refused.
  assert.equal((await t.admin(`/admin/claims/${claimId}/mark-paid`, payment)).body.status, 'PAID');
  assert.equal(
    (await t.admin(`/admin/claims/${claimId}/mark-paid`, { ...payment, multisigTxHash: TX('d') })).body.error,
    'INVALID_STATUS_TRANSITION',
  );
  assert.equal((await t.claim(id)).body.status, 'PAID');
  assert.equal((await t.readClaim(claimId)).audit.length, 4);
});

test('accepts the contract’s example as it stands and keeps its window', async () => {
  const body = { ...APPLICATION, coverageStartAt: '2026-01-22T12:00:00Z', coverageEndAt: '2026-01-23T12:00:00Z' };
  const created = await t.call<{ purchaseOrderId: string }>('POST', '/api/purchase-orders', { body });
  assert.equal(created.status, 201);
  assert.deepEqual(Object.keys(created.body), ['purchaseOrderId']);
  const order = await t.readOrder(created.body.purchaseOrderId);
  assert.equal(order.coverage_start_at, '2026-01-22T12:00:00.000Z');
  assert.equal(order.coverage_end_at, '2026-01-23T12:00:00.000Z');
  assert.deepEqual(order.policy_params_json, APPLICATION.policyParams);
  assert.equal(order.status, 'LAPSED');
  const bound = await t.bind(order.id, '1234567890');
  assert.deepEqual(bound.body.okx_meta_json, { ordId: '1234567890', instId: 'BTC-USDT-SWAP' });
});

test('sets the window itself and moves it whole to a later payment', async () => {
  const id = await t.order();
  const { coverage_start_at: start, coverage_end_at: end, created_at: created } = await t.readOrder(id);
  assert.equal(Date.parse(start ?? '') - Date.parse(created), 10 * MINUTE_MS);
  assert.equal(Date.parse(end ?? '') - Date.parse(start ?? ''), 24 * HOUR_MS);
  await t.bind(id);
  t.clock.advance(HOUR_MS);
  const paid = (await t.markPaid(id)).body;
  assert.equal(Date.parse(paid.coverage_start_at ?? '') - Date.parse(paid.paid_at ?? ''), 10 * MINUTE_MS);
  assert.equal(Date.parse(paid.coverage_end_at ?? '') - Date.parse(paid.coverage_start_at ?? ''), 24 * HOUR_MS);
  assert.equal(paid.status, 'SCHEDULED');
});

test('sells only what is in the catalogue, and writes nothing when it refuses', async () => {
  const count = async (): Promise<number> =>
    Number((await t.backend.ctx.database.pool.query('select count(*) as n from purchase_orders')).rows[0].n);
  const before = await count();
  const window = (start: string, end: string) => ({ coverageStartAt: start, coverageEndAt: end });
  for (const [change, status, code] of [
    [{ policyType: 'OKX_7D' }, 422, 'PRODUCT_NOT_FOUND'],
    [{ chainId: 1 }, 422, 'CHAIN_NOT_SUPPORTED'],
    [{ premiumAmountUsdc: '0.99' }, 422, 'PREMIUM_NOT_ACCEPTABLE'],
    [{ policyParams: { payout_fixed_usdc: '500', payout_cap_usdc: '500' } }, 422, 'PAYOUT_NOT_ACCEPTABLE'],
    [{ policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '500' } }, 422, 'PAYOUT_NOT_ACCEPTABLE'],
    [window('2026-01-23T12:00:00Z', '2026-01-22T12:00:00Z'), 422, 'COVERAGE_WINDOW_NOT_ACCEPTABLE'],
    [window('2026-01-22T12:00:00Z', '2026-01-23T12:00:01Z'), 422, 'COVERAGE_WINDOW_NOT_ACCEPTABLE'],
    [window('2026-02-30T12:00:00Z', '2026-03-01T12:00:00Z'), 400, 'VALIDATION_FAILED'],
    [{ payoutAddress: '0x833589fcD6eDb6E08f4c7C32D4f71b54bdA02913' }, 422, 'ADDRESS_CHECKSUM_WRONG'],
    [{ payoutAddress: '0x12' }, 400, 'VALIDATION_FAILED'],
    [{ premiumAmountUsdc: '1e0' }, 400, 'VALIDATION_FAILED'],
    [{ premiumAmountUsdc: 'NaN' }, 400, 'VALIDATION_FAILED'],
    [{ premiumAmountUsdc: '-1.00' }, 400, 'VALIDATION_FAILED'],
    [{ premiumAmountUsdc: 1 }, 400, 'VALIDATION_FAILED'],
    [{ premiumAmountUsdc: '1.0000001' }, 400, 'VALIDATION_FAILED'],
    [{ chainId: 8453.5 }, 400, 'VALIDATION_FAILED'],
    [{ surprise: true }, 400, 'VALIDATION_FAILED'],
    [{ policyType: 'x'.repeat(5000) }, 400, 'VALIDATION_FAILED'],
  ] as const) {
    const answer = await t.call<{ error: string; message: string; requestId: string }>('POST', '/api/purchase-orders', {
      body: { ...APPLICATION, ...change },
    });
    assert.deepEqual([answer.status, answer.body.error], [status, code], JSON.stringify(change));
    assert.ok(answer.body.message.length > 10 && answer.body.requestId.length > 0);
  }
  assert.equal(await count(), before);
});

test('binds only while unpaid, and one OKX order to one live purchase order', async () => {
  const ordId = newOrdId();
  const [first, second] = [await t.order(), await t.order()];
  assert.equal((await t.bind(first, ordId)).status, 200);
  const again = await t.bind(first, ordId);
  assert.equal(again.status, 200);
  const taken = await t.bind(second, ordId);
  assert.deepEqual([taken.status, taken.body.error], [409, 'ORDER_ALREADY_INSURED']);
  await t.markPaid(first);
  const late = await t.bind(first, newOrdId());
  assert.deepEqual([late.status, late.body.error], [409, 'ALREADY_PAID_CANNOT_BIND']);
  assert.equal((await t.bind(crypto.randomUUID())).body.error, 'PURCHASE_ORDER_NOT_FOUND');
  assert.equal((await t.bind('not-a-uuid')).status, 400);
});

test('an instrument that is not covered is told so, whatever it is called; only what is no name of one is malformed', async () => {
  const id = await t.order();
  const bind = (instId: string) =>
    t.call<ErrorAnswer>('POST', `/api/purchase-orders/${id}/bind-okx`, { body: { ordId: newOrdId(), instId } });
  for (const instId of ['BTC-USD-SWAP', 'BTC-USD_UM_XPERP-310404', 'BTC-USD-260626-90000-C', 'DOGE-USDT-SWAP']) {
    const refused = await bind(instId);
    assert.deepEqual(
      [refused.status, refused.body.error, refused.body.params?.reason],
      [422, 'POSITION_NOT_INSURABLE', 'INSTRUMENT_NOT_COVERED'],
      instId,
    );
  }
  for (const instId of ['BTC', 'BTC USDT', `BTC-${'A'.repeat(60)}`]) {
    const refused = await bind(instId);
    assert.deepEqual([refused.status, refused.body.error], [400, 'VALIDATION_FAILED'], instId);
  }
  assert.equal((await bind(' btc-usdt-swap')).status, 200, 'as a hand types it');
});

test('an order number of fewer than ten digits is a slip of the hand, and one that looks wrong is named', async () => {
  const id = await t.order();
  const bind = (ordId: string) =>
    t.call<PurchaseOrderAnswer & ErrorAnswer>('POST', `/api/purchase-orders/${id}/bind-okx`, {
      body: { ordId, instId: 'BTC-USDT-SWAP' },
    });
  const short = await bind('123456789');
  assert.deepEqual([short.status, short.body.error], [400, 'VALIDATION_FAILED']);
  assert.match(short.body.message, /9 digits/);
  assert.equal((await bind('1234567891')).body.order_number_doubt, 'TOO_FEW_DIGITS');
  assert.equal((await bind(`${newOrdId()}9`)).body.order_number_doubt, 'TIME_AHEAD');
  // As it stands in a message, in full width and with spaces.
  const pasted = await bind(' ２９３９９４２２ ６４０２８３０７４５７\u200B');
  assert.deepEqual([pasted.status, pasted.body.okx_meta_json?.ordId], [200, '2939942264028307457']);
});

test('lets an OKX order be covered again once the cover is over', async () => {
  const ordId = newOrdId();
  const first = await t.order({ coverageStartAt: '2026-01-22T12:00:00Z', coverageEndAt: '2026-01-23T12:00:00Z' });
  await t.bind(first, ordId);
  const second = await t.order();
  assert.equal((await t.bind(second, ordId)).status, 200, 'the first has lapsed');
  assert.equal((await t.bind(first, ordId)).body.error, 'ORDER_ALREADY_INSURED', 'it let go of it');
  await t.markPaid(second);
  const third = await t.order();
  assert.equal((await t.bind(third, ordId)).body.error, 'ORDER_ALREADY_INSURED');
});

test('records money that came, always, and says when it is to be refunded', async () => {
  const unbound = await t.order();
  assert.deepEqual(
    [(await t.markPaid(unbound)).body.status, (await t.readOrder(unbound)).refund_reason],
    ['REFUND_DUE', 'PAID_BEFORE_BINDING'],
  );
  const late = await t.order({ coverageStartAt: '2026-01-22T12:00:00Z', coverageEndAt: '2026-01-23T12:00:00Z' });
  await t.bind(late);
  assert.deepEqual(
    [(await t.markPaid(late)).body.status, (await t.readOrder(late)).refund_reason],
    ['REFUND_DUE', 'PAID_AFTER_WINDOW'],
  );
  const short = await t.order();
  await t.bind(short);
  assert.deepEqual(
    [
      (await t.markPaid(short, { premiumAmountUsdc: '0.999999' })).body.status,
      (await t.readOrder(short)).refund_reason,
    ],
    ['REFUND_DUE', 'PAID_SHORT'],
  );
  // More than there is, twice: no sum of payments may pass what a column holds.
  for (const most of ['1000000000000', '99999999999999999999999999999999'])
    assert.equal((await t.markPaid(await t.order(), { premiumAmountUsdc: most })).body.error, 'VALIDATION_FAILED');
  for (const id of [await t.order(), await t.order()])
    assert.equal((await t.markPaid(id, { premiumAmountUsdc: '999999999999.999999' })).body.status, 'REFUND_DUE');
  const exposure = await t.call('GET', '/admin/exposure', { headers: { 'x-admin-key': ADMIN_KEY } });
  assert.equal(exposure.status, 200);
  for (const id of [late, short]) assert.equal((await t.claim(id)).body.error, 'PURCHASE_ORDER_NOT_COVERED');
  assert.equal((await t.claim(unbound)).body.error, 'MISSING_OKX_META');
});

test('marks paid once, with a transaction that pays one order', async () => {
  const [first, second] = [await t.order(), await t.order()];
  await t.bind(first);
  await t.bind(second);
  const hash = txHash();
  const paid = await t.markPaid(first, { txHash: hash, paidAt: formatIso(t.clock.now() - 1000) });
  t.clock.advance(MINUTE_MS);
  assert.equal((await t.markPaid(first)).body.paid_at, paid.body.paid_at);
  const reused = await t.markPaid(second, { txHash: hash.toUpperCase().replace('0X', '0x') });
  assert.deepEqual([reused.status, reused.body.error], [409, 'TX_HASH_ALREADY_USED']);
  const future = await t.markPaid(second, { paidAt: formatIso(t.clock.now() + MINUTE_MS) });
  assert.deepEqual([future.status, future.body.error], [422, 'PAID_AT_IN_FUTURE']);
  assert.equal((await t.readOrder(second)).paid_at, null);
  for (const headers of [
    {},
    { 'x-internal-key': 'wrong' },
    { 'x-internal-key': ADMIN_KEY },
    { 'x-admin-key': ADMIN_KEY },
  ])
    assert.equal((await t.call('POST', `/internal/purchase-orders/${second}/mark-paid`, { headers })).status, 401);
});

test('takes a report of payment without marking anything as paid', async () => {
  const [first, second] = [await t.order(), await t.order()];
  const report = (id: string, body: unknown) =>
    t.call<{ reported_tx_hash: string; paid_at: null; error: string }>(
      'POST',
      `/api/purchase-orders/${id}/report-payment`,
      { body },
    );
  const hash = txHash();
  assert.equal((await report(first, {})).status, 200);
  assert.equal((await report(first, { txHash: hash })).body.reported_tx_hash, hash);
  assert.equal((await report(first, { txHash: txHash() })).body.reported_tx_hash, hash, 'repeated, it changes nothing');
  // Anybody can read the chain: who named it first proves nothing.
  assert.equal((await report(second, { txHash: hash })).body.reported_tx_hash, hash);
  assert.equal((await t.readOrder(first)).paid_at, null);
  const queue = await t.call<{ items: { id: string }[] }>('GET', '/admin/purchase-orders?limit=1', {
    headers: { 'x-admin-key': ADMIN_KEY },
  });
  assert.ok([first, second].includes(queue.body.items[0]?.id ?? ''), 'reported payments come first');
});

test('answers an Idempotency-Key: same body, other body', async () => {
  const key = crypto.randomUUID();
  const create = (body: unknown) =>
    t.call<{ purchaseOrderId: string; error: string }>('POST', '/api/purchase-orders', {
      body,
      headers: { 'idempotency-key': key },
    });
  const first = await create(APPLICATION);
  const spelledOtherwise = Object.fromEntries(Object.entries(APPLICATION).toReversed());
  const same = await create(spelledOtherwise);
  assert.deepEqual([same.status, same.body], [201, first.body]);
  const other = await create({ ...APPLICATION, coverageEndAt: formatIso(t.clock.now() + HOUR_MS) });
  assert.deepEqual([other.status, other.body.error], [422, 'IDEMPOTENCY_KEY_REUSED']);
  const refusedKey = { 'idempotency-key': crypto.randomUUID() };
  assert.equal(
    (await t.call('POST', '/api/purchase-orders', { body: { ...APPLICATION, chainId: 1 }, headers: refusedKey }))
      .status,
    422,
  );
  assert.equal(
    (await t.call('POST', '/api/purchase-orders', { body: APPLICATION, headers: refusedKey })).status,
    201,
    'a refusal keeps nothing',
  );
});

test('turns each verdict into the status of the contract', async () => {
  const cases: [ReturnType<typeof verdict>, string, string | undefined][] = [
    [verdict('NOT_LIQUIDATED', 'CLOSED_NORMALLY'), 'REJECTED', 'CLOSED_NORMALLY'],
    [verdict('NOT_LIQUIDATED', 'OUT_OF_COVERAGE_WINDOW'), 'REJECTED', 'OUT_OF_COVERAGE_WINDOW'],
    [verdict('INELIGIBLE', 'UID_MISMATCH'), 'REJECTED', 'UID_MISMATCH'],
    [verdict('STILL_OPEN', null), 'FAILED', 'STILL_OPEN'],
  ];
  for (const [script, status, reason] of cases) {
    const { id } = await t.covered();
    t.verifier.script(() => script);
    const claimed = await t.call<{ status: string; rejectedReason?: string }>(
      'POST',
      '/internal/claims/onchain-trigger',
      { body: { purchaseOrderId: id, claimant: CLAIMANT }, headers: { 'x-internal-key': INTERNAL_KEY } },
    );
    assert.deepEqual([claimed.body.status, claimed.body.rejectedReason], [status, reason]);
    assert.equal(claimed.status, 200);
  }
});

test('tries again what the verifier could not say, and verifies FAILED claims anew when triggered', async () => {
  const { id } = await t.covered();
  let asked = 0;
  t.verifier.script(() =>
    (asked += 1) === 1 ? { raw: '<html>bad gateway</html>', status: 502 } : verdict('STILL_OPEN', null),
  );
  const claimed = await t.claim(id);
  assert.deepEqual([claimed.status, claimed.body.status, claimed.body.rejectedReason], [200, 'FAILED', 'STILL_OPEN']);
  assert.equal((await t.readClaim(claimed.body.claimId)).attempts, 2);
  t.verifier.script(() => liquidated(t.clock.now() - 1));
  const again = await t.claim(id);
  assert.deepEqual([again.body.claimId, again.body.status], [claimed.body.claimId, 'VERIFIED_PENDING_REVIEW']);
});

test('claiming an open position again asks once a minute, and leaves no trace while it is as open as it was', async () => {
  const { id } = await t.covered();
  let asked = 0;
  t.verifier.script(() => ((asked += 1), verdict('STILL_OPEN', null)));
  const { claimId } = (await t.claim(id)).body;
  const before = await t.readClaim(claimId);
  const again = await Promise.all(Array.from({ length: 10 }, () => t.claim(id)));
  for (const { status, body } of again)
    assert.deepEqual([status, body.claimId, body.status, body.rejectedReason], [200, claimId, 'FAILED', 'STILL_OPEN']);
  assert.equal(asked, 2, 'the first, and one of the ten');
  t.clock.advance(MINUTE_MS);
  await t.claim(id);
  assert.equal(asked, 3);
  assert.deepEqual(await t.readClaim(claimId), before, 'no row, no attempt, no time');

  // Gone by now: then it goes its way, and who tried again is said.
  t.clock.advance(MINUTE_MS);
  t.verifier.script(() => liquidated(t.clock.now() - 1));
  assert.equal((await t.claim(id)).body.status, 'VERIFIED_PENDING_REVIEW');
  const { audit } = await t.readClaim(claimId);
  assert.deepEqual(
    audit.map(({ actor, action, from, to }) => [actor, action, from, to]),
    [
      ['trader', 'file', null, 'VERIFYING'],
      ['system', 'verify', 'VERIFYING', 'FAILED'],
      ['trader', 'retry', 'FAILED', 'VERIFYING'],
      ['system', 'verify', 'VERIFYING', 'VERIFIED_PENDING_REVIEW'],
    ],
  );
});

test('never pays or denies on garbage: hanging, cut off, empty, contradicting itself', async () => {
  const quick = await testBackend({ verdictWaitMs: 300 });
  try {
    for (const script of [
      { hang: true } as const,
      { cut: true } as const,
      { raw: '' },
      { raw: '{}' },
      { raw: 'null' },
      { body: { verdict: 'LIQUIDATED' } },
      verdict('NOT_LIQUIDATED', null),
      verdict('LIQUIDATED', null),
      liquidated(quick.clock.now() + HOUR_MS),
      liquidated(0), // at no time
    ]) {
      const { id } = await quick.covered();
      quick.verifier.script(() => script);
      const claimed = await quick.claim(id);
      assert.deepEqual([claimed.status, claimed.body.status], [202, 'VERIFYING'], JSON.stringify(script));
    }
  } finally {
    await quick.close();
  }
});

test('approves or rejects, exactly one of the two', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { id } = await t.covered();
    t.verifier.script(() => liquidated(t.clock.now() - 1));
    const { claimId } = (await t.claim(id)).body;
    const answers = await Promise.all([
      t.admin(`/admin/claims/${claimId}/approve`),
      t.admin(`/admin/claims/${claimId}/reject`, { reason: 'margin was pulled' }),
      t.admin(`/admin/claims/${claimId}/approve`, { approvedBy: 'bob' }),
    ]);
    assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
    for (const refused of answers.filter((answer) => answer.status !== 200))
      assert.equal(refused.body.error, 'INVALID_STATUS_TRANSITION');
    assert.equal((await t.readClaim(claimId)).audit.length, 3);
  }
});

test('gives an OKX order to one of many who bind it at once, and files one claim of many', async () => {
  const ordId = newOrdId();
  const ids = await Promise.all(Array.from({ length: 8 }, () => t.order()));
  const bound = await Promise.all(ids.map((id) => t.bind(id, ordId)));
  assert.equal(bound.filter((answer) => answer.status === 200).length, 1);
  assert.ok(bound.every((answer) => answer.status === 200 || answer.body.error === 'ORDER_ALREADY_INSURED'));

  const { id } = await t.covered();
  t.verifier.script(() => liquidated(t.clock.now() - 1));
  const claims = await Promise.all(Array.from({ length: 8 }, () => t.claim(id)));
  assert.equal(new Set(claims.map((answer) => answer.body.claimId)).size, 1);
  assert.ok(claims.every((answer) => answer.body.status === 'VERIFIED_PENDING_REVIEW'));
});

test('decides between binding and payment: bound before paid, or a refund', async () => {
  for (let round = 0; round < 10; round += 1) {
    const id = await t.order();
    const [bound, paid] = await Promise.all([t.bind(id), t.markPaid(id)]);
    assert.equal(paid.status, 200);
    const order = await t.readOrder(id);
    if (bound.status === 200) assert.equal(order.refund_reason, null);
    else
      assert.deepEqual(
        [bound.body.error, order.refund_reason, order.okx_meta_json],
        ['ALREADY_PAID_CANNOT_BIND', 'PAID_BEFORE_BINDING', null],
      );
  }
});

test('refuses a claim by another claimant than the order pays to', async () => {
  const id = await t.order({
    payoutAddress: CLAIMANT,
    coverageStartAt: formatIso(t.clock.now() - 1000),
    coverageEndAt: formatIso(t.clock.now() + HOUR_MS),
  });
  assert.equal((await t.claim(id)).body.error, 'PURCHASE_ORDER_NOT_PAID');
  await t.bind(id);
  await t.markPaid(id);
  assert.equal((await t.claim(id, '0x000000000000000000000000000000000000dEaD')).body.error, 'CLAIMANT_MISMATCH');
  assert.equal((await t.claim(crypto.randomUUID())).body.error, 'PURCHASE_ORDER_NOT_FOUND');
});

test('pages through claims, newest first, each once', async () => {
  const headers = { 'x-admin-key': ADMIN_KEY };
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: { id: string; created_at: string }[]; next_cursor: string | null } = (
      await t.call<{ items: { id: string; created_at: string }[]; next_cursor: string | null }>(
        'GET',
        `/admin/claims?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`,
        { headers },
      )
    ).body;
    seen.push(...page.items.map((item) => item.id));
    cursor = page.next_cursor;
  } while (cursor !== null);
  assert.equal(new Set(seen).size, seen.length);
  const { rows } = await t.backend.ctx.database.pool.query('select count(*) as n from insurance_claims');
  assert.equal(seen.length, Number(rows[0].n));
  assert.equal((await t.call('GET', '/admin/claims?limit=1000', { headers })).status, 400);
  assert.equal((await t.call('GET', '/admin/claims?cursor=nonsense', { headers })).status, 400);
  assert.equal((await t.call('GET', '/admin/claims')).status, 401);
});

test('describes itself, and shows whether it is ready', async () => {
  const ready = await t.call<{ ready: boolean }>('GET', '/readyz');
  assert.deepEqual([ready.status, ready.body.ready], [200, true]);
  assert.equal((await t.call<{ openapi: string }>('GET', '/openapi.json')).body.openapi, '3.1.0');
  const metrics = await (await fetch(`${t.url}/metrics`)).text();
  for (const name of [
    'liqpass_request_seconds_bucket',
    'liqpass_claims{status="PAID"}',
    'liqpass_verification_seconds_count',
    'liqpass_verifications_total{to="VERIFIED_PENDING_REVIEW"}',
    'liqpass_queue_jobs',
    'liqpass_queue_oldest_due_seconds',
  ])
    assert.ok(metrics.includes(name), name);
});

test('keeps keys out of the log', () => {
  const log = t.logs.join('');
  for (const secret of [INTERNAL_KEY, ADMIN_KEY, t.verifier.apiKey]) assert.ok(!log.includes(secret));
});
