import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiqPassError } from '@liqpass/api/errors';
import { errorAnswer } from '@liqpass/api/errorAnswer';
import { usdcText } from '@liqpass/api/wire';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { UNDOCUMENTED } from './errorHandler.ts';
import { buildLogger } from './logger.ts';
import { buildServer } from './server.ts';

async function sample(more: { readonly wholeWithinMs?: number } = {}) {
  const lines: string[] = [];
  const logger = buildLogger(
    'sample',
    'info',
    new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) }),
  );
  const app = await buildServer({ name: 'sample', version: '1', description: 'for tests', logger, ...more });
  app.post(
    '/echo',
    {
      schema: {
        body: z.strictObject({ amount: usdcText }),
        response: { 200: z.strictObject({ amount: usdcText }) },
        refuses: ['PRICE_MOVED'],
      },
    },
    async (request) => request.body,
  );
  app.post(
    '/optional',
    {
      schema: {
        body: z.strictObject({ note: z.string().optional() }),
        response: { 200: z.strictObject({ ok: z.literal(true) }) },
      },
    },
    async () => ({ ok: true as const }),
  );
  app.get('/undocumented', { schema: { summary: 'refuses as it should not' } }, async () => {
    throw new LiqPassError('PRICE_MOVED', 'The price moved.');
  });
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
  assert.deepEqual(
    [undecodable.json().error, undecodable.json().requestId],
    ['BAD_REQUEST', undecodable.headers['x-request-id']],
  );
  assert.notEqual(undecodable.json().requestId, 'request-0001', 'request ids are ours');
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

test('every answer carries the security headers, refusals and what is not there too', async () => {
  const { app } = await sample();
  for (const url of ['/openapi.json', '/refuse', '/break', '/nothing']) {
    const { headers } = await app.inject({ url });
    assert.match(String(headers['content-security-policy']), /^default-src 'none';.*frame-ancestors 'none'$/, url);
    assert.deepEqual(
      ['referrer-policy', 'cross-origin-resource-policy', 'x-content-type-options', 'x-frame-options'].map(
        (name) => headers[name],
      ),
      ['no-referrer', 'same-origin', 'nosniff', 'SAMEORIGIN'],
      url,
    );
    assert.match(String(headers['strict-transport-security']), /^max-age=31536000/, url);
  }
  await app.close();
});

test('answers what is no HTTP in the same shape', async (t) => {
  const { app } = await sample();
  t.after(() => app.close());
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  for (const [request, said] of [
    ['GET /refuse HTTP/1.1\r\nhost: x\r\nnot a header\r\n\r\n', /not valid HTTP/],
    [`GET /refuse HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, /too long/],
  ] as const) {
    const socket = connect(Number(port), '127.0.0.1').end(request);
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1\.1 400 /);
    const body = errorAnswer.parse(JSON.parse(answer.split('\r\n\r\n')[1] ?? ''));
    assert.equal(body.error, 'BAD_REQUEST');
    assert.match(body.message, said);
    assert.match(answer, new RegExp(`x-request-id: ${body.requestId}`));
  }
});

test('whoever sends half a request is cut off, head or body', async (t) => {
  const { app } = await sample({ wholeWithinMs: 50 });
  t.after(() => app.close());
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  for (const half of [
    'POST /echo HTTP/1.1\r\nhost: x\r\n',
    'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{"amount"',
  ]) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(half);
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1\.1 400 .*did not arrive in time/s);
  }
});

test('says in the log when a route refuses with a code that its document does not name', async () => {
  const { app, lines } = await sample();
  await app.inject({ method: 'POST', url: '/echo', payload: { amount: '1.00' } });
  assert.equal((await app.inject('/undocumented')).json().error, 'PRICE_MOVED');
  assert.equal(lines.filter((line) => line.includes(UNDOCUMENTED)).length, 1);
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
  assert.equal(broken.json().requestId, broken.headers['x-request-id']);
  assert.notEqual(broken.json().requestId, 'request-0001');
  assert.doesNotMatch(broken.body, /secret detail/);
  const log = lines.join('');
  assert.match(log, /secret detail/);
  assert.doesNotMatch(log, /leaky|hunter2/);
  assert.match(log, /"callerReqId":"request-0001"/);
  assert.deepEqual((await app.inject('/refuse')).json().params, { premium: '2.00' });
  await app.close();
});

test('describes itself in OpenAPI 3.1', async () => {
  const { app } = await sample();
  const document = (await app.inject('/openapi.json')).json();
  assert.equal(document.openapi, '3.1.0');
  const { responses } = document.paths['/echo'].post;
  assert.deepEqual(Object.keys(responses), ['200', '400', '409', '413', '415', '500']);
  assert.equal(responses[409].description, '`PRICE_MOVED`');
  assert.deepEqual(responses[409].content['application/json'].schema.allOf[1].properties.error.enum, ['PRICE_MOVED']);
  assert.equal((await app.inject('/docs/')).statusCode, 200);
  await app.close();
});
