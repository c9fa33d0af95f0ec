import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordedExchange } from '@liqpass/evidence/bundle';
import { readAnswer } from './answers.ts';
import { OKX_ERROR_CLASSES, refusedIp, type OkxErrorClass } from './okxErrors.ts';

const said = (status: number, body: string): RecordedExchange => ({
  path: 'okx/01-trade-order',
  method: 'GET',
  host: 'https://exchange.test',
  target: '/api/v5/trade/order',
  sent_at_ms: 1,
  received_at_ms: 2,
  status,
  date: null,
  content_type: null,
  body,
  body_encoding: 'utf8',
  failure: null,
});
const classOf = (status: number, body: string): OkxErrorClass | 'rows' => {
  const answer = readAnswer(said(status, body));
  return answer.kind === 'rows' ? 'rows' : answer.errorClass;
};

/** How a code may be wrapped, seen or to be expected: `data` of any kind or none, the code a number, no message or an odd one. */
const SHAPES: readonly (readonly [name: string, body: (code: string) => string])[] = [
  ['a list', (code) => `{"code":"${code}","data":[],"msg":"said"}`],
  ['rows', (code) => `{"code":"${code}","data":[{"sCode":"0"}],"msg":"said"}`],
  ['an object', (code) => `{"code":"${code}","data":{},"msg":"said"}`],
  ['null', (code) => `{"code":"${code}","data":null,"msg":null}`],
  ['text', (code) => `{"code":"${code}","data":"","msg":""}`],
  ['nothing', (code) => `{"msg":"said","code":"${code}"}`],
  ['a number as code', (code) => `{"code":${code},"data":{},"msg":["said"]}`],
  ['more around it', (code) => ` {"code":" ${code} ","data":[],"msg":"said","error_code":"1","detailMsg":""}\n`],
];
const STATUSES = [200, 201, 203, 302, 400, 401, 403, 404, 418, 429, 451, 500, 502, 503, 520];
const MEANINGS: readonly (readonly [code: string, meaning: OkxErrorClass])[] = [
  ['50001', 'transient'],
  ['51054', 'transient'],
  ['50026', 'transient'],
  ['50011', 'rate_limit'],
  ['50061', 'rate_limit'],
  ['50102', 'clock'],
  ['50009', 'frozen'],
  ['50110', 'key'],
  ['50111', 'key'],
  ['50119', 'key'],
  ['50100', 'blocked'],
  ['51603', 'no_such_order'],
  ['51001', 'bad_request'],
];

test('a code of the exchange means what it means, in every shape and under every status', () => {
  for (const [shape, body] of SHAPES)
    for (const status of STATUSES)
      for (const [code, meaning] of MEANINGS) {
        const answer = readAnswer(said(status, body(code)));
        assert.equal(answer.kind, 'refused');
        if (answer.kind !== 'refused') continue;
        const what = `${code} with ${shape} and HTTP ${status}`;
        assert.deepEqual([answer.errorClass, answer.code], [meaning, code], what);
        assert.equal(answer.keyProblem !== null, meaning === 'key' || meaning === 'blocked', what);
      }
});

test('only a list of rows under HTTP 200 and code 0 is an answer', () => {
  assert.equal(classOf(200, '{"code":"0","data":[{"ordId":"1"}],"msg":""}'), 'rows');
  assert.equal(classOf(200, '{"code":0,"data":[]}'), 'rows');
  assert.equal(classOf(200, '{"code":"0","data":null}'), 'rows');
  for (const data of ['{}', '""', '1', '{"0":{"ordId":"1"}}'])
    assert.equal(classOf(200, `{"code":"0","data":${data}}`), 'transient', data);
  assert.equal(classOf(200, '{"code":"0"}'), 'transient');
  for (const status of [201, 204, 301, 400, 401, 403, 500, 503])
    assert.equal(classOf(status, '{"code":"0","data":[]}'), 'transient', String(status));
  assert.equal(classOf(429, '{"code":"0","data":[]}'), 'rate_limit');
});

test('what no code of the exchange is, says nothing about a key', () => {
  const pages = [
    '<html><title>403 Forbidden</title></html>',
    '',
    'null',
    '[]',
    '"no"',
    '{"message":"Unauthorized"}',
    '{"code":401,"message":"Unauthorized"}',
    '{"code":"403","msg":"Forbidden","data":{}}',
    '{"code":1020,"error":"access denied"}',
    '{"code":null,"data":[]}',
    '{"code":""}',
    '{"code":{"value":"50111"}}',
    '{"code":50111.5,"data":[]}',
    '{"code":"50111","data":[',
  ];
  for (const page of pages)
    for (const status of [200, 302, 400, 401, 403, 407, 418, 451, 500, 503]) {
      const answer = readAnswer(said(status, page));
      assert.equal(answer.kind, 'refused');
      if (answer.kind !== 'refused') continue;
      assert.deepEqual([answer.errorClass, answer.keyProblem], ['transient', null], `HTTP ${status} ${page}`);
      assert.equal(OKX_ERROR_CLASSES[answer.errorClass].retry, 'backoff');
    }
  for (const page of pages) {
    assert.equal(classOf(429, page), 'rate_limit', page);
    assert.equal(classOf(404, page), 'unknown', page);
  }
});

test('a code that is not known is read by its status', () => {
  const body = '{"code":"50999","data":[],"msg":""}';
  const byStatus = [200, 400, 401, 403, 404, 429, 503].map((status) => [status, classOf(status, body)]);
  assert.deepEqual(byStatus, [
    [200, 'unknown'],
    [400, 'unknown'],
    [401, 'key'],
    [403, 'unknown'],
    [404, 'unknown'],
    [429, 'rate_limit'],
    [503, 'transient'],
  ]);
});

test('the address in a refusal is of either kind', () => {
  const sentence = (ip: string): string => `Your IP ${ip} is not included in your API key's xxxx IP whitelist.`;
  for (const ip of [
    '203.0.113.9',
    '::ffff:203.0.113.7',
    '2001:db8::1',
    '2001:0db8:0000:0000:0000:0000:0000:0001',
    '::1',
  ])
    assert.equal(refusedIp(sentence(ip)), ip);
  assert.equal(refusedIp('Your IP: 203.0.113.9.'), '203.0.113.9');
  assert.equal(refusedIp('Invalid IP 203.0.113.9: add it.'), '203.0.113.9');
  for (const none of ['', 'Invalid IP', sentence('999.1.1.1'), sentence('unknown'), sentence('fade'), 'IP whitelist'])
    assert.equal(refusedIp(none), null, none);
});

test('what is nested deeper than any answer is not even read; brackets in a text are text', () => {
  const nested = (depth: number): string => `{"code":"0","data":[${'['.repeat(depth)}${']'.repeat(depth)}]}`;
  assert.equal(classOf(200, nested(40)), 'rows');
  assert.equal(classOf(200, nested(60)), 'transient');
  assert.equal(classOf(200, nested(400_000)), 'transient');
  assert.equal(classOf(200, `{"code":"0","data":["${'['.repeat(1_000)}\\"${'{'.repeat(1_000)}"]}`), 'rows');
});
