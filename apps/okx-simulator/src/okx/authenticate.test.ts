import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIso } from '@liqpass/kernel/time';
import { KEY, NOON, openExchange } from '../../test/harness.ts';
import { regionOfHost, signatureOf } from './authenticate.ts';

const CONFIG = '/api/v5/account/config';

test('answers a request that is signed byte for byte as sent', async () => {
  const exchange = await openExchange();
  for (const target of [CONFIG, `${CONFIG}?b=2&a=1`, `${CONFIG}?x=%2C&y=,`]) {
    assert.equal((await exchange.get(target)).body.code, '0', target);
  }
  const reordered = await exchange.app.inject({
    url: `${CONFIG}?a=1&b=2`,
    headers: exchange.headersOf(`${CONFIG}?b=2&a=1`, KEY),
  });
  assert.equal(reordered.json().code, '50113');
  await exchange.close();
});

test('refuses with the code of each thing that is wrong, 401 and no data', async () => {
  const exchange = await openExchange();
  const good = exchange.headersOf(CONFIG, KEY);
  const signedAt = (timestamp: string): Record<string, string> => ({
    'ok-access-timestamp': timestamp,
    'ok-access-sign': signatureOf(KEY.secretKey, timestamp, 'GET', CONFIG, ''),
  });
  const cases: [code: string, headers: Record<string, string>, message?: string][] = [
    ['50103', { 'ok-access-key': '' }],
    ['50106', { 'ok-access-sign': '' }],
    ['50107', { 'ok-access-timestamp': '' }],
    ['50104', { 'ok-access-passphrase': '' }],
    ['50111', { 'ok-access-key': 'no!' }, 'Invalid OK-ACCESS-KEY'],
    ['50119', { 'ok-access-key': 'a-key-of-nobody' }, "API key doesn't exist"],
    ['50119', { host: 'eea.okx.com' }],
    ['50113', { 'ok-access-sign': 'AAAA' }],
    ['50105', { 'ok-access-passphrase': 'wrong' }],
    ['50101', { 'x-simulated-trading': '1' }, 'APIKey does not match current environment.'],
    ['50102', signedAt(formatIso(NOON - 30_001)), 'Timestamp request expired'],
    ['50102', signedAt(formatIso(NOON + 30_001))],
    ['50112', signedAt(String(NOON))],
    ['50112', signedAt('2026-03-04T12:00:00Z')],
  ];
  for (const [code, headers, message] of cases) {
    const answer = await exchange.app.inject({ url: CONFIG, headers: { ...good, ...headers } });
    assert.equal(answer.statusCode, 401, code);
    assert.deepEqual(Object.keys(answer.json()), ['msg', 'code'], code);
    assert.equal(answer.json().code, code);
    if (message !== undefined) assert.equal(answer.json().msg, message);
  }
  for (const skew of [-30_000, 30_000]) {
    const answer = await exchange.app.inject({
      url: CONFIG,
      headers: { ...good, ...signedAt(formatIso(NOON + skew)) },
    });
    assert.equal(answer.json().code, '0', `a skew of ${skew} ms is allowed`);
  }
  // 46 bytes, as recorded
  const unknown = await exchange.app.inject({ url: CONFIG, headers: { ...good, 'ok-access-key': 'a-key-of-nobody' } });
  assert.equal(unknown.body, '{"msg":"API key doesn\'t exist","code":"50119"}');
  await exchange.close();
});

test('keeps to the IP list, the permissions and the region of a key', async () => {
  const exchange = await openExchange();
  const made = await exchange.control('/accounts', { ip: ['203.0.113.7'], perm: 'read_only,trade', region: 'eea' });
  const key = {
    apiKey: String(made['apiKey']),
    secretKey: String(made['secretKey']),
    passphrase: String(made['passphrase']),
  };
  assert.equal((await exchange.get(CONFIG, key)).body.code, '50119', 'a key works only in its own region');
  const listed = await exchange.get(CONFIG, key, { host: 'eea.localhost:8083' });
  assert.equal(listed.body.code, '50110');
  assert.match(listed.body.msg, /Your IP 127\.0\.0\.1 is not included/);
  await exchange.app.inject({
    method: 'PATCH',
    url: `/control/accounts/${String(made['uid'])}`,
    payload: { ip: [], region: 'global' },
  });
  const { body } = await exchange.get(CONFIG, key);
  assert.equal(body.data[0]?.['perm'], 'read_only,trade');
  assert.equal(body.data[0]?.['uid'], made['uid']);
  await exchange.app.inject({
    method: 'PATCH',
    url: `/control/accounts/${String(made['uid'])}`,
    payload: { perm: [] },
  });
  assert.equal((await exchange.get(CONFIG, key)).body.code, '50120');
  await exchange.close();
});

test('knows the region of a host by its first label', () => {
  assert.equal(regionOfHost('eea.okx.com'), 'eea');
  assert.equal(regionOfHost('us.okx.com:443'), 'us');
  assert.equal(regionOfHost('openapi.okx.com'), 'global');
  assert.equal(regionOfHost('127.0.0.1:8083'), 'global');
});

test('a key that is deleted is unknown from then on, and the new one is told once', async () => {
  const exchange = await openExchange();
  const made = await exchange.control('/accounts');
  const keyOf = (answer: Record<string, unknown>) => ({
    apiKey: String(answer['apiKey']),
    secretKey: String(answer['secretKey']),
    passphrase: String(answer['passphrase']),
  });
  const uid = String(made['uid']);
  assert.equal((await exchange.get('/api/v5/account/config', keyOf(made))).status, 200);
  const next = await exchange.control(`/accounts/${uid}/key`);
  const refused = await exchange.get('/api/v5/account/config', keyOf(made));
  assert.deepEqual([refused.status, refused.body.code], [401, '50119']);
  const [account] = await exchange.rows('/api/v5/account/config', keyOf(next));
  assert.equal(account?.['uid'], uid);
  const shown = (await exchange.app.inject('/control/accounts')).body;
  assert.ok(!shown.includes(keyOf(next).secretKey) && !shown.includes(keyOf(next).passphrase));
  assert.equal((await exchange.tell('/accounts/999/key')).status, 404);
  await exchange.close();
});
