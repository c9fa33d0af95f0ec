import type { ChannelAnswer, ChannelsAnswer, MessagesAnswer } from '@liqpass/api/channels';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { DAY_MS, formatIso, HOUR_MS, MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { keepExchangeReading } from '../src/db/book/exchangeRepo.ts';
import { takeDueMessages } from '../src/db/watch/outboxRepo.ts';
import { sealAudit } from '../src/services/audit/auditTrail.ts';
import { buildNotices } from '../src/services/watch/notice.ts';
import { send, sendDue, SENDING_MS } from '../src/services/watch/tell.ts';
import { APPLICATION, newOrdId, testBackend, type TestBackend } from './harness.ts';
import { mailbox } from './mailbox.ts';
import { receiver, type Receiver } from './receiver.ts';
import { liquidated } from './scriptedVerifier.ts';
import { engine } from './testDatabase.ts';
import { signInWith, type SignedIn } from './wallet.ts';

const TOKEN = '123456:SECRET-token_of-the-bot';
const SITE = 'https://liqpass.example';

type Scene = {
  readonly app: TestBackend;
  readonly hook: Receiver;
  readonly person: SignedIn;
  /** Sends until nothing is due. */
  readonly deliver: () => Promise<void>;
  readonly add: (body: Record<string, unknown>) => Promise<{ channel: ChannelAnswer; link: string | null }>;
  readonly channels: () => Promise<ChannelAnswer[]>;
};

/** A backend that answers requests alone, so that a test sends when it says so, and a server where messages arrive. */
async function scene(
  t: TestContext,
  more: { operators?: boolean; smtpUrl?: string; telegram?: boolean } = {},
): Promise<Scene> {
  const hook = await receiver(t);
  const operator = {
    name: 'json-ops',
    kind: 'json' as const,
    address: `${hook.url}/ops`,
    secret: null,
    locale: 'en' as const,
  };
  const app = await testBackend({
    role: 'web',
    verdictWaitMs: 30_000,
    telling: {
      site: SITE,
      telegram: more.telegram ? { token: TOKEN, apiRoot: hook.url } : null,
      smtpUrl: more.smtpUrl ?? null,
      mailFrom: 'LiqPass <cover@liqpass.example>',
      push: null,
      operators: more.operators ? [operator] : [],
      privateHosts: [hook.host],
    },
  });
  t.after(() => app.close());
  const person = await signInWith(app);
  return {
    app,
    hook,
    person,
    async deliver() {
      // A channel is sent to once a second.
      const sendAll = async (): Promise<number> =>
        (await sendDue(app.backend.ctx, 'asked')) + (await sendDue(app.backend.ctx, 'happened'));
      while ((await sendAll()) > 0) app.clock.advance(SECOND_MS + 1);
    },
    add: async (body) => {
      const answer = await person.call<{ channel: ChannelAnswer; link: string | null }>('POST', '/api/channels', body);
      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      return answer.body;
    },
    channels: async () => (await person.call<ChannelsAnswer>('GET', '/api/channels')).body.items,
  };
}

const jsonHook = (hook: Receiver, more: Record<string, unknown> = {}) => ({
  kind: 'json',
  address: `${hook.url}/mine/SECRET-path`,
  secret: 'SECRET-of-hook',
  locale: 'en',
  ...more,
});
async function coveredOrder({ app, person }: Scene): Promise<string> {
  const now = app.clock.now();
  const body = {
    ...APPLICATION,
    coverageStartAt: formatIso(now - 1_000),
    coverageEndAt: formatIso(now - 1_000 + DAY_MS),
  };
  const { purchaseOrderId: id } = (await person.call<{ purchaseOrderId: string }>('POST', '/api/purchase-orders', body))
    .body;
  const bound = await person.call('POST', `/api/purchase-orders/${id}/bind-okx`, {
    ordId: newOrdId(),
    instId: 'BTC-USDT-SWAP',
  });
  assert.equal(bound.status, 200);
  assert.equal((await app.markPaid(id)).status, 200);
  return id;
}
const eventsOf = (hook: Receiver, path: string): string[] =>
  hook.got.filter((each) => each.path === path).map((each) => String(each.json['event']));
const MINE = '/mine/SECRET-path';

test(`the loop tells the trader and the operators what concerns each, once, with a link (${engine})`, async (t) => {
  const world = await scene(t, { operators: true });
  const { app, hook, deliver, add } = world;
  await add(jsonHook(hook));
  const id = await coveredOrder(world);
  app.verifier.script(() => liquidated(app.clock.now()));
  app.clock.advance(MINUTE_MS);
  const claim = await world.person.call<{ claimId: string; status: string }>(
    'POST',
    `/api/purchase-orders/${id}/claims`,
    {
      claimant: world.person.wallet.address,
    },
  );
  assert.equal(claim.body.status, 'VERIFIED_PENDING_REVIEW', JSON.stringify(claim.body));
  await app.admin(`/admin/claims/${claim.body.claimId}/approve`);
  const paid = { multisigTxHash: `0x${'1f'.repeat(32)}`, paidAtSec: Math.floor(app.clock.now() / 1000) };
  assert.equal((await app.admin(`/admin/claims/${claim.body.claimId}/mark-paid`, paid)).status, 200);
  await deliver();
  assert.deepEqual(eventsOf(hook, MINE), ['PAID', 'CLAIM_APPROVED', 'CLAIM_PAID']);
  assert.deepEqual(eventsOf(hook, '/ops').toSorted(), [
    'CLAIM_TO_REVIEW',
    'NEW_KEY_USED',
    'NEW_KEY_USED',
    'PAYOUT_DUE',
  ]);
  const [first] = hook.got.filter(({ path }) => path === MINE);
  assert.equal(first?.json['link'], `${SITE}/policies/${id}`);
  const [time = '', signed = ''] = String(first?.headers['x-liqpass-signature']).split(',v1=');
  assert.equal(
    signed,
    createHmac('sha256', 'SECRET-of-hook')
      .update(`${time.slice(2)}.${first?.text ?? ''}`)
      .digest('hex'),
  );
  assert.equal(first?.headers['x-liqpass-delivery'], first?.json['id']);
  const { items } = (await world.person.call<MessagesAnswer>('GET', `/api/purchase-orders/${id}/messages`)).body;
  assert.deepEqual(
    items.map(({ event, state }) => [event, state]),
    [
      ['CLAIM_PAID', 'sent'],
      ['CLAIM_APPROVED', 'sent'],
      ['PAID', 'sent'],
    ],
  );
});

test(`where nobody wants to be told, the loop writes nothing (${engine})`, async (t) => {
  const world = await scene(t);
  await coveredOrder(world);
  assert.equal((await world.app.backend.ctx.db.selectFrom('outbox').selectAll().execute()).length, 0);
});

test(`a refusal rolled back tells nothing; what is told is in the transaction of its event (${engine})`, async (t) => {
  const world = await scene(t);
  const { app, hook, add } = world;
  await add(jsonHook(hook));
  const id = await coveredOrder(world);
  const { db } = app.backend.ctx;
  const count = async (): Promise<number> => (await db.selectFrom('outbox').selectAll().execute()).length;
  assert.equal(await count(), 1);
  await assert.rejects(
    db.transaction().execute(async (trx) => {
      await trx
        .insertInto('audit_log')
        .values({ at: new Date(), actor: 'system', action: 'refund', subject_type: 'purchase_order', subject_id: id })
        .execute();
      assert.equal((await trx.selectFrom('outbox').selectAll().execute()).length, 2);
      throw new Error('the verb fails');
    }),
    /the verb fails/,
  );
  assert.equal(await count(), 1);
});

test(`a sender killed between sending and marking sends again under the same id; two senders at once send once (${engine})`, async (t) => {
  const world = await scene(t);
  const { app, hook, add, deliver } = world;
  await add(jsonHook(hook));
  await coveredOrder(world);
  const { ctx } = app.backend;
  const nowMs = ctx.clock.now();
  const [taken, ...others] = await takeDueMessages(
    ctx.db,
    'happened',
    '00000000-0000-4000-8000-000000000001',
    nowMs,
    nowMs + SENDING_MS,
    10,
  );
  assert.ok(taken && others.length === 0);
  assert.deepEqual(await send(ctx, taken), { ok: true });
  // Killed here. While its lease runs nobody else sends it.
  await deliver();
  assert.equal(hook.got.length, 1);
  app.clock.advance(SENDING_MS + SECOND_MS);
  await Promise.all([sendDue(ctx, 'happened'), sendDue(ctx, 'happened'), sendDue(ctx, 'happened')]);
  assert.equal(hook.got.length, 2);
  assert.equal(hook.got[0]?.json['id'], hook.got[1]?.json['id']);
  await deliver();
  assert.equal(hook.got.length, 2, 'marked, it is sent no more');
});

test(`what fails is tried again later and later, shown on the channel, and well again once it gets through (${engine})`, async (t) => {
  const world = await scene(t);
  const { app, hook, add, deliver, channels } = world;
  await add(jsonHook(hook));
  await coveredOrder(world);
  hook.answer(() => ({ status: 500, body: 'SECRET-answer' }));
  await deliver();
  assert.equal(hook.got.length, 1);
  assert.equal((await channels())[0]?.failing?.code, 'UNREACHABLE');
  app.clock.advance(6 * SECOND_MS);
  await deliver();
  app.clock.advance(6 * SECOND_MS);
  await deliver();
  assert.equal(hook.got.length, 2, 'the second wait is longer');
  hook.answer(() => ({ status: 200 }));
  app.clock.advance(15 * SECOND_MS);
  await deliver();
  assert.equal(hook.got.length, 3);
  const [channel] = await channels();
  assert.deepEqual([channel?.failing, channel?.last_sent_at === null], [null, false]);
});

test('a webhook that is gone is given up at once, and that is loud; switched off, what waits is not sent', async (t) => {
  const world = await scene(t);
  const { app, hook, add, deliver, channels } = world;
  const { channel } = await add(jsonHook(hook));
  const id = await coveredOrder(world);
  hook.answer(() => ({ status: 410 }));
  await deliver();
  const { items } = (await world.person.call<MessagesAnswer>('GET', `/api/purchase-orders/${id}/messages`)).body;
  assert.deepEqual(
    items.map(({ state }) => state),
    ['given_up'],
  );
  assert.equal((await channels())[0]?.failing?.code, 'REFUSED');
  assert.ok(app.logs.some((line) => line.includes('a message was given up')));
  hook.answer(() => ({ status: 200 }));
  await world.person.call('POST', `/api/channels/${channel.id}/test`);
  await world.person.call('PUT', `/api/channels/${channel.id}`, { on: false, locale: 'zh' });
  const asked = hook.got.length;
  app.clock.advance(MINUTE_MS);
  await deliver();
  assert.equal(hook.got.length, asked);
});

test('robots are signed as each wants it, and a refusal in their 200 is a failure', async (t) => {
  const world = await scene(t);
  const { app, hook, add, deliver, channels } = world;
  for (const kind of ['feishu', 'dingtalk', 'wecom'])
    await add({
      kind,
      address: `${hook.url}/${kind}?key=1`,
      ...(kind === 'wecom' ? {} : { secret: 'robot' }),
      locale: 'zh',
    });
  for (const { id } of await channels()) await world.person.call('POST', `/api/channels/${id}/test`);
  hook.answer(({ path }) => ({
    status: 200,
    body: JSON.stringify(path === '/wecom' ? { errcode: 93_000 } : path === '/feishu' ? { code: 0 } : { errcode: 0 }),
  }));
  await deliver();
  const of = (path: string) => hook.got.find((each) => each.path === path);
  const feishu = of('/feishu')?.json ?? {};
  assert.equal(
    feishu['sign'],
    createHmac('sha256', `${String(feishu['timestamp'])}\nrobot`)
      .update('')
      .digest('base64'),
  );
  assert.match(JSON.stringify(feishu['content']), /通知已连通/);
  const query = of('/dingtalk')?.query;
  assert.equal(
    query?.get('sign'),
    createHmac('sha256', 'robot')
      .update(`${query?.get('timestamp') ?? ''}\nrobot`)
      .digest('base64'),
  );
  assert.deepEqual(
    (await channels()).map(({ kind, failing }) => [kind, failing?.code ?? null]),
    [
      ['feishu', null],
      ['dingtalk', null],
      ['wecom', 'REFUSED'],
    ],
  );
  app.clock.advance(SECOND_MS);
});

test('a chat is linked by a code that is used once, and told; 429 is waited for, a chat that blocked the bot given up', async (t) => {
  const world = await scene(t, { telegram: true });
  const { app, hook, add, deliver, channels, person } = world;
  let status = 200;
  let started = '';
  hook.answer(({ path }) => {
    if (path.endsWith('/getMe'))
      return { status: 200, body: JSON.stringify({ ok: true, result: { username: 'liqpass_bot' } }) };
    if (path.endsWith('/getUpdates'))
      return {
        status: 200,
        body: JSON.stringify({
          ok: true,
          result: [{ update_id: 7, message: { text: `/start ${started}`, chat: { id: -100777, type: 'private' } } }],
        }),
      };
    return {
      status,
      body: JSON.stringify(status === 200 ? { ok: true, result: {} } : { ok: false, parameters: { retry_after: 30 } }),
    };
  });
  const { link, channel } = await add({ kind: 'telegram', locale: 'zh' });
  assert.match(link ?? '', /^https:\/\/t\.me\/liqpass_bot\?start=[0-9a-f]{32}$/);
  assert.equal(channel.confirmed, false);
  started = (link ?? '').split('=')[1] ?? '';
  await buildNotices(app.backend.ctx).notice();
  const [linked] = await channels();
  assert.deepEqual([linked?.confirmed, linked?.shown], [true, '…777']);
  status = 429;
  await person.call('POST', `/api/channels/${channel.id}/test`);
  await deliver();
  const sends = (): number => hook.got.filter(({ path }) => path.endsWith('/sendMessage')).length;
  app.clock.advance(20 * SECOND_MS);
  await deliver();
  assert.equal(sends(), 1, 'retry_after is obeyed');
  status = 403;
  app.clock.advance(11 * SECOND_MS);
  await deliver();
  assert.equal(sends(), 2);
  assert.equal((await channels())[0]?.failing?.code, 'BLOCKED');
  app.clock.advance(HOUR_MS);
  await deliver();
  assert.equal(sends(), 2);
  assert.equal(
    hook.got.some(({ path }) => path.includes(TOKEN)),
    true,
  );
  assert.equal(
    app.logs.some((line) => line.includes('SECRET')),
    false,
    'the token is in no log',
  );
});

test('an e-mail address is told nothing before its link was followed, once; the mail has one id however often it is sent', async (t) => {
  const box = await mailbox(t);
  const world = await scene(t, { smtpUrl: box.url });
  const { app, add, deliver, channels, person } = world;
  const { channel } = await add({ kind: 'email', address: 'trader@example.com', locale: 'en' });
  assert.deepEqual([channel.confirmed, channel.shown], [false, 't…@example.com']);
  await coveredOrder(world);
  const refused = await person.call<ErrorAnswer>('POST', `/api/channels/${channel.id}/test`);
  assert.deepEqual([refused.status, refused.body.error], [422, 'CHANNEL_NOT_AVAILABLE']);
  box.refuse(451);
  await deliver();
  app.clock.advance(6 * SECOND_MS);
  box.refuse(null);
  await deliver();
  assert.equal(box.mails.length, 1, 'of the order nothing');
  const code = /confirm=([0-9a-f]{32})/.exec(box.mails[0]?.text ?? '')?.[1] ?? '';
  const confirm = () => app.call<ErrorAnswer>('POST', '/api/channels/confirm', { body: { code } });
  assert.equal((await confirm()).status, 200);
  const again = await confirm();
  assert.deepEqual([again.status, again.body.error], [422, 'CHANNEL_CODE_WRONG']);
  assert.equal((await channels())[0]?.confirmed, true);
  await person.call('POST', `/api/channels/${channel.id}/test`);
  await deliver();
  assert.deepEqual(
    box.mails.map(({ to }) => to),
    [['trader@example.com'], ['trader@example.com']],
  );
  assert.match(box.mails[1]?.text ?? '', /^message-id: <[0-9a-f-]{36}@liqpass\.example>/im);
  const kept = await app.backend.ctx.db.selectFrom('outbox').select('facts').where('event', '=', 'CONFIRM').execute();
  assert.deepEqual(kept, [{ facts: {} }], 'the code is forgotten');
});

test('a webhook to this machine or a private network is refused, and so is a name that leads there', async (t) => {
  const world = await scene(t);
  const { person, hook, app } = world;
  for (const address of [
    'http://example.com/x',
    'https://127.0.0.1/x',
    'https://[::1]/x',
    'https://[::ffff:10.0.0.1]/x',
    'https://[::127.0.0.1]/x',
    'https://[::a00:1]/x',
    'https://169.254.169.254/latest/meta-data',
    'https://10.1.2.3/x',
    'https://2130706433/x',
    'https://0x7f.1/x',
    'https://[64:ff9b::7f00:1]/x',
    'https://user:pass@example.com/x',
    'https://example.com:8443/x',
    'https://localhost/x',
  ]) {
    const answer = await person.call<ErrorAnswer>('POST', '/api/channels', { kind: 'json', address, locale: 'en' });
    assert.deepEqual([address, answer.body.error], [address, 'CHANNEL_ADDRESS_NOT_ALLOWED']);
  }
  const other = await person.call<ErrorAnswer>('POST', '/api/channels', {
    kind: 'feishu',
    address: 'https://example.com/x',
    locale: 'en',
  });
  assert.equal(other.body.error, 'CHANNEL_ADDRESS_NOT_ALLOWED');
  // A name that is public when it is given and is not when it is used: the socket asks, and connects to nothing else.
  const { channel } = await world.add(jsonHook(hook));
  const port = hook.host.split(':')[1] ?? '';
  await app.backend.ctx.db
    .updateTable('channels')
    .set({ address: `http://localhost:${port}/inside` })
    .where('id', '=', channel.id)
    .execute();
  await person.call('POST', `/api/channels/${channel.id}/test`);
  await world.deliver();
  assert.equal(hook.got.length, 0);
  assert.equal((await world.channels())[0]?.failing?.code, 'ADDRESS_NOT_ALLOWED');
});

test('a redirect is not followed', async (t) => {
  const world = await scene(t);
  const { hook, add, deliver, person, channels } = world;
  const { channel } = await add(jsonHook(hook));
  hook.answer(() => ({ status: 302, headers: { location: `${hook.url}/elsewhere` } }));
  await person.call('POST', `/api/channels/${channel.id}/test`);
  await deliver();
  assert.deepEqual(
    hook.got.map(({ path }) => path),
    [MINE],
  );
  assert.equal((await channels())[0]?.failing?.code, 'REFUSED');
});

test('nothing secret of a channel is in an answer or a log; another wallet sees and changes none of it; removed, it is forgotten', async (t) => {
  const world = await scene(t);
  const { app, hook, add, deliver, person } = world;
  const { channel } = await add(jsonHook(hook));
  hook.answer(() => ({ status: 400, body: 'SECRET-answer' }));
  await person.call('POST', `/api/channels/${channel.id}/test`);
  await deliver();
  const listed = await person.call<ChannelsAnswer>('GET', '/api/channels');
  assert.equal(JSON.stringify(listed.body).includes('SECRET'), false);
  assert.equal(
    app.logs.some((line) => line.includes('SECRET')),
    false,
  );
  const stranger = await signInWith(app);
  assert.deepEqual((await stranger.call<ChannelsAnswer>('GET', '/api/channels')).body.items, []);
  for (const [method, path, body] of [
    ['PUT', `/api/channels/${channel.id}`, { on: false, locale: 'en' }],
    ['DELETE', `/api/channels/${channel.id}`, undefined],
    ['POST', `/api/channels/${channel.id}/test`, undefined],
  ] as const) {
    const answer = await stranger.call<ErrorAnswer>(method, path, body);
    assert.deepEqual([answer.status, answer.body.error], [404, 'CHANNEL_NOT_FOUND']);
  }
  assert.equal((await person.call('DELETE', `/api/channels/${channel.id}`)).status, 200);
  const [kept] = await app.backend.ctx.db.selectFrom('channels').select(['address', 'secret']).execute();
  assert.deepEqual(kept, { address: null, secret: null });
});

test(`a wallet has eight channels a day however it asks (${engine})`, async (t) => {
  const { person, hook } = await scene(t);
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => person.call<ErrorAnswer>('POST', '/api/channels', jsonHook(hook))),
  );
  assert.equal(answers.filter(({ status }) => status === 201).length, 8);
  assert.deepEqual(
    [...new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => body.error))],
    ['TOO_MANY_CHANNELS'],
  );
});

test(`what time alone brings is told once: cover begins, it ends within the hour, a claim waits too long (${engine})`, async (t) => {
  const world = await scene(t, { operators: true });
  const { app, hook, add, deliver } = world;
  await add(jsonHook(hook));
  const id = await coveredOrder(world);
  const look = async (): Promise<void> => {
    await buildNotices(app.backend.ctx).notice();
    await buildNotices(app.backend.ctx).notice();
    await deliver();
  };
  await look();
  app.clock.advance(DAY_MS - 30 * MINUTE_MS);
  await look();
  assert.deepEqual(eventsOf(hook, MINE).toSorted(), ['COVER_BEGINS', 'ENDS_SOON', 'PAID']);
  const ends = hook.got.find(({ json }) => json['event'] === 'ENDS_SOON');
  assert.equal(ends?.json['link'], `${SITE}/policies/${id}?again=1`);
  app.verifier.script(() => liquidated(app.clock.now()));
  const filed = await world.person.call('POST', `/api/purchase-orders/${id}/claims`, {
    claimant: world.person.wallet.address,
  });
  assert.equal(filed.status, 200);
  app.clock.advance(25 * HOUR_MS);
  await look();
  assert.equal(eventsOf(hook, '/ops').filter((event) => event === 'CLAIM_OVERDUE').length, 1);
});

test(`tests to servers that never answer, and reported payments, keep no other message waiting (${engine})`, async (t) => {
  const world = await scene(t, { operators: true });
  const { app, hook, add } = world;
  const { ctx } = app.backend;
  let letGo = (): void => undefined;
  const slow = new Promise<void>((resolve) => (letGo = resolve));
  t.after(() => letGo());
  hook.answer(async ({ path }) => {
    if (path === '/slow') await slow;
    return { status: 200 };
  });
  await add(jsonHook(hook));
  for (let wallets = 0; wallets < 5; wallets += 1) {
    const stranger = await signInWith(app);
    for (let of = 0; of < 8; of += 1) {
      const body = jsonHook(hook, { address: `${hook.url}/slow` });
      const { channel } = (await stranger.call<{ channel: ChannelAnswer }>('POST', '/api/channels', body)).body;
      await stranger.call('POST', `/api/channels/${channel.id}/test`);
    }
  }
  for (let orders = 0; orders < 3; orders += 1) {
    const { body } = await app.call<{ purchaseOrderId: string }>('POST', '/api/purchase-orders', { body: APPLICATION });
    assert.equal((await app.call('POST', `/api/purchase-orders/${body.purchaseOrderId}/report-payment`)).status, 200);
  }
  const id = await coveredOrder(world);
  app.verifier.script(() => liquidated(app.clock.now()));
  app.clock.advance(MINUTE_MS);
  const claimant = world.person.wallet.address;
  await world.person.call('POST', `/api/purchase-orders/${id}/claims`, { claimant });
  const tests = sendDue(ctx, 'asked');
  for (let rounds = 0; rounds < 3; rounds += 1) {
    await sendDue(ctx, 'happened');
    app.clock.advance(SECOND_MS + 1);
  }
  assert.deepEqual(eventsOf(hook, MINE), ['PAID']);
  assert.ok(eventsOf(hook, '/ops').includes('CLAIM_TO_REVIEW'), eventsOf(hook, '/ops').join());
  letGo();
  assert.equal(await tests, 32);
});

test('a chat is linked however much strangers write to the bot', async (t) => {
  const { app, hook, add, channels } = await scene(t, { telegram: true });
  let started = '';
  hook.answer(({ path }) => ({
    status: 200,
    body: JSON.stringify({
      ok: true,
      result: path.endsWith('/getMe')
        ? { username: 'liqpass_bot' }
        : Array.from({ length: 100 }, (_, at) => ({
            update_id: at,
            message: {
              text: at === 99 ? `/start ${started}` : '说'.repeat(4096),
              chat: { id: 1_000 + at, type: 'private' },
            },
          })),
    }),
  }));
  const { link } = await add({ kind: 'telegram', locale: 'zh' });
  started = (link ?? '').split('=')[1] ?? '';
  await buildNotices(app.backend.ctx).notice();
  assert.equal((await channels())[0]?.confirmed, true);
});

test(`one mailbox is sent five links a day, whatever wallets ask, and however it is spelled (${engine})`, async (t) => {
  const box = await mailbox(t);
  const { app, deliver } = await scene(t, { smtpUrl: box.url });
  const answers: string[] = [];
  for (const local of ['victim', 'Victim', 'victim+1', 'VICTIM', 'victim+2', 'victim', 'victim+3']) {
    const stranger = await signInWith(app);
    const body = { kind: 'email', address: `${local}@example.com`, locale: 'en' };
    const answer = await stranger.call<ErrorAnswer>('POST', '/api/channels', body);
    answers.push(answer.status === 201 ? 'added' : answer.body.error);
  }
  await deliver();
  assert.equal(box.mails.length, 5);
  assert.deepEqual(answers, [...Array<string>(5).fill('added'), 'TOO_MANY_CHANNELS', 'TOO_MANY_CHANNELS']);
});

test(`strangers who use up a mailbox's links do not lock out whoever bought a cover or confirmed it before, nor fill it (${engine})`, async (t) => {
  const box = await mailbox(t);
  const { app, deliver, person } = await scene(t, { smtpUrl: box.url });
  const ask = async (who: SignedIn): Promise<string> => {
    const { status, body } = await who.call<ErrorAnswer & { channel: ChannelAnswer }>('POST', '/api/channels', {
      kind: 'email',
      address: 'victim@example.com',
      locale: 'en',
    });
    if (status !== 201) return body.error;
    await who.call('DELETE', `/api/channels/${body.channel.id}`);
    return 'added';
  };
  const confirmed = await person.call<{ channel: ChannelAnswer }>('POST', '/api/channels', {
    kind: 'email',
    address: 'victim@example.com',
    locale: 'en',
  });
  await deliver();
  const code = /confirm=([0-9a-f]{32})/.exec(box.mails[0]?.text ?? '')?.[1];
  assert.equal((await app.call('POST', '/api/channels/confirm', { body: { code } })).status, 200);
  await person.call('DELETE', `/api/channels/${confirmed.body.channel.id}`);
  for (let at = 0; at < 6; at += 1) await ask(await signInWith(app));
  assert.equal(await ask(await signInWith(app)), 'TOO_MANY_CHANNELS');

  // Who confirmed it before has three of their own; so has who paid for a cover.
  const asked: string[] = [];
  for (let at = 0; at < 4; at += 1) asked.push(await ask(person));
  assert.deepEqual(asked, ['added', 'added', 'added', 'TOO_MANY_CHANNELS']);
  const buyers = await Promise.all(Array.from({ length: 8 }, () => signInWith(app)));
  for (const buyer of buyers) {
    const made = await buyer.call<{ purchaseOrderId: string }>('POST', '/api/purchase-orders', {
      ...APPLICATION,
      payoutAddress: undefined,
    });
    const id = made.body.purchaseOrderId;
    const bind = { ordId: newOrdId(), instId: 'BTC-USDT-SWAP' };
    assert.equal((await buyer.call('POST', `/api/purchase-orders/${id}/bind-okx`, bind)).status, 200);
    assert.equal((await app.markPaid(id)).status, 200);
  }
  const sent: string[] = [];
  for (const buyer of buyers) for (let at = 0; at < 3; at += 1) sent.push(await ask(buyer));
  // All of them together have twenty a day.
  assert.deepEqual(sent, [...Array<string>(17).fill('added'), ...Array<string>(7).fill('TOO_MANY_CHANNELS')]);
});

test(`operators are told once each time that the exchange does not answer (${engine})`, async (t) => {
  const { app, hook, deliver } = await scene(t, { operators: true });
  const { ctx } = app.backend;
  const notices = buildNotices(ctx);
  const reads = async (state: 'UP' | 'DOWN'): Promise<void> => {
    app.clock.advance(25 * SECOND_MS);
    const health = { state, trouble: state === 'DOWN' ? ('NO_ANSWER' as const) : null, title: null };
    await keepExchangeReading(ctx.db, health, app.clock.now(), 60 * SECOND_MS);
    await ctx.exchange.refresh(ctx.db);
    await notices.notice();
  };
  for (const state of ['UP', 'DOWN', 'DOWN', 'UP', 'DOWN', 'UP'] as const) await reads(state);
  await deliver();
  assert.deepEqual(eventsOf(hook, '/ops'), ['EXCHANGE_DOWN', 'EXCHANGE_DOWN']);
});

test(`operators are told of an audit trail that does not check, once a day, by one process (${engine})`, async (t) => {
  const { app, hook, deliver } = await scene(t, { operators: true });
  const { ctx } = app.backend;
  await app.covered();
  await sealAudit(ctx, 'far');
  const told = async (): Promise<unknown[]> => {
    await Promise.all([buildNotices(ctx).checkTrail(), buildNotices(ctx).checkTrail()]);
    await deliver();
    return hook.got.filter(({ json }) => json['event'] === 'AUDIT_BROKEN');
  };
  assert.deepEqual(await told(), [], 'a whole trail is nothing to tell');
  await ctx.database.pool.query(
    `update audit_log set actor = 'x' || actor where id = (select min(id) from audit_log where actor like 'internal:%')`,
  );
  assert.deepEqual(await told(), [], 'it was looked at today');
  app.clock.advance(DAY_MS + 1);
  assert.equal((await told()).length, 1);
  assert.equal((await told()).length, 1);
});
