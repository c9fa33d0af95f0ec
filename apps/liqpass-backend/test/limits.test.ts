import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { MINUTE_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPeopleSettings } from '../src/peopleConfig.ts';
import { countedAddress, PER_LOG_READER, PER_WRONG_KEY, STRICT } from '../src/routes/platform/rateLimits.ts';
import { buildRateCounters } from '../src/services/platform/rateCounters.ts';
import { addToCounters } from '../src/db/platform/rateLimitsRepo.ts';
import { testBackend } from './harness.ts';
import { loggedBackend } from './loggedBackend.ts';
import { engine } from './testDatabase.ts';
import { newWallet, signInWith } from './wallet.ts';

test(`sign-in is limited by address, exactly, and free again after its minute (${engine})`, async (t) => {
  const app = await testBackend();
  t.after(() => app.close());
  const body = { address: newWallet().address, chainId: 8453 };
  const ask = () => app.call<ErrorAnswer>('POST', '/api/auth/nonce', { body });
  const most = STRICT['POST /api/auth/nonce'];
  const answers = await Promise.all(Array.from({ length: most + 10 }, ask));
  assert.equal(answers.filter((answer) => answer.status === 200).length, most);
  const refused = answers.find((answer) => answer.status === 429);
  assert.equal(refused?.body.error, 'TOO_MANY_REQUESTS');
  assert.match(refused?.headers.get('retry-after') ?? '', /^\d+$/);
  assert.equal((await app.order()).length, 36, 'other routes are not touched by it');
  app.clock.advance(MINUTE_MS);
  assert.equal((await ask()).status, 200);
});

test(`keys are not guessed at (${engine})`, async (t) => {
  const app = await testBackend();
  t.after(() => app.close());
  const guess = () => app.call<ErrorAnswer>('GET', '/admin/claims', { headers: { 'x-admin-key': 'guess' } });
  const answers = await Promise.all(Array.from({ length: PER_WRONG_KEY + 10 }, guess));
  assert.equal(answers.filter((answer) => answer.status === 401).length, PER_WRONG_KEY);
  assert.equal(answers.filter((answer) => answer.status === 429).length, 10);
});

test(`each wallet has its own limit, counted over all processes (${engine})`, async (t) => {
  const app = await testBackend({ people: readPeopleSettings({ REQUESTS_PER_MINUTE: '20' }, true) });
  t.after(() => app.close());
  const [one, two] = [await signInWith(app), await signInWith(app)];
  const reads = await Promise.all(Array.from({ length: 30 }, () => one.call('GET', '/api/me')));
  assert.equal(reads.filter((answer) => answer.status === 200).length, 20);
  assert.equal((await two.call('GET', '/api/me')).status, 200);

  const { ctx } = app.backend;
  // The clock stands still: what makes two processes tell each other is how near the limit is.
  const clock = { now: () => 1_800_000_000_000 };
  const [here, there] = [buildRateCounters({ ...ctx, clock }), buildRateCounters({ ...ctx, clock })];
  let through = 0;
  for (let turn = 0; turn < 20; turn += 1)
    for (const counters of [here, there])
      if ((await counters.loose('shared', MINUTE_MS, 10)).current <= 10) through += 1;
  assert.ok(through >= 10 && through <= 12, `${through} of 40 passed a limit of 10`);
  assert.equal((await here.exact('exactly', MINUTE_MS)).current, 1);
  assert.equal((await there.exact('exactly', MINUTE_MS)).current, 2);
});

test(`who is refused takes nobody's place, however late the counting is (${engine})`, async (t) => {
  const app = await testBackend();
  t.after(() => app.close());
  let nowMs = 1_800_000_000_000;
  const counters = buildRateCounters({ ...app.backend.ctx, clock: { now: () => nowMs } });
  const ask = () => counters.loose('burst', MINUTE_MS, 20);
  const asked = Array.from({ length: 25 }, ask);
  // Long enough for what is left to be written, while the first are not yet answered.
  nowMs += 1_000;
  asked.push(...Array.from({ length: 25 }, ask));
  const places = (await Promise.all(asked)).map(({ current }) => current);
  assert.equal(places.filter((place) => place <= 20).length, 20, places.join(' '));
  const [row] = await addToCounters(app.backend.ctx.db, [{ key: 'burst', count: 1, windowMs: MINUTE_MS }], nowMs);
  assert.equal(row?.count, 21, 'the 20 that were let in, and this one');
});

test(`a caller behind a proxy is one, whatever port or spelling the proxy writes (${engine})`, async (t) => {
  const people = readPeopleSettings(
    { TRUST_PROXY: '127.0.0.1', REQUESTS_PER_MINUTE: '20', PUBLIC_ORIGINS: 'https://LiqPass.example' },
    true,
  );
  const app = await testBackend({ people });
  t.after(() => app.close());
  for (const spelled of [
    (n: number) => `203.0.113.7:${50_000 + n}`,
    (n: number) => `198.51.100.1, 203.0.113.8:${50_000 + n}`,
    (n: number) => `[2001:DB8:0:1::${n}]:${50_000 + n}`,
    (n: number) => `"[2001:db8:0:2:${n}::1]"`,
  ]) {
    const asked = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        app.call('GET', '/api/products', { headers: { 'x-forwarded-for': spelled(n + 1) } }),
      ),
    );
    assert.equal(asked.filter(({ status }) => status === 200).length, 20, spelled(1));
  }
  for (const host of ['LIQPASS.example', 'liqpass.example:443', 'LiqPass.Example:443']) {
    const { status, body } = await app.call<{ message: string }>('POST', '/api/auth/nonce', {
      body: { address: newWallet().address, chainId: 8453 },
      headers: { 'x-forwarded-host': host, 'x-forwarded-proto': 'https' },
    });
    assert.equal(status, 200, host);
    assert.match(body.message, /^liqpass\.example wants you to sign in/);
  }
});

test(`whoever reads the public log is counted, apart from everything else (${engine})`, async (t) => {
  const people = readPeopleSettings({ TRUST_PROXY: '127.0.0.1' }, true);
  const app = await loggedBackend(t, { people });
  const read = (address: string, path = '/log/checkpoint') =>
    app.call('GET', path, { headers: { 'x-forwarded-for': address } }).catch(() => ({ status: 200 }));
  const reader = { key: 'log ip:203.0.113.7', count: PER_LOG_READER, windowMs: MINUTE_MS };
  await addToCounters(app.backend.ctx.db, [reader], app.clock.now());
  await app.until(
    () => read('203.0.113.7'),
    ({ status }) => status === 429,
  );
  assert.notEqual((await read('203.0.113.8')).status, 429);
  assert.equal((await read('203.0.113.7', '/api/products')).status, 200);
});

test('one network of IPv6 is one caller', () => {
  assert.equal(countedAddress('::ffff:cb00:7107'), '203.0.113.7');
  assert.equal(countedAddress('2001:DB8:0001:2::9'), '2001:db8:1:2::/64');
  assert.equal(countedAddress('203.0.113.7'), '203.0.113.7');
  assert.equal(countedAddress('::ffff:203.0.113.7'), '203.0.113.7');
  assert.equal(countedAddress('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(countedAddress('2001:db8:1:2::9'), countedAddress('2001:db8:1:2:ffff::1'));
  assert.notEqual(countedAddress('2001:db8:1:2::9'), countedAddress('2001:db8:1:3::9'));
});

test(`other origins call the API only where they are configured (${engine})`, async (t) => {
  const app = await testBackend({ people: readPeopleSettings({ CORS_ORIGINS: 'https://app.liqpass.example' }, true) });
  t.after(() => app.close());
  const preflight = (origin: string) =>
    fetch(`${app.url}/api/purchase-orders`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });
  const allowed = await preflight('https://app.liqpass.example');
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://app.liqpass.example');
  assert.equal(allowed.headers.get('access-control-allow-credentials'), 'true');
  assert.equal((await preflight('https://evil.example')).headers.get('access-control-allow-origin'), null);
});
