import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { liquidationsAnswer, type LiquidationsAnswer } from '@liqpass/api/market';
import { systemClock } from '@liqpass/kernel/time';
import { buildLogger } from '@liqpass/service/logger';
import { WebSocketServer } from 'ws';
import { buildApp } from '../apps/jp-verify/src/app.ts';
import { attestationKeys } from '../apps/jp-verify/src/attesting.ts';
import type { FeedTiming } from '../apps/jp-verify/src/okx/liquidationFeed.ts';
import { sealingKeys } from '../apps/jp-verify/src/sealing.ts';
import { createContext } from '../apps/jp-verify/src/services/context.ts';
import { buildSimulator } from '../apps/okx-simulator/src/app.ts';

// jp-verify listens to the simulator's public channel, over real sockets.

const BTC = 'BTC-USDT-SWAP';
const API_KEY = 'jp-verify-key-of-this-test';
const key = { apiKey: 'k', secretKey: 's', passphrase: 'p' };
const QUICK: FeedTiming = { pingAfterMs: 40, deadAfterMs: 2_000, againMs: 10, againAtMostMs: 50 };

async function until<T>(read: () => Promise<T> | T, holds: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    assert.ok(Date.now() < deadline, `still not so after 60 s: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function startVerifier(t: TestContext, url: string | null, timing: FeedTiming = QUICK) {
  const ctx = createContext({
    clock: systemClock,
    logger: buildLogger('jp-verify', 'silent'),
    okxBaseUrl: 'http://127.0.0.1:9',
    ownCredential: null,
    sealingKeys: (await sealingKeys([])).keys,
    attestationKeys: attestationKeys([]).keys,
    liquidationFeedUrl: url,
    feedTiming: timing,
  });
  const app = await buildApp(ctx, API_KEY);
  t.after(() => app.close());
  return async (query = ''): Promise<LiquidationsAnswer> => {
    const headers = { authorization: `Bearer ${API_KEY}` };
    const answer = await app.inject({ url: `/market/liquidations${query}`, headers });
    assert.equal(answer.statusCode, 200, answer.body);
    return liquidationsAnswer.parse(answer.json());
  };
}

async function scene(t: TestContext) {
  const { app } = await buildSimulator({
    logger: buildLogger('okx-simulator', 'silent'),
    defaultKey: key,
    limitsRates: false,
  });
  t.after(() => app.close());
  let connections = 0;
  app.server.on('upgrade', () => (connections += 1));
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const read = await startVerifier(t, `${address.replace('http:', 'ws:')}/ws/v5/public`);
  await until(read, ({ connected }) => connected);
  const control = async (path: string, body: object): Promise<void> => {
    const answer = await app.inject({ method: 'POST', url: `/control${path}`, payload: body });
    assert.equal(answer.statusCode, 200, answer.body);
  };
  return {
    read,
    control,
    connections: () => connections,
    /** A long of so many contracts is opened and liquidated. */
    liquidate: async (sz: string, instId = BTC): Promise<void> => {
      await control('/orders', { instId, side: 'buy', posSide: 'long', sz, lever: '20' });
      await control('/liquidate', { instId, posSide: 'long' });
    },
  };
}
const sizes = ({ items }: LiquidationsAnswer): string[] => items.map(({ size }) => size);

test('what the exchange tells everybody is heard once, and read on from where one was', async (t) => {
  const { read, liquidate, connections } = await scene(t);
  await liquidate('3');
  const first = await until(read, ({ items }) => items.length === 1);
  const [row] = first.items;
  assert.deepEqual([row?.instId, row?.side, row?.size], [BTC, 'sell', '3']);
  assert.ok(row && Math.abs(row.atMs - Date.now()) < 60_000 && Number(row.px) > 0);
  await liquidate('5');
  const since = `?stream=${first.stream}&after=${first.next}`;
  assert.deepEqual(
    sizes(
      await until(
        () => read(since),
        ({ items }) => items.length > 0,
      ),
    ),
    ['5'],
  );
  // Of another run all that is kept is told.
  assert.deepEqual(sizes(await read(`?stream=another&after=${first.next}`)), ['3', '5']);
  assert.equal(connections(), 1, 'the text ping keeps one connection');
});

test('rows twice count once, what nobody can read is passed over, and a cut connection is opened again', async (t) => {
  const { read, control, liquidate, connections } = await scene(t);
  await control('/faults', { kind: 'feedTwice', durationMs: 60_000 });
  await liquidate('1');
  await until(read, ({ items }) => items.length === 1);
  await control('/faults', { kind: 'feedGarbage', count: 1 });
  await liquidate('2');
  assert.deepEqual(sizes(await until(read, ({ items }) => items.length > 1)), ['1', '2']);
  await control('/faults', { kind: 'feedClose', count: 1 });
  await until(connections, (count) => count === 2);
  await until(read, ({ connected }) => connected);
  await liquidate('4');
  assert.deepEqual(sizes(await until(read, ({ items }) => items.length > 2)), ['1', '2', '4']);
});

test('at the notice of an upgrade the second connection is there before the first ends', async (t) => {
  const { read, control, liquidate, connections } = await scene(t);
  await control('/faults', { kind: 'feedNotice', count: 1, closesAfterMs: 600_000 });
  let wasDeaf = false;
  await until(
    async () => {
      wasDeaf ||= !(await read()).connected;
      return connections();
    },
    (count) => count === 2,
  );
  await liquidate('7');
  assert.deepEqual(sizes(await until(read, ({ items }) => items.length > 0)), ['7']);
  assert.deepEqual([wasDeaf, (await read()).connected, connections()], [false, true, 2]);
});

test('a connection that no longer answers is let go of and opened again', async (t) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  t.after(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  await once(server, 'listening');
  const heard: string[] = [];
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    socket.on('message', (data) => data instanceof Buffer && heard.push(data.toString('utf8')));
  });
  const { port } = server.address() as AddressInfo;
  await startVerifier(t, `ws://127.0.0.1:${port}`, { ...QUICK, deadAfterMs: 50 });
  await until(
    () => connections,
    (count) => count >= 2,
  );
  assert.match(heard[0] ?? '', /"subscribe".*"liquidation-orders"/);
  assert.ok(heard.includes('ping'));
});

test('where nobody switched it on, nobody listens', async (t) => {
  const read = await startVerifier(t, null);
  assert.deepEqual(await read(), { on: false, connected: false, stream: '', items: [], next: 0 });
});

test('a channel that lies spoils no answer, and gets no more than two connections whatever it says', async (t) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  t.after(() => {
    for (const each of server.clients) each.terminate();
    server.close();
  });
  await once(server, 'listening');
  let connections = 0;
  let most = 0;
  const data = (details: object[]): string =>
    JSON.stringify({ arg: { channel: 'liquidation-orders' }, data: [{ instId: BTC, details }] });
  const row = (more: object): object => ({ side: 'sell', bkPx: '60000', sz: '3', ts: String(Date.now()), ...more });
  server.on('connection', (socket) => {
    connections += 1;
    most = Math.max(most, server.clients.size);
    // Each is to be replaced at once, and none is ever subscribed.
    for (let times = 0; times < 3; times += 1) socket.send(JSON.stringify({ event: 'notice', code: '64008' }));
    socket.send(
      data([row({ sz: '1e99' }), row({ ts: String(Number.MAX_SAFE_INTEGER) }), row({ sz: String(connections) })]),
    );
  });
  const { port } = server.address() as AddressInfo;
  const read = await startVerifier(t, `ws://127.0.0.1:${port}`, { ...QUICK, pingAfterMs: 600_000 });
  assert.deepEqual(sizes(await until(read, ({ items }) => items.length === 2)), ['1', '2']);
  // What the second was told has been read. A third would have come by the time that both have answered a ping.
  for (const each of server.clients) {
    each.ping();
    await once(each, 'pong');
  }
  assert.deepEqual([connections, most], [2, 2]);
});
