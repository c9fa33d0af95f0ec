import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { createExchangeCalls } from './exchangeCalls.ts';
import {
  createExchangeClock,
  createOkxClient,
  unasked,
  USUAL_TIMING,
  type OkxClient,
  type RawExchange,
} from './okxClient.ts';
import { createRateLimiter } from './rateLimiter.ts';
import { createSharedQuestions } from './sharedQuestions.ts';

const TIERS = '/api/v5/public/position-tiers?instType=SWAP&tdMode=isolated&instFamily=BTC-USDT';
const POSITIONS = '/api/v5/account/positions?instType=SWAP';
const clock = { now: () => Date.now() };

let asked: string[] = [];
const server = createServer((request, response) => {
  if (request.url?.startsWith('/api/v5/public/time'))
    return void response.end(`{"code":"0","data":[{"ts":"${Date.now()}"}]}`);
  asked.push(request.url ?? '');
  response.setHeader('content-type', 'application/json').end(`{"code":"0","data":[{"number":"${asked.length}"}]}`);
});
let baseUrl = '';
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  baseUrl = `http://127.0.0.1:${address.port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

/** Clients of one process, for so many traders: they share limits, clock and questions. */
function clients(count: number): OkxClient[] {
  asked = [];
  const limiter = createRateLimiter(clock, { spanMs: 300, slowDownMs: 300 });
  const [shared, exchangeClock, calls] = [
    createSharedQuestions<RawExchange>(),
    createExchangeClock(),
    createExchangeCalls(),
  ];
  return Array.from({ length: count }, (_, number) =>
    createOkxClient({
      baseUrl,
      lane: 'user',
      clock,
      limiter,
      shared,
      exchangeClock,
      calls,
      timing: USUAL_TIMING,
      credential: { apiKey: `key-${number}`, secretKey: 'secret-of-a-test', passphrase: 'Passphrase!1' },
    }),
  );
}

test('what hundreds ask of an instrument at once is asked as often as the limit allows, and nobody waits longer than for one turn', async () => {
  const askedAtMs = clock.now();
  const answers = await Promise.all(clients(300).map((client) => client.get(TIERS, askedAtMs + 10_000)));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  // Six turns of users at once, and the seventh for all others.
  assert.equal(asked.length, 7);
  assert.ok(answers.every(({ sent_at_ms: sentAtMs }) => sentAtMs >= askedAtMs));
  assert.equal(new Set(answers.map(({ body }) => body)).size, 7);
});

test('whoever comes after a question was sent is not given its answer', async () => {
  const [first, second] = clients(2);
  assert.ok(first && second);
  const one = await first.get(TIERS, clock.now() + 10_000);
  const other = await second.get(TIERS, clock.now() + 10_000);
  assert.notEqual(one.body, other.body);
  assert.equal(asked.length, 2);
});

test('private questions are each trader’s own', async () => {
  await Promise.all(clients(50).map((client) => client.get(POSITIONS, clock.now() + 10_000)));
  assert.equal(asked.length, 50);
});

test('one question is asked for all, by the nearest deadline of theirs, and is not joined by whoever has no time for it', async () => {
  const shared = createSharedQuestions<RawExchange>();
  const answer = unasked('https://exchange.test', TIERS, 1_000);
  let turn = (): void => undefined;
  const until: number[] = [];
  const first = shared.share('a', 1_000, 9_000, new Promise<void>((resolve) => (turn = resolve)), (untilMs) => {
    until.push(untilMs);
    return Promise.resolve(answer);
  });
  assert.equal(shared.join('b', 9_000), null);
  assert.equal(shared.join('a', 1_999), null);
  const second = shared.join('a', 2_000);
  assert.ok(second);
  assert.ok(shared.join('a', 5_000));
  turn();
  assert.deepEqual(await Promise.all([first, second]), [answer, answer]);
  assert.deepEqual(until, [2_000]);
  assert.equal(shared.join('a', 9_000), null);
});
