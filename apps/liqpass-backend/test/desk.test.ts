import type { AddressName, NotesAnswer, OrderFile } from '@liqpass/api/desk';
import type { AdminClaimPage } from '@liqpass/api/operators';
import { formatIso, MINUTE_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ADMIN_KEY, CLAIMANT, testBackend, type Reply, type TestBackend } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { engine } from './testDatabase.ts';
import { newWallet, signInWith, type SignedIn } from './wallet.ts';

const alice = { 'x-admin-key': ADMIN_KEY };
const viewerWallet = newWallet();
let t: TestBackend;
let viewer: SignedIn;
before(async () => {
  t = await testBackend();
  await t.call('PUT', `/admin/operators/${viewerWallet.address}`, {
    headers: alice,
    body: { role: 'viewer', name: 'vera' },
  });
  viewer = await signInWith(t, viewerWallet);
});
after(() => t.close());

const post = <T>(path: string, body: unknown = {}): Promise<Reply<T>> => t.call('POST', path, { headers: alice, body });
const get = async <T>(path: string): Promise<T> => (await t.call<T>('GET', path, { headers: alice })).body;

test(`a note is kept, in order, audited, and never told to the trader (${engine})`, async () => {
  const { id } = await t.covered();
  t.verifier.script(() => liquidated(t.clock.now() - 1, '5'));
  await t.claim(id);
  const SECRET = 'smells like a farm of accounts';
  assert.equal((await post(`/admin/purchase-orders/${id}/notes`, { text: `  ${SECRET}  ` })).status, 200);
  t.clock.advance(1000);
  const { body } = await post<NotesAnswer>(`/admin/purchase-orders/${id}/notes`, { text: '=cmd|0' });
  assert.deepEqual(
    body.notes.map((note) => [note.text, note.by]),
    [
      [SECRET, 'admin:alice'],
      ['=cmd|0', 'admin:alice'],
    ],
  );
  const { rows } = await t.backend.ctx.database.pool.query(
    `select subject_type, why from audit_log where subject_id = $1 and action = 'note' order by id`,
    [id],
  );
  assert.deepEqual(rows, [
    { subject_type: 'purchase_order', why: SECRET },
    { subject_type: 'purchase_order', why: '=cmd|0' },
  ]);
  const claimId = (await t.readOrder(id)).claim_id ?? '';
  for (const path of [
    `/api/purchase-orders/${id}`,
    `/api/purchase-orders/${id}/claim`,
    `/api/claims/${claimId}/evidence`,
    `/api/purchase-orders/${id}/watch`,
  ]) {
    const answer = await (await fetch(t.url + path)).text();
    assert.ok(!answer.includes(SECRET) && !answer.includes('"notes"'), path);
  }
  const queue = await get<AdminClaimPage>('/admin/claims');
  assert.equal(queue.items.find((item) => item.id === claimId)?.notes, 2);
});

test(`a viewer reads notes and writes none; an empty note, and one on no order, are refused (${engine})`, async () => {
  const id = await t.order();
  assert.equal((await viewer.call('GET', `/admin/purchase-orders/${id}/notes`)).status, 200);
  assert.equal((await viewer.call('POST', `/admin/purchase-orders/${id}/notes`, { text: 'x' })).status, 403);
  assert.equal((await post(`/admin/purchase-orders/${id}/notes`, { text: ' ' })).status, 400);
  assert.equal((await post(`/admin/purchase-orders/${id}/notes`, { text: 'x'.repeat(2001) })).status, 400);
  for (const path of ['notes', 'looks', ''])
    assert.equal(
      (
        await t.call(
          path === '' ? 'GET' : 'POST',
          `/admin/purchase-orders/${crypto.randomUUID()}/${path}`.replace(/\/$/, ''),
          {
            headers: alice,
            ...(path === '' ? {} : { body: path === 'notes' ? { text: 'x' } : {} }),
          },
        )
      ).status,
      404,
      path,
    );
});

test(`says who has an order open now, and who had it open when (${engine})`, async () => {
  const { id } = await t.covered();
  t.verifier.script(() => liquidated(t.clock.now() - 1, '5'));
  const { claimId } = (await t.claim(id)).body;
  const first = t.clock.now();
  await viewer.call('POST', `/admin/purchase-orders/${id}/looks`);
  t.clock.advance(20_000);
  const { body } = await post<NotesAnswer>(`/admin/purchase-orders/${id}/looks`);
  assert.deepEqual(
    body.looks.map((look) => [look.by, look.open, look.you]),
    [
      ['admin:alice', true, true],
      ['operator:vera', true, false],
    ],
  );
  const openBy = async (): Promise<string[] | undefined> =>
    (await get<AdminClaimPage>('/admin/claims')).items.find((item) => item.id === claimId)?.open_by;
  assert.deepEqual(await openBy(), ['operator:vera', 'admin:alice']);
  t.clock.advance(2 * MINUTE_MS);
  const later = await get<NotesAnswer>(`/admin/purchase-orders/${id}/notes`);
  const vera = later.looks.find((look) => look.by === 'operator:vera');
  assert.equal(vera?.open, false);
  assert.ok(Math.abs(Date.parse(vera?.first_at ?? '') - first) < 60_000 && vera?.last_at === vera?.first_at);
  assert.deepEqual(await openBy(), []);
});

test(`an order's file has all there is: order, position, premium, claim, payouts, and who did what (${engine})`, async () => {
  const now = t.clock.now();
  const id = await t.order({ coverageStartAt: formatIso(now - 1000), payoutAddress: CLAIMANT });
  const bare = await get<OrderFile>(`/admin/purchase-orders/${id}`);
  assert.deepEqual(
    [bare.order.id, bare.snapshot, bare.premium, bare.claim, bare.payouts, bare.may],
    [id, null, null, null, [], { mark_paid: true, undo_paid: false, note: true }],
  );
  await t.bind(id);
  await t.markPaid(id, {
    premiumAmountUsdc: '1.50',
    txHash: `0x${'5'.repeat(64)}`,
    payer: CLAIMANT,
    note: 'half too much',
  });
  t.verifier.script(() => liquidated(t.clock.now() - 1, '5'));
  const { claimId } = (await t.claim(id)).body;
  await t.admin(`/admin/claims/${claimId}/approve`);
  const file = await get<OrderFile>(`/admin/purchase-orders/${id}`);
  const { premium } = file;
  assert.deepEqual(
    [premium?.amount_usdc, premium?.payer, premium?.recorded_by, premium?.note, premium?.refund_reason],
    ['1.50', CLAIMANT, 'internal:ops', 'half too much', null],
  );
  assert.ok(premium?.recorded_at);
  assert.equal(file.claim?.id, claimId);
  assert.deepEqual(file.payouts.map((payout) => `${payout.kind} ${payout.amount_usdc}`).toSorted(), [
    'claim 5.00',
    'excess 0.50',
  ]);
  assert.deepEqual(
    file.audit.map((row) => row.action),
    ['create', 'bind', 'mark_paid', 'file', 'verify', 'approve'],
  );
  assert.deepEqual(file.may, { mark_paid: false, undo_paid: false, note: true });
  const { body } = await viewer.call<OrderFile>('GET', `/admin/purchase-orders/${id}`);
  assert.deepEqual(body.may, { mark_paid: false, undo_paid: false, note: false });
});

test(`an address has a name: kept under its checksum, changed, forgotten, each audited (${engine})`, async () => {
  const address = '0x000000000000000000000000000000000000bEEF';
  const put = (name: string, at: string = address): Promise<Reply<AddressName>> =>
    t.call('PUT', `/admin/addresses/${at}`, { headers: alice, body: { name } });
  assert.deepEqual((await put('OKX hot wallet', address.toLowerCase())).body.address, address);
  assert.equal((await put('OKX hot wallet')).status, 200, 'once more changes nothing');
  assert.equal((await put('OKX 7')).body.name, 'OKX 7');
  for (const bad of ['', ' ', 'a\u200Bb', 'a\u202Eb', 'x'.repeat(61)]) assert.equal((await put(bad)).status, 400, bad);
  assert.equal((await put('x', '0x000000000000000000000000000000000000BeEF')).status, 422, 'a wrong checksum');
  assert.equal((await viewer.call('PUT', `/admin/addresses/${address}`, { name: 'mine' })).status, 403);
  for (let repeat = 0; repeat < 2; repeat += 1)
    assert.equal((await t.call('DELETE', `/admin/addresses/${address}`, { headers: alice })).status, 200);
  const { rows } = await t.backend.ctx.database.pool.query(
    `select action, from_status, to_status from audit_log where subject_id = $1 order by id`,
    [address],
  );
  assert.deepEqual(rows, [
    { action: 'name_address', from_status: null, to_status: 'OKX hot wallet' },
    { action: 'name_address', from_status: 'OKX hot wallet', to_status: 'OKX 7' },
    { action: 'forget_address', from_status: 'OKX 7', to_status: null },
  ]);
});

test(`lists the address book by name, page by page, whatever its case and language; two may share a name (${engine})`, async () => {
  const names = ['bob', 'Alice', 'alice', '小明', 'Élodie'];
  const address = (n: number): string => `0x${String(n + 1).padStart(40, '0')}`;
  for (const [index, name] of names.entries())
    assert.equal(
      (await t.call('PUT', `/admin/addresses/${address(index)}`, { headers: alice, body: { name } })).status,
      200,
    );
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: AddressName[]; next_cursor: string | null } = await get(
      `/admin/addresses?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
    );
    seen.push(...page.items.map((item) => item.name));
    cursor = page.next_cursor;
  } while (cursor !== null);
  assert.deepEqual(seen.toSorted(), names.toSorted());
  assert.ok(seen.indexOf('bob') > seen.indexOf('alice') && seen.indexOf('bob') > seen.indexOf('Alice'));
  assert.equal((await t.call('GET', '/admin/addresses?cursor=nonsense', { headers: alice })).status, 400);
});
