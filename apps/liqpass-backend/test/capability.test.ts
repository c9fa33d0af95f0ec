import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { readPeopleSettings } from '../src/peopleConfig.ts';
import { bindWith, far, register, snapshotTaken } from './attested.ts';
import { APPLICATION, newOrdId, testBackend } from './harness.ts';
import { snapshotOf, testShop } from './shop.ts';
import { engine } from './testDatabase.ts';
import { signInWith } from './wallet.ts';

test(`an order of nobody's belongs to the wallet that binds it with a key (${engine})`, async (t) => {
  const app = await testShop(t);
  const [owner, stranger] = [await signInWith(app), await signInWith(app)];
  const id = await app.order();
  const ordId = newOrdId();
  app.verifier.route('POST /snapshot', () => snapshotTaken(snapshotOf(app, far(app), { ordId })));
  const [key, other] = [(await register(app, owner)).body.id, (await register(app, stranger)).body.id];
  // At once, exactly one of two wallets has it.
  const answers = await Promise.all([bindWith(owner, id, ordId, key), bindWith(stranger, id, ordId, other)]);
  const won = answers.filter((answer) => answer.status === 200);
  assert.equal(won.length, 1, JSON.stringify(answers.map(({ body }) => body)));
  const [winner, loser] = answers[0]?.status === 200 ? [owner, stranger] : [stranger, owner];
  const asNobody = (method: string, path: string, body?: unknown) =>
    app.call<ErrorAnswer>(method, `/api/purchase-orders/${id}${path}`, body === undefined ? {} : { body });
  for (const answer of [
    await asNobody('GET', ''),
    await asNobody('POST', '/report-payment', {}),
    await asNobody('POST', '/bind-okx', { ordId: newOrdId(), instId: 'BTC-USDT-SWAP' }),
    await asNobody('POST', '/claims', { claimant: loser.wallet.address }),
    await loser.call<ErrorAnswer>('GET', `/api/purchase-orders/${id}`),
    await bindWith(loser, id, newOrdId()),
  ])
    assert.deepEqual([answer.status, answer.body.error], [403, 'NOT_THE_OWNER']);
  assert.equal((await winner.call('GET', `/api/purchase-orders/${id}`)).status, 200);
});

test(`a key and a body repeated elsewhere give nothing of another's (${engine})`, async (t) => {
  const app = await testBackend({ people: readPeopleSettings({ TRUST_PROXY: '127.0.0.1' }, true) });
  t.after(() => app.close());
  const key = randomUUID();
  const buy = async (from: string): Promise<string> =>
    (
      await app.call<{ purchaseOrderId: string }>('POST', '/api/purchase-orders', {
        body: APPLICATION,
        headers: { 'idempotency-key': key, 'x-forwarded-for': from },
      })
    ).body.purchaseOrderId;
  const first = await buy('203.0.113.7');
  assert.equal(await buy('203.0.113.7'), first, 'where it came from it is the same call');
  const elsewhere = await buy('198.51.100.9');
  assert.notEqual(elsewhere, first);
  assert.equal(await buy('2001:db8:1:2::9'), await buy('2001:db8:1:2:ffff::1'), 'one network of IPv6 is one place');
});

test(`an order's id opens it, and is in no log; request ids are ours (${engine})`, async (t) => {
  const app = await testBackend();
  t.after(() => app.close());
  const { id } = await app.covered();
  await app.claim(id);
  await app.readOrder(id);
  await app.call('GET', `/api/purchase-orders/${id.toUpperCase()}`);
  await app.call('GET', `/api/purchase-orders/${id}/events/not-there`);
  const chosen = await app.call<ErrorAnswer>('GET', '/api/me', { headers: { 'x-request-id': id } });
  assert.notEqual(chosen.body.requestId, id);
  assert.equal(chosen.headers.get('x-request-id'), chosen.body.requestId);
  const logs = app.logs.join('');
  assert.match(logs, /\/api\/purchase-orders\/#[0-9a-f]{10}/);
  assert.ok(!logs.toLowerCase().includes(id), 'the id is in the log');
});
