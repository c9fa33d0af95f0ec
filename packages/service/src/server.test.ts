import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiqPassError } from '@liqpass/api/errors';
import { usdcText } from '@liqpass/api/wire';
import { Writable } from 'node:stream';
import { z } from 'zod';
import { buildLogger } from './logger.ts';
import { buildServer, refusals } from './server.ts';

async function sample() {
  const lines: string[] = [];
  const logger = buildLogger(
    'sample',
    'info',
    new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) }),
  );
  const app = await buildServer({ name: 'sample', version: '1', description: 'for tests', logger });
  app.post(
    '/echo',
    {
      schema: {
        body: z.strictObject({ amount: usdcText }),
        response: { 200: z.strictObject({ amount: usdcText }), ...refusals },
      },
    },
    async (request) => request.body,
  );
  app.post(
    '/optional',
    {
      schema: {
        body: z.strictObject({ note: z.string().optional() }),
        response: { 200: z.strictObject({ ok: z.literal(true) }), ...refusals },
      },
    },
    async () => ({ ok: true as const }),
  );
  app.get('/refuse', async () => {
    throw new LiqPassError('PRICE_MOVED', 'The price moved.', { params: { premium: '2.00' } });
  });
  app.get('/break', async () => {
    throw Object.assign(new Error('secret detail'), { config: { headers: { 'OK-ACCESS-KEY': 'leaky' } } });
  });
  return { app, lines };
}

test('answers bad input with 400 and a code, and says the field', async () => {
  const { app } = await sample();
  const post = (payload: string, type = 'application/json') =>
    app.inject({ method: 'POST', url: '/echo', payload, headers: { 'content-type': type } });
  for (const [payload, code, status] of [
    ['{"amount":"1.00"}', undefined, 200],
    ['{"amount":1}', 'VALIDATION_FAILED', 400],
    ['{"amount":"1e3"}', 'VALIDATION_FAILED', 400],
    ['{"amount":"-1"}', 'VALIDATION_FAILED', 400],
    ['{"amount":"NaN"}', 'VALIDATION_FAILED', 400],
    ['{"amount":"1.00","extra":1}', 'VALIDATION_FAILED', 400],
    ['{"amount":', 'INVALID_JSON', 400],
    ['', 'VALIDATION_FAILED', 400],
    ['{"amount":"1.00\\u0000"}', 'VALIDATION_FAILED', 400],
    ['{"amount":"\\ud800"}', 'VALIDATION_FAILED', 400],
    ['{"__proto__":{"a":1},"amount":"1.00"}', 'INVALID_JSON', 400],
    [`{"amount":"${'1'.repeat(1_000_000)}"}`, 'BODY_TOO_LARGE', 413],
  ] as const) {
    const answer = await post(payload);
    assert.equal(answer.statusCode, status, payload.slice(0, 60));
    if (code !== undefined) assert.equal(answer.json().error, code, payload.slice(0, 60));
  }
  assert.equal((await post('amount=1', 'application/x-www-form-urlencoded')).json().error, 'UNSUPPORTED_MEDIA_TYPE');
  assert.match((await post('{"amount":1}')).json().message, /amount/);
  assert.equal((await app.inject('/nothing-here')).json().error, 'NOT_FOUND');
  const undecodable = await app.inject({ url: '/nothing-%E0%A4%A', headers: { 'x-request-id': 'request-0001' } });
  assert.equal(undecodable.statusCode, 400);
  assert.deepEqual([undecodable.json().error, undecodable.json().requestId], ['BAD_REQUEST', 'request-0001']);
  await app.close();
});

test('takes a body that is left out where every field is optional', async () => {
  const { app } = await sample();
  assert.equal((await app.inject({ method: 'POST', url: '/optional' })).statusCode, 200);
  assert.equal(
    (await app.inject({ method: 'POST', url: '/optional', headers: { 'content-type': 'application/json' } }))
      .statusCode,
    200,
  );
  await app.close();
});

test('hides what broke from the caller, and secrets from the log', async () => {
  const { app, lines } = await sample();
  const broken = await app.inject({
    url: '/break',
    headers: { 'x-internal-key': 'hunter2hunter2', 'x-request-id': 'request-0001' },
  });
  assert.equal(broken.statusCode, 500);
  assert.deepEqual(Object.keys(broken.json()), ['error', 'message', 'requestId']);
  assert.equal(broken.json().requestId, 'request-0001');
  assert.doesNotMatch(broken.body, /secret detail/);
  const log = lines.join('');
  assert.match(log, /secret detail/);
  assert.doesNotMatch(log, /leaky|hunter2/);
  assert.deepEqual((await app.inject('/refuse')).json().params, { premium: '2.00' });
  await app.close();
});

test('describes itself in OpenAPI 3.1', async () => {
  const { app } = await sample();
  const document = (await app.inject('/openapi.json')).json();
  assert.equal(document.openapi, '3.1.0');
  assert.ok(document.paths['/echo'].post.responses['4xx'] ?? document.paths['/echo'].post.responses['4XX']);
  assert.equal((await app.inject('/docs/')).statusCode, 200);
  await app.close();
});
