import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BTC, KEY, openExchange, openPosition } from '../../test/harness.ts';
import { matches } from './faults.ts';

const CONFIG = '/api/v5/account/config';
const BILLS = '/api/v5/account/bills-archive?instType=SWAP';

test('hits the requests it was made for, as often as was said', async () => {
  const exchange = await openExchange();
  await exchange.control('/faults', { kind: 'unavailable', path: '/account/*', count: 2, skip: 1 });
  const statuses: number[] = [];
  for (let at = 0; at < 5; at++) statuses.push((await exchange.get(CONFIG)).status);
  assert.deepEqual(statuses, [200, 503, 503, 200, 200]);
  assert.deepEqual((await exchange.app.inject('/control/faults')).json(), { faults: [] });
  await exchange.close();
});

test('lasts as long as was said, or until it is taken away', async () => {
  const exchange = await openExchange();
  await exchange.control('/faults', { kind: 'rateLimit', status: 200, durationMs: 1_000 });
  const limited = await exchange.get(CONFIG);
  assert.deepEqual([limited.status, limited.body.code], [200, '50011']);
  assert.equal((await exchange.get('/api/v5/public/time')).body.code, '50011', 'every path');
  exchange.advance(1_000);
  assert.equal((await exchange.get(CONFIG)).body.code, '0');
  const { id } = await exchange.control('/faults', { kind: 'refusal', code: '50009', msg: 'Frozen' });
  assert.equal((await exchange.get(CONFIG)).body.code, '50009');
  assert.equal((await exchange.app.inject({ method: 'DELETE', url: `/control/faults/${String(id)}` })).statusCode, 200);
  assert.equal((await exchange.app.inject({ method: 'DELETE', url: `/control/faults/${String(id)}` })).statusCode, 404);
  assert.equal((await exchange.get(CONFIG)).body.code, '0');
  await exchange.close();
});

test('answers HTML, and slowly', async () => {
  const exchange = await openExchange();
  await exchange.control('/faults', { kind: 'html', count: 1 });
  const html = await exchange.app.inject({ url: CONFIG, headers: exchange.headersOf(CONFIG, KEY) });
  assert.equal(html.statusCode, 502);
  assert.match(String(html.headers['content-type']), /text\/html/);
  assert.match(html.body, /^<html>/);
  await exchange.control('/faults', { kind: 'slow', delayMs: 40, count: 1 });
  const startedMs = performance.now();
  assert.equal((await exchange.get(CONFIG)).body.code, '0');
  assert.ok(performance.now() - startedMs >= 39);
  await exchange.close();
});

test('drops the connection without an answer', async () => {
  const exchange = await openExchange();
  const address = await exchange.app.listen({ port: 0, host: '127.0.0.1' });
  await exchange.control('/faults', { kind: 'drop', count: 1 });
  const { get } = await import('node:http');
  const outcome = await new Promise<string>((resolve) => {
    get(`${address}/api/v5/public/time`, { agent: false }, (answer) => {
      answer.resume();
      resolve(`answered ${answer.statusCode}`);
    }).on('error', (error: Error & { code?: string }) => resolve(error.code ?? error.message));
  });
  assert.equal(outcome, 'ECONNRESET');
  await exchange.close();
});

test('runs its clock ahead or behind for the time and the timestamp check', async () => {
  const exchange = await openExchange();
  await exchange.control('/faults', { kind: 'clockSkew', skewMs: -45_000 });
  const [time] = await exchange.rows('/api/v5/public/time');
  assert.equal(time?.['ts'], String(exchange.now() - 45_000));
  assert.equal((await exchange.get(CONFIG)).body.code, '50102');
  await exchange.close();
});

test('publishes rows late, and the state before them meanwhile', async () => {
  const exchange = await openExchange();
  await openPosition(exchange);
  exchange.advance(60_000);
  await exchange.control('/close', { instId: BTC, share: '0.5' });
  exchange.advance(60_000);
  await exchange.control('/faults', { kind: 'late', path: '*history', delayMs: 30_000 });
  await exchange.control('/faults', { kind: 'late', path: '*bills*', delayMs: 90_000 });
  await exchange.control('/close', { instId: BTC });
  const types = async (): Promise<unknown[]> =>
    (await exchange.rows('/api/v5/account/positions-history')).map((row) => row['type']);
  assert.deepEqual(await types(), ['1'], 'the partial close is out, the last one not yet');
  assert.equal((await exchange.rows(BILLS)).length, 1);
  exchange.advance(30_000);
  assert.deepEqual(await types(), ['2']);
  assert.equal((await exchange.rows(BILLS)).length, 2);
  exchange.advance(60_000);
  assert.equal((await exchange.rows(BILLS)).length, 3);
  await exchange.close();
});

test('contradicts itself, loses rows and pages', async () => {
  const exchange = await openExchange();
  await openPosition(exchange);
  await exchange.control('/close', { instId: BTC });
  await exchange.control('/faults', {
    kind: 'contradiction',
    path: '*bills*',
    where: { type: '2', subType: '5' },
    set: { pnl: '1' },
    count: 1,
  });
  assert.deepEqual(
    (await exchange.rows(BILLS)).map((row) => row['pnl']),
    ['1', '0'],
  );
  await exchange.control('/faults', { kind: 'missingRows', path: '*bills*', where: { subType: '3' }, count: 1 });
  assert.deepEqual(
    (await exchange.rows(BILLS)).map((row) => row['subType']),
    ['5'],
  );
  const { id } = await exchange.control('/faults', { kind: 'missingPage', path: '*bills*' });
  const [newest] = await exchange.rows(`${BILLS}&limit=1`);
  assert.deepEqual(await exchange.rows(`${BILLS}&limit=1&after=${String(newest?.['billId'])}`), []);
  await exchange.app.inject({ method: 'DELETE', url: `/control/faults/${String(id)}` });
  assert.equal((await exchange.rows(`${BILLS}&limit=1&after=${String(newest?.['billId'])}`)).length, 1);
  await exchange.close();
});

test('matches paths by pattern', () => {
  assert.ok(matches('*', '/api/v5/public/time'));
  assert.ok(matches('/account/bills*', '/api/v5/account/bills-archive'));
  assert.ok(matches('/api/v5/account/config', '/api/v5/account/config'));
  assert.ok(!matches('/account/bills', '/api/v5/account/bills-archive'));
  assert.ok(!matches('/account.config', '/api/v5/account/config'));
});
