import type { ChannelAnswer, ChannelsAnswer } from '@liqpass/api/channels';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { DAY_MS, formatIso, MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { pushTtlSeconds, sendDue } from '../src/services/watch/tell.ts';
import { APPLICATION, newOrdId, testBackend } from './harness.ts';
import { pushService, subscription, vapidClaims, vapidKeys } from './pushReceiver.ts';
import { engine } from './testDatabase.ts';
import { signInWith } from './wallet.ts';

const SITE = 'https://liqpass.example';
const VAPID = {
  ...vapidKeys(),
  subject: 'mailto:cover@liqpass.example',
};

async function scene(t: TestContext, push: typeof VAPID | null = VAPID) {
  const service = await pushService(t);
  const app = await testBackend({
    role: 'web',
    verdictWaitMs: 30_000,
    telling: {
      site: SITE,
      telegram: null,
      smtpUrl: null,
      mailFrom: 'LiqPass <cover@liqpass.example>',
      push,
      operators: [],
      privateHosts: [service.host],
    },
  });
  t.after(() => app.close());
  const person = await signInWith(app);
  const subscribe = (address: string, keys: Record<string, string>) =>
    person.call<{ channel: ChannelAnswer; link: null }>('POST', '/api/channels', {
      kind: 'push',
      address,
      keys,
      locale: 'zh',
    });
  return {
    app,
    person,
    service,
    subscribe,
    channels: async () => (await person.call<ChannelsAnswer>('GET', '/api/channels')).body,
    deliver: async () => {
      while ((await sendDue(app.backend.ctx, 'asked')) + (await sendDue(app.backend.ctx, 'happened')) > 0)
        app.clock.advance(SECOND_MS + 1);
    },
  };
}

test(`a message is pushed so that the browser alone can read it, signed, and kept as long as it is of use (${engine})`, async (t) => {
  const { app, person, service, subscribe, channels, deliver } = await scene(t);
  const browser = subscription();
  const { kinds, push_key: key } = await channels();
  assert.ok(kinds.includes('push'));
  assert.equal(key, VAPID.publicKey);
  const added = await subscribe(`${service.url}/send/SECRET-endpoint`, browser.keys);
  assert.equal(added.status, 201, JSON.stringify(added.body));
  const { channel } = added.body;
  assert.deepEqual([channel.kind, channel.confirmed, channel.on, channel.shown], ['push', true, true, service.host]);
  assert.ok(!JSON.stringify(await channels()).includes('SECRET'));

  assert.equal((await person.call('POST', `/api/channels/${channel.id}/test`)).status, 200);
  await deliver();
  assert.equal(service.got.length, 1);
  const [{ path, headers, body } = { path: '', headers: {}, body: Buffer.alloc(0) }] = service.got;
  assert.equal(path, '/send/SECRET-endpoint');
  assert.deepEqual(
    [headers['content-encoding'], headers['content-type'], headers['urgency']],
    ['aes128gcm', 'application/octet-stream', 'high'],
  );
  const ttl = Number(headers['ttl']);
  assert.ok(ttl > 500 && ttl <= 600, `${ttl} s`);
  const { id, ...said } = browser.decrypt(body);
  assert.match(String(id), /^[0-9a-f-]{36}$/);
  assert.deepEqual(said, {
    title: 'LiqPass：通知已连通',
    text: '有关你保障的消息会发到这里。',
    link: `${SITE}/notifications`,
  });
  assert.throws(() => subscription().decrypt(body), 'nobody else reads it');
  const { key: signer, claims } = vapidClaims(headers['authorization']);
  assert.equal(signer, VAPID.publicKey);
  assert.deepEqual([claims['aud'], claims['sub']], [service.url, VAPID.subject]);
  const lifetime = Number(claims['exp']) - Date.now() / SECOND_MS;
  assert.ok(lifetime > 0 && lifetime <= DAY_MS / SECOND_MS, `${lifetime} s`);
  assert.equal((await channels()).items[0]?.failing, null);
  // What the cover itself says goes the same way, in the person's language.
  const now = app.clock.now();
  const { purchaseOrderId: order } = (
    await person.call<{ purchaseOrderId: string }>('POST', '/api/purchase-orders', {
      ...APPLICATION,
      coverageStartAt: formatIso(now - 1_000),
      coverageEndAt: formatIso(now - 1_000 + DAY_MS),
    })
  ).body;
  await person.call('POST', `/api/purchase-orders/${order}/bind-okx`, { ordId: newOrdId(), instId: 'BTC-USDT-SWAP' });
  assert.equal((await app.markPaid(order)).status, 200);
  await deliver();
  const titles = service.got
    .map((each) => browser.decrypt(each.body))
    .flatMap(({ link, title }) => (link === `${SITE}/policies/${order}` ? [title] : []));
  assert.deepEqual(titles, ['你的付款已入账']);
});

for (const status of [404, 410])
  test(`a subscription that the push service says is gone (${status}) ends its channel, and nothing more is sent there (${engine})`, async (t) => {
    const { person, service, subscribe, channels, deliver } = await scene(t);
    const browser = subscription();
    const address = `${service.url}/send/1`;
    const { id } = (await subscribe(address, browser.keys)).body.channel;
    service.answer(status);
    await person.call('POST', `/api/channels/${id}/test`);
    await deliver();
    const [ended] = (await channels()).items;
    assert.deepEqual([ended?.on, ended?.failing?.code], [false, 'ENDED']);
    assert.equal((await person.call('POST', `/api/channels/${id}/test`)).status, 422);
    await deliver();
    assert.equal(service.got.length, 1);
    // The same browser subscribes again: the same channel, which works.
    service.answer(201);
    const again = await subscribe(address, browser.keys);
    assert.deepEqual([again.status, again.body.channel.id, again.body.channel.on], [201, id, true]);
    assert.equal((await channels()).items.length, 1);
    assert.equal((await channels()).items[0]?.failing, null);
  });

test(`a push service that is busy is asked again when it says, with the same message; one that refuses is shown (${engine})`, async (t) => {
  const { app, person, service, subscribe, channels, deliver } = await scene(t);
  const browser = subscription();
  const { id } = (await subscribe(`${service.url}/send/1`, browser.keys)).body.channel;
  service.answer(429, { 'retry-after': '90' });
  await person.call('POST', `/api/channels/${id}/test`);
  await deliver();
  assert.equal((await channels()).items[0]?.failing?.code, 'RATE_LIMITED');
  app.clock.advance(80 * SECOND_MS);
  await deliver();
  assert.equal(service.got.length, 1);
  service.answer(403);
  app.clock.advance(20 * SECOND_MS);
  await deliver();
  const [channel] = (await channels()).items;
  assert.deepEqual([channel?.on, channel?.failing?.code], [true, 'REFUSED']);
  service.answer(201);
  app.clock.advance(MINUTE_MS);
  await deliver();
  assert.equal(new Set(service.got.map(({ body }) => browser.decrypt(body)['id'])).size, 1);
  assert.equal(service.got.length, 3);
  assert.equal((await channels()).items[0]?.failing, null);
});

test(`only a subscription of a public https address with its two keys is taken, and none where nothing is pushed (${engine})`, async (t) => {
  const { service, subscribe, person } = await scene(t);
  const { keys } = subscription();
  for (const address of ['http://push.example/1', 'https://127.0.0.1/1', 'https://10.0.0.7/1', 'https://localhost/1'])
    assert.deepEqual(
      await subscribe(address, keys).then(({ status, body }) => [status, (body as unknown as ErrorAnswer).error]),
      [422, 'CHANNEL_ADDRESS_NOT_ALLOWED'],
      address,
    );
  const withoutKeys = await person.call<ErrorAnswer>('POST', '/api/channels', {
    kind: 'push',
    address: `${service.url}/1`,
    locale: 'en',
  });
  assert.equal(withoutKeys.body.error, 'CHANNEL_ADDRESS_NOT_ALLOWED');
  const short = await subscribe(`${service.url}/1`, { ...keys, auth: 'short' });
  assert.equal((short.body as unknown as ErrorAnswer).error, 'VALIDATION_FAILED');

  const off = await scene(t, null);
  assert.deepEqual([(await off.channels()).push_key, (await off.channels()).kinds.includes('push')], [null, false]);
  const refused = await off.subscribe(`${off.service.url}/1`, keys);
  assert.equal((refused.body as unknown as ErrorAnswer).error, 'CHANNEL_NOT_AVAILABLE');
});

test('a push service keeps a message no longer than it is of use', () => {
  const atMs = 1_000_000;
  assert.equal(pushTtlSeconds('NEAR', atMs, atMs + 5 * MINUTE_MS), 600);
  assert.equal(pushTtlSeconds('CLAIM_PAID', atMs, atMs), DAY_MS / SECOND_MS);
  assert.equal(pushTtlSeconds('NEAR', atMs, atMs + DAY_MS), 0);
});
