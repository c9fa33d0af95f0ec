import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { MINUTE_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { after, test, type TestContext } from 'node:test';
import pg from 'pg';
import { MOST_OF_ADDRESS, MOST_OF_ONE } from '../src/routes/events.ts';
import { bindWith, register, snapshotTaken } from './attested.ts';
import { ADMIN_KEY, newOrdId, testBackend, type TestBackend } from './harness.ts';
import { snapshotOf, testShop } from './shop.ts';
import { engine } from './testDatabase.ts';
import { newWallet, signInWith } from './wallet.ts';

/** Every statement asked of the database, with its values. */
const asked: { readonly text: string; readonly values: readonly unknown[] }[] = [];
const original = Reflect.get(pg.Client.prototype, 'query') as (...args: unknown[]) => unknown;
Reflect.set(pg.Client.prototype, 'query', function count(this: unknown, ...args: unknown[]): unknown {
  const [first, second] = args as [string | { text?: string; values?: unknown[] } | undefined, unknown[] | undefined];
  const [text = '', values] = typeof first === 'string' ? [first, second] : [first?.text, first?.values ?? second];
  asked.push({ text, values: Array.isArray(values) ? values : [] });
  return Reflect.apply(original, this, args);
});
after(() => Reflect.set(pg.Client.prototype, 'query', original));

type Live = {
  readonly status: number;
  readonly error: string | null;
  /** The next event's data; null where the stream has ended. */
  next(): Promise<Record<string, unknown> | null>;
  close(): void;
};

function listener(t: TestContext, app: TestBackend) {
  return async (path: string, headers: Record<string, string> = {}): Promise<Live> => {
    const gone = new AbortController();
    t.after(() => gone.abort());
    const response = await fetch(`${app.url}${path}`, { headers, signal: gone.signal });
    const close = (): void => gone.abort();
    if (response.status !== 200) {
      const { error } = (await response.json()) as ErrorAnswer;
      return { status: response.status, error, next: async () => null, close };
    }
    assert.ok(response.body);
    const reader = response.body.getReader();
    let text = '';
    const next = async (): Promise<Record<string, unknown> | null> => {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end >= 0) {
          const block = text.slice(0, end);
          text = text.slice(end + 2);
          if (block.startsWith('event:'))
            return JSON.parse(block.slice(block.indexOf('data: ') + 6)) as Record<string, unknown>;
          continue;
        }
        const { done, value } = await reader.read();
        if (done) return null;
        text += Buffer.from(value).toString();
      }
    };
    return { status: 200, error: null, next, close };
  };
}

test(`all live connections of a process look at the database together (${engine})`, async (t) => {
  const app = await testBackend();
  t.after(() => app.close());
  const listen = listener(t, app);
  const ids = await Promise.all(Array.from({ length: 10 }, () => app.order()));
  const streams = await Promise.all([...ids, ...ids, ...ids].map((id) => listen(`/api/purchase-orders/${id}/events`)));
  const operators = await Promise.all(
    Array.from({ length: 5 }, () => listen('/admin/events', { 'x-admin-key': ADMIN_KEY })),
  );
  for (const each of [...streams, ...operators]) assert.ok(await each.next());
  asked.length = 0;
  // As another process would: nothing is announced in this one.
  await app.backend.ctx.database.pool.query(
    'update purchase_orders set reported_at = $2, version = version + 1 where id = $1',
    [ids[3], new Date(app.clock.now())],
  );
  const heard = await Promise.all([3, 13, 23].map(async (index) => streams[index]?.next()));
  for (const data of heard) assert.match(JSON.stringify(data), /"reported_at":"/);
  for (const each of operators) assert.equal((await each.next())?.['reported_payments'], 1);
  const looks = asked.filter(({ text }) => text.includes('p.id = any('));
  assert.ok(looks.length > 0);
  for (const { values } of looks) assert.equal((values[0] as unknown[]).length, ids.length, 'one look for all of them');
  const counted = asked.filter(({ text }) => text.includes('jsonb_object_agg'));
  assert.ok(counted.length > 0 && counted.length < operators.length * looks.length, 'one look for all operators');

  // What is announced in this process is looked at once for all three.
  asked.length = 0;
  await app.bind(ids[5] ?? '');
  await Promise.all([5, 15, 25].map(async (index) => streams[index]?.next()));
  const own = asked.filter(({ text, values }) => text.includes('p.id = any(') && (values[0] as unknown[]).length === 1);
  assert.equal(own.length, 1);
});

test(`live connections are counted for each wallet and each address, operators' apart from traders' (${engine})`, async (t) => {
  const app = await testBackend();
  t.after(() => app.close());
  const listen = listener(t, app);
  const people = await Promise.all(Array.from({ length: 2 }, () => signInWith(app)));
  const [first, second] = people;
  assert.ok(first && second);
  const path = `/api/purchase-orders/${await app.order()}/events`;
  const as = ({ cookie }: { cookie: string }) => ({ cookie });
  const own = await Promise.all(Array.from({ length: MOST_OF_ONE }, () => listen(path, as(first))));
  assert.ok(own.every(({ status }) => status === 200));
  const more = await listen(path, as(first));
  assert.deepEqual([more.status, more.error], [429, 'TOO_MANY_REQUESTS']);
  assert.equal((await listen(path, as(second))).status, 200, 'another wallet has its own');

  const nobody = await Promise.all(Array.from({ length: MOST_OF_ADDRESS + 5 }, () => listen(path)));
  assert.equal(nobody.filter(({ status }) => status === 200).length, MOST_OF_ADDRESS - MOST_OF_ONE - 1);
  assert.equal((await listen(path, as(second))).error, 'TOO_MANY_REQUESTS');
  assert.equal(
    (await listen('/admin/events', { 'x-admin-key': ADMIN_KEY })).status,
    200,
    'operators are counted apart',
  );

  // One that is closed makes room for another.
  own[0]?.close();
  await app.until(
    () => listen(path, as(second)),
    ({ status }) => status === 200,
  );
});

test(`whoever listens is asked again each minute whether they still may (${engine})`, async (t) => {
  const app = await testBackend();
  t.after(() => app.close());
  const listen = listener(t, app);
  const admin = { 'x-admin-key': ADMIN_KEY };
  const made = async (role: string, name: string) => {
    const wallet = newWallet();
    await app.call('PUT', `/admin/operators/${wallet.address}`, { headers: admin, body: { role, name } });
    return signInWith(app, wallet);
  };
  const [stays, goes] = [await made('viewer', 'Stays'), await made('reviewer', 'Goes')];
  const [trader, signedOut] = [await signInWith(app), await signInWith(app)];
  const open = async (person: { cookie: string }, path: string): Promise<Live> => {
    const live = await listen(path, { cookie: person.cookie });
    assert.ok(await live.next());
    return live;
  };
  const id = await app.order();
  const path = `/api/purchase-orders/${id}/events`;
  const ended = [await open(goes, '/admin/events'), await open(signedOut, path)];
  const kept = [await open(stays, '/admin/events'), await open(trader, path)];
  await app.call('DELETE', `/admin/operators/${goes.wallet.address}`, { headers: admin });
  await signedOut.call('POST', '/api/auth/sign-out');
  asked.length = 0;
  app.clock.advance(MINUTE_MS);
  for (const live of ended) while ((await live.next()) !== null);
  assert.equal(asked.filter(({ text }) => text.includes('s.id = any(')).length, 2, 'one look for each kind');
  await app.call('POST', `/api/purchase-orders/${id}/report-payment`, { body: {} });
  for (const live of kept) assert.ok(await live.next(), 'the others go on');
});

test(`who listens by the id alone hears nothing more once a wallet has the order (${engine})`, async (t) => {
  const app = await testShop(t);
  const listen = listener(t, app);
  const id = await app.order();
  const live = await listen(`/api/purchase-orders/${id}/events`);
  assert.ok(await live.next());
  const person = await signInWith(app);
  const { id: credentialId } = (await register(app, person)).body;
  const ordId = newOrdId();
  app.verifier.route('POST /snapshot', () =>
    snapshotTaken(
      snapshotOf(app, String(Math.round((app.market.marks.get('BTC-USDT-SWAP')?.mark ?? 0) * 0.8)), { ordId }),
    ),
  );
  assert.equal((await bindWith(person, id, ordId, credentialId)).status, 200);
  assert.equal(await live.next(), null);
});

test(`a stream has no head to ask for: who does waits for nothing and takes nobody's place (${engine})`, async (t) => {
  const app = await testShop(t);
  const id = await app.order();
  for (const path of [`/api/purchase-orders/${id}/events`, '/admin/events']) {
    const answer = await fetch(`${app.url}${path}`, { method: 'HEAD', headers: { 'x-admin-key': ADMIN_KEY } });
    assert.equal(answer.status, 404, path);
  }
});
