import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ADMIN_KEY, testBackend, type TestBackend } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';

let t: TestBackend;
before(async () => {
  t = await testBackend({ treasurySafe: '0x4200000000000000000000000000000000000006' });
});
after(() => t.close());
const headers = { 'x-admin-key': ADMIN_KEY };

/** Reads server-sent events until `count` have come. */
async function events(
  path: string,
  count: number,
  more: Record<string, string> = {},
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<Record<string, never>[]> {
  const stop = new AbortController();
  const response = await fetch(`${t.url}${path}`, {
    headers: { accept: 'text/event-stream', ...more },
    signal: stop.signal,
  });
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const seen: Record<string, never>[] = [];
  let text = '';
  let acted = false;
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks)
      if (block.startsWith('event:')) seen.push(JSON.parse(block.slice(block.indexOf('data: ') + 6)));
    if (!acted && seen.length > 0) {
      acted = true;
      await meanwhile();
    }
    if (seen.length >= count) break;
  }
  stop.abort();
  return seen;
}

test('tells a trader of a change as it happens', async () => {
  const id = await t.order();
  const [before, after] = (await events(`/api/purchase-orders/${id}/events`, 2, {}, () => t.bind(id))) as unknown as {
    purchase_order: { status: string };
  }[];
  assert.deepEqual(
    [before?.purchase_order.status, after?.purchase_order.status],
    ['AWAITING_BINDING', 'AWAITING_PAYMENT'],
  );
  assert.equal((await t.call('GET', `/api/purchase-orders/${crypto.randomUUID()}/events`)).status, 404);
});

test('tells operators how much waits for them', async () => {
  const id = await t.order();
  const seen = (await events('/admin/events', 2, headers, () =>
    t.call('POST', `/api/purchase-orders/${id}/report-payment`, { body: {} }),
  )) as unknown as { reported_payments: number }[];
  assert.equal((seen[1]?.reported_payments ?? 0) - (seen[0]?.reported_payments ?? 0), 1);
  assert.equal((await t.call('GET', '/admin/events')).status, 401);
});

test('lists approved payouts, and writes them for the Safe', async () => {
  const { id } = await t.covered();
  t.verifier.script(() => liquidated(t.clock.now() - 1));
  const { claimId } = (await t.claim(id)).body;
  await t.admin(`/admin/claims/${claimId}/approve`);
  const payouts = await t.call<{
    count: number;
    total_usdc: string;
    items: { claim_id: string; amount_usdc: string }[];
  }>('GET', '/admin/payouts', { headers });
  assert.deepEqual(
    [payouts.body.count, payouts.body.total_usdc, payouts.body.items[0]?.claim_id],
    [1, '7.526867', claimId],
  );
  const batch = await t.call<{ transactions: { contractInputsValues: { value: string } }[] }>(
    'GET',
    '/admin/payouts/safe-batch',
    { headers },
  );
  assert.equal(batch.body.transactions[0]?.contractInputsValues.value, '7526867');
  const csv = await (await fetch(`${t.url}/admin/payouts/csv`, { headers })).text();
  assert.equal(csv.split('\n').length, 3);
});

test('shows a trader the claim rule by rule', async () => {
  const { id } = await t.covered();
  assert.equal(
    (await t.call<{ error: string }>('GET', `/api/purchase-orders/${id}/claim`)).body.error,
    'CLAIM_NOT_FOUND',
  );
  t.verifier.script(() => liquidated(t.clock.now() - 1));
  const { claimId } = (await t.claim(id)).body;
  const view = await t.call<{ claim: { id: string }; checks: { code: string }[] }>(
    'GET',
    `/api/purchase-orders/${id}/claim`,
  );
  assert.deepEqual([view.body.claim.id, view.body.checks[0]?.code], [claimId, 'ORDER_FOUND']);
  const evidence = await t.call<{ root: string }>('GET', `/api/claims/${claimId}/evidence`);
  assert.match(evidence.body.root, /^0x[0-9a-f]{64}$/);
});

test('gives a browser pages where a program gets the API', async () => {
  const html = { accept: 'text/html,application/xhtml+xml' };
  for (const path of ['/', '/buy', '/policies/abc', '/admin/claims']) {
    const page = await fetch(`${t.url}${path}`, { headers: html });
    assert.ok(page.status === 200 || page.status === 503, `${path}: built, or said to be in the making`);
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  }
  assert.equal((await t.call('GET', '/admin/claims')).status, 401);
  assert.equal((await fetch(`${t.url}/api/nothing`, { headers: html })).status, 404);
  for (const path of ['/../package.json', '/%2e%2e/package.json', '/.sources', '/assets/%2e%2e/%2e%2e/package.json'])
    assert.notEqual((await fetch(`${t.url}${path}`)).status, 200, path);
});
