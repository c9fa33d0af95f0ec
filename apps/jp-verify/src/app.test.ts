import assert from 'node:assert/strict';
import { createPublicKey, randomBytes, verify as verifySignature } from 'node:crypto';
import { Writable } from 'node:stream';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { sealingKeyAnswer } from '@liqpass/api/exchangeKeys';
import { candlesAnswer, exchangeAnswer, marksAnswer } from '@liqpass/api/market';
import { observeAnswer } from '@liqpass/api/observe';
import { attestationKeysAnswer, snapshotAnswer, verifyAnswer, type VerifyAnswer } from '@liqpass/api/verify';
import { evidenceBundle } from '@liqpass/evidence/bundle';
import { canonicalJson } from '@liqpass/evidence/canonical';
import { formatIso, HOUR_MS, MINUTE_MS, systemClock } from '@liqpass/kernel/time';
import { isAttested } from '@liqpass/proof/statement';
import { recheckBundle } from '@liqpass/proof/recheck';
import { sealExchangeKey } from '@liqpass/sealing/seal';
import { buildLogger } from '@liqpass/service/logger';
import { createOkxAccount, type OkxAccount } from '@liqpass/testing/okxAccount';
import { okxError, okxRows, type OkxRows } from '@liqpass/testing/okxAnswers';
import { startOkxServer, type OkxTestKey, type OkxTestServer } from '@liqpass/testing/okxServer';
import { attestationKeys } from './attesting.ts';
import { buildApp } from './app.ts';
import { createRateLimiter } from './okx/rateLimiter.ts';
import { sealingKeys } from './sealing.ts';
import { createContext, type ContextInput } from './services/context.ts';

const API_KEY = 'bearer-for-tests-0123456789';
const OWNER = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';
const random = (prefix: string): string => `${prefix}${randomBytes(12).toString('hex')}`;
const FAST = { backoffMs: [5, 10], slowMs: [5, 10], requestTimeoutMs: 400 };
const FAST_READING = { withinMs: 5_000, againAfterMs: [20, 40, 80] };

const T0 = Date.now() - 6 * HOUR_MS;
const at = (minutes: number): number => T0 + minutes * MINUTE_MS;

function liquidated(): { account: OkxAccount; ordId: string } {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
  account.trade({ at: at(120), side: 'sell', sz: '2', px: '95000', kind: 'full_liquidation' });
  return { account, ordId };
}

type World = {
  okx: OkxTestServer;
  key: OkxTestKey;
  log: string[];
  post: (url: string, body: object, token?: string) => Promise<{ status: number; json: unknown; text: string }>;
  get: (url: string, token?: string) => Promise<{ status: number; json: unknown }>;
  publicKey: string;
};

const worlds: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of worlds) await close();
});

async function startWorld(account: OkxRows, change: Partial<ContextInput> = {}): Promise<World> {
  const key: OkxTestKey = { apiKey: random('key-'), secretKey: random('secret-'), passphrase: random('pass-') };
  const okx = await startOkxServer(new Map([[key, account]]));
  const log: string[] = [];
  const logger = buildLogger(
    'jp-verify',
    'trace',
    new Writable({ write: (chunk, _encoding, done) => (log.push(String(chunk)), done()) }),
  );
  const { keys } = await sealingKeys([]);
  const ctx = createContext({
    clock: systemClock,
    logger,
    okxBaseUrl: okx.url,
    ownCredential: key,
    sealingKeys: keys,
    attestationKeys: attestationKeys([]).keys,
    okxTiming: FAST,
    limiter: createRateLimiter(systemClock, { spanMs: 20, slowDownMs: 20 }),
    reading: FAST_READING,
    ...change,
  });
  const app = await buildApp(ctx, API_KEY);
  worlds.push(async () => {
    await app.close();
    await okx.close();
  });
  const ask = async (method: 'GET' | 'POST', url: string, body: object | undefined, token: string) => {
    const answer = await app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${token}` },
      ...(body ? { payload: body } : {}),
    });
    return { status: answer.statusCode, json: answer.json() as unknown, text: answer.body };
  };
  return {
    okx,
    key,
    log,
    post: (url, body, token = API_KEY) => ask('POST', url, body, token),
    get: (url, token = API_KEY) => ask('GET', url, undefined, token),
    publicKey: keys[0]?.publicKey ?? '',
  };
}

const claimOf = (ordId: string): object => ({
  instId: 'BTC-USDT-SWAP',
  ordId,
  boundAt: formatIso(at(10)),
  coverageStartAt: formatIso(at(20)),
  coverageEndAt: formatIso(at(20 + 24 * 60)),
});

async function verify(world: World, ordId: string, more: object = {}): Promise<VerifyAnswer> {
  const { status, json } = await world.post('/verify', { ...claimOf(ordId), ...more });
  assert.equal(status, 200, JSON.stringify(json));
  return verifyAnswer.parse(json);
}
const errorOf = (json: unknown): string =>
  typeof json === 'object' && json !== null && 'error' in json ? String(json.error) : '';

test('answers a verdict with evidence that re-checks offline', async () => {
  const { account, ordId } = liquidated();
  const world = await startWorld(account);
  const answer = await verify(world, ordId);
  assert.deepEqual([answer.verdict, answer.reason, answer.flags], ['LIQUIDATED', null, []]);
  assert.equal(answer.liquidation?.loss.insured, '100');
  const recheck = recheckBundle(answer.evidence.bundle);
  assert.deepEqual(recheck.problems, []);
  assert.equal(recheck.root, answer.evidence.root);
  assert.equal(answer.evidence.leaves.length, recheck.bundle?.leaves.length);
  assert.ok(
    world.okx.asked.every((target) => !target.includes('/account/bills?')),
    'the bills of 7 days are never read',
  );
});

test('is the same whatever the size of the pages', async () => {
  const { account, ordId } = liquidated();
  const world = await startWorld(account);
  world.okx.options = { pageSize: 1 };
  assert.equal((await verify(world, ordId)).verdict, 'LIQUIDATED');
});

test('keeps key, secret, passphrase, signature and cookies out of evidence, answers and logs', async () => {
  const { account, ordId } = liquidated();
  const world = await startWorld(account);
  const outputs: string[] = [];
  outputs.push(JSON.stringify(await verify(world, ordId)));
  const sealed = await sealExchangeKey(world.publicKey, OWNER, { ...world.key, region: 'global' });
  outputs.push(JSON.stringify(await verify(world, ordId, { credential: sealed, owner: OWNER })));
  outputs.push((await world.post('/credential-check', { sealed, owner: OWNER })).text);
  outputs.push((await world.post('/positions', { credential: sealed, owner: OWNER })).text);
  // An exchange that repeats what it was told.
  world.okx.intercept = () =>
    okxError('50105', `passphrase ${world.key.passphrase} of ${world.key.apiKey} is wrong`, 401);
  outputs.push(JSON.stringify(await verify(world, ordId)));
  outputs.push((await world.post('/credential-check', { sealed, owner: OWNER })).text);
  await world.okx.close();
  outputs.push(JSON.stringify(await verify(world, ordId)));
  outputs.push((await world.post('/credential-check', { sealed, owner: OWNER })).text, ...world.log);
  for (const secret of [
    world.key.apiKey,
    world.key.secretKey,
    world.key.passphrase,
    'OK-ACCESS',
    'cookie-of-the-gateway',
    sealed,
    API_KEY,
  ])
    for (const output of outputs)
      assert.ok(!output.toLowerCase().includes(secret.toLowerCase()), `${secret} in ${output.slice(0, 300)}`);
});

test('answers nobody without its bearer, and anyone about its health and sealing key', async () => {
  const world = await startWorld(liquidated().account);
  for (const token of ['', 'wrong', `${API_KEY}x`]) {
    const { status, json } = await world.post('/verify', claimOf('1234567890'), token);
    assert.deepEqual([status, errorOf(json)], [401, 'UNAUTHORIZED']);
    assert.equal((await world.get('/market/marks', token)).status, 401);
    assert.equal((await world.get('/healthz', token)).status, 200);
    assert.equal((await world.get('/sealing-key', token)).status, 200);
  }
  assert.deepEqual(world.okx.asked, []);
});

test('refuses malformed requests before anything is asked', async () => {
  const world = await startWorld(liquidated().account);
  const good = claimOf('1234567890');
  for (const bad of [
    { ...good, ordId: '12x' },
    { ...good, instId: 'btc' },
    { ...good, boundAt: 'yesterday' },
    { ...good, surprise: 1 },
    {},
    { ...good, credential: 'short' },
  ]) {
    const { status, json } = await world.post('/verify', bad);
    assert.deepEqual([status, errorOf(json)], [400, 'VALIDATION_FAILED'], JSON.stringify(bad));
  }
  assert.deepEqual(world.okx.asked, []);
});

test('takes null for what is not given', async () => {
  const { account, ordId } = liquidated();
  const world = await startWorld(account);
  const answer = await verify(world, ordId, { snapshot: null, credential: null, owner: null });
  assert.equal(answer.verdict, 'LIQUIDATED');
  assert.deepEqual(recheckBundle(answer.evidence.bundle).problems, []);
  const taken = await world.post('/snapshot', { instId: 'BTC-USDT-SWAP', ordId, credential: null });
  assert.equal(taken.status, 200);
});

test('answers many at once on one key, within its limits', async () => {
  const { account, ordId } = liquidated();
  const world = await startWorld(account, { limiter: createRateLimiter(systemClock, { spanMs: 60, slowDownMs: 60 }) });
  const answers = await Promise.all(Array.from({ length: 12 }, () => verify(world, ordId)));
  assert.deepEqual([...new Set(answers.map((answer) => answer.verdict))], ['LIQUIDATED']);
});

test('what the exchange says in words we do not know is not read again', async () => {
  const { account, ordId } = liquidated();
  const forced = account.orders.at(-1) ?? assert.fail();
  forced['category'] = 'something_new';
  const world = await startWorld(account);
  const answer = await verify(world, ordId);
  assert.deepEqual([answer.verdict, answer.reason], ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE']);
  assert.equal(world.okx.asked.filter((target) => target.includes('/account/config')).length, 1);
});

test('corrects its clock by the exchange, ahead or behind, and goes on', async () => {
  for (const skewMs of [-10 * MINUTE_MS, 10 * MINUTE_MS]) {
    const { account, ordId } = liquidated();
    const world = await startWorld(account);
    world.okx.skewMs = skewMs;
    assert.equal((await verify(world, ordId)).verdict, 'LIQUIDATED');
    // The clock jumps once more: the known offset is wrong now, and 50102 says so.
    world.okx.skewMs = -skewMs;
    const answer = await verify(world, ordId);
    assert.equal(answer.verdict, 'LIQUIDATED');
    assert.deepEqual(recheckBundle(answer.evidence.bundle).problems, []);
  }
});

test('says what is wrong with a key, and never denies for it', async () => {
  const { account, ordId } = liquidated();
  const world = await startWorld(account);
  const sealedWith = async (change: Partial<OkxTestKey>): Promise<string> =>
    sealExchangeKey(world.publicKey, OWNER, { ...world.key, ...change, region: 'eea' });
  for (const [change, code, problem] of [
    [{ apiKey: 'another-key' }, 'KEY_WRONG_REGION', 'KEY_OR_REGION'],
    [{ passphrase: 'another-passphrase' }, 'KEY_WRONG_PASSPHRASE', 'PASSPHRASE'],
    [{ secretKey: 'another-secret' }, 'KEY_WRONG_SECRET', 'SECRET'],
  ] as const) {
    const sealed = await sealedWith(change);
    const checked = await world.post('/credential-check', { sealed, owner: OWNER });
    assert.deepEqual([checked.status, errorOf(checked.json)], [422, code]);
    const answer = await verify(world, ordId, { credential: sealed, owner: OWNER });
    assert.deepEqual([answer.verdict, answer.reason], ['INCONCLUSIVE', 'KEY_REJECTED']);
    assert.equal(answer.checks[0]?.params?.['problem'], problem);
    assert.deepEqual(recheckBundle(answer.evidence.bundle).problems, []);
  }
  world.okx.intercept = () =>
    okxError('50110', "Your IP 203.0.113.9 is not included in your API key's xxxx IP whitelist.", 401);
  const { json } = await world.post('/credential-check', { sealed: await sealedWith({}), owner: OWNER });
  assert.deepEqual([errorOf(json), JSON.stringify(json).includes('203.0.113.9')], ['KEY_IP_NOT_ALLOWED', true]);
});

test('opens a sealed key for its owner alone, and refuses one that may trade', async () => {
  const { account } = liquidated();
  const world = await startWorld(account, { ownCredential: null });
  const sealed = await sealExchangeKey(world.publicKey, OWNER, { ...world.key, region: 'us' });
  const good = await world.post('/credential-check', { sealed, owner: OWNER.toLowerCase() });
  assert.equal(good.status, 200);
  const { keyId } = sealingKeyAnswer.parse((await world.get('/sealing-key')).json);
  assert.deepEqual(good.json, {
    uid: '446001',
    mainUid: '446001',
    perm: 'read_only',
    ip: '',
    label: 'liqpass',
    region: 'us',
    keyId,
  });
  const other = await world.post('/credential-check', { sealed, owner: `0x${'2'.repeat(40)}` });
  assert.deepEqual([other.status, errorOf(other.json)], [422, 'SEALED_KEY_UNREADABLE']);
  account.config['perm'] = 'read_only,trade';
  const trading = await world.post('/credential-check', { sealed, owner: OWNER });
  assert.deepEqual([trading.status, errorOf(trading.json)], [422, 'KEY_NOT_READ_ONLY']);
  const without = await world.post('/verify', claimOf('1234567890'));
  assert.deepEqual([without.status, errorOf(without.json)], [503, 'SERVICE_UNAVAILABLE']);
  const ownerless = await world.post('/verify', { ...claimOf('1234567890'), credential: sealed });
  assert.deepEqual([ownerless.status, errorOf(ownerless.json)], [400, 'VALIDATION_FAILED']);
});

test('asks again after a passing fault, and gives up without a denial', async () => {
  const { account, ordId } = liquidated();
  for (const fault of [
    { status: 503, body: '<html>busy</html>' },
    { status: 200, body: '<html>checking your browser</html>' },
    okxError('50011', 'Too Many Requests', 429),
    okxError('50011', 'Too Many Requests'),
    okxError('50001', 'Service temporarily unavailable', 503),
    okxError('50009', 'Account is suspended due to ongoing liquidation.'),
  ]) {
    const world = await startWorld(account);
    world.okx.intercept = (_target, reply, nth) => (nth === 1 ? fault : reply);
    assert.equal((await verify(world, ordId)).verdict, 'LIQUIDATED', fault.body);
    world.okx.intercept = () => fault;
    const answer = await verify(world, ordId);
    assert.deepEqual([answer.verdict, answer.reason], ['INCONCLUSIVE', 'EXCHANGE_UNAVAILABLE'], fault.body);
    assert.deepEqual(recheckBundle(answer.evidence.bundle).problems, []);
  }
});

test('an exchange that is too slow, or not there, is INCONCLUSIVE in time', async () => {
  const { account, ordId } = liquidated();
  const world = await startWorld(account, { reading: { withinMs: 900, againAfterMs: [10] } });
  world.okx.intercept = async (_target, reply) => {
    await wait(300);
    return reply;
  };
  // 300 ms an answer: had it gone on, it would have been told.
  const slow = await verify(world, ordId);
  assert.deepEqual([slow.verdict, slow.reason], ['INCONCLUSIVE', 'EXCHANGE_UNAVAILABLE']);
  assert.deepEqual(recheckBundle(slow.evidence.bundle).problems, []);
  await world.okx.close();
  const gone = await verify(world, ordId);
  assert.deepEqual([gone.verdict, gone.reason], ['INCONCLUSIVE', 'EXCHANGE_UNAVAILABLE']);
});

test('reads again while history is written late, and takes it once it is there', async () => {
  const { account, ordId } = liquidated();
  const world = await startWorld(account);
  world.okx.intercept = (target, reply, nth) =>
    target.includes('positions-history') && nth <= 2 ? okxRows([]) : reply;
  const answer = await verify(world, ordId);
  assert.equal(answer.verdict, 'LIQUIDATED');
  assert.deepEqual(recheckBundle(answer.evidence.bundle).problems, []);
  world.okx.intercept = (target, reply) => (target.includes('positions-history') ? okxRows([]) : reply);
  const late = await verify(world, ordId);
  assert.deepEqual([late.verdict, late.reason], ['INCONCLUSIVE', 'EVIDENCE_INCOMPLETE']);
});

test('takes a snapshot of what is open, re-checkable, with its tier and worth', async () => {
  const account = createOkxAccount({ uid: '7', mainUid: '5' });
  account.trade({ at: at(300), posSide: 'short', side: 'sell', sz: '1', px: '100000', lever: '10' });
  const ordId = account.trade({ at: at(330), posSide: 'short', side: 'sell', sz: '3', px: '100000', lever: '10' });
  account.mark.at = () => '99000';
  const world = await startWorld(account);
  const askedAtMs = Date.now();
  const { status, json } = await world.post('/snapshot', { instId: 'BTC-USDT-SWAP', ordId });
  assert.equal(status, 200);
  const answer = snapshotAnswer.parse(json);
  assert.deepEqual([answer.insurable, answer.reason], [true, null]);
  const { takenAtMs, posId, cTime, uTime, liqPx, ...rest } = answer.snapshot ?? assert.fail();
  assert.deepEqual(rest, {
    uid: '7',
    mainUid: '5',
    instId: 'BTC-USDT-SWAP',
    ordId,
    mgnMode: 'isolated',
    posSide: 'short',
    side: 'short',
    pos: '4',
    insuredPos: '3',
    avgPx: '100000',
    lever: '10',
    margin: '400',
    ccy: 'USDT',
    markPx: '99000',
    notional: '3960',
    coins: '0.04',
    tier: '1',
    mmr: '0.004',
  });
  assert.ok(
    askedAtMs - 1_000 < takenAtMs &&
      takenAtMs < Date.now() + 1_000 &&
      posId !== '' &&
      cTime === uTime &&
      Number(liqPx) > 109_000,
  );
  assert.deepEqual(recheckBundle(answer.evidence.bundle).problems, []);
  assert.deepEqual(
    answer.checks.filter((check) => check.result !== 'pass'),
    [],
  );
});

test('a snapshot of what cannot be insured says why', async () => {
  const { account, ordId } = liquidated();
  const live = account.trade({ at: at(300), posSide: 'long', side: 'buy', sz: '1', px: '100000' });
  const world = await startWorld(account);
  const reasonOf = async (id: string): Promise<unknown> => {
    const answer = snapshotAnswer.parse((await world.post('/snapshot', { instId: 'BTC-USDT-SWAP', ordId: id })).json);
    assert.deepEqual([answer.insurable, answer.snapshot], [false, null]);
    assert.deepEqual(recheckBundle(answer.evidence.bundle).problems, []);
    return answer.reason;
  };
  assert.equal(await reasonOf(ordId), 'POSITION_NOT_OPEN');
  assert.equal(await reasonOf('1234567890'), 'ORDER_NOT_FOUND');
  const close = account.trade({ at: at(301), posSide: 'long', side: 'sell', sz: '0.5', px: '100000' });
  assert.equal(await reasonOf(close), 'ORDER_IS_A_CLOSE');
  const order = account.orders.find((row) => row['ordId'] === live) ?? assert.fail();
  order['tdMode'] = 'cross';
  assert.equal(await reasonOf(live), 'CROSS_MARGIN');
  order['tdMode'] = 'isolated';
  world.okx.intercept = (target, reply) =>
    target.includes('account/positions?') ? okxRows(account.positions().map((row) => ({ ...row, liqPx: '' }))) : reply;
  assert.equal(await reasonOf(live), 'LIQ_PRICE_UNKNOWN');
});

test('lists open positions with the orders to pick from', async () => {
  const { account } = liquidated();
  const first = account.trade({ at: at(300), side: 'buy', sz: '2', px: '100000', parts: 2 });
  const second = account.trade({ at: at(310), side: 'buy', sz: '1', px: '100500' });
  account.trade({ at: at(320), side: 'sell', sz: '1', px: '100600' });
  const world = await startWorld(account);
  const credential = await sealExchangeKey(world.publicKey, OWNER, { ...world.key, region: 'global' });
  const { status, json } = await world.post('/positions', { credential, owner: OWNER });
  assert.equal(status, 200);
  const { positions } = json as { positions: { pos: string; orders: { ordId: string; filledSz: string }[] }[] };
  assert.equal(positions[0]?.pos, '2');
  assert.deepEqual(
    positions[0]?.orders.map(({ ordId, filledSz }) => [ordId, filledSz]),
    [
      [second, '1'],
      [first, '2'],
    ],
  );
});

test('says how the exchange answers, by its own calls and by what it says of maintenance, without asking it too often', async () => {
  const world = await startWorld(liquidated().account);
  const rows = [
    { title: 'Upgrade', state: 'ongoing', serviceType: '5', begin: '1780000000000', end: '', system: 'unified' },
    { title: 'Done', state: 'completed', serviceType: '8', begin: '1', end: '2' },
  ];
  const status = '/api/v5/system/status';
  world.okx.intercept = (target, reply) =>
    target === status ? { status: 200, body: JSON.stringify({ code: '0', msg: '', data: rows }) } : reply;
  const read = async () => exchangeAnswer.parse((await world.get('/exchange')).json);
  const first = await read();
  assert.deepEqual(first.maintenance, [
    { title: 'Upgrade', state: 'ongoing', serviceType: '5', beginMs: 1_780_000_000_000, endMs: null },
  ]);
  assert.ok(first.asked >= 1 && first.answeredAtMs !== null);
  assert.equal(first.failed, 0);
  await read();
  assert.equal(world.okx.asked.filter((target) => target === status).length, 1, 'one call in 5 s is allowed');
});

test('an exchange that answers nothing is told as that; a refusal is an answer', async () => {
  const down = await startWorld(liquidated().account);
  down.okx.intercept = () => ({ status: 503, body: '<html>' });
  const none = exchangeAnswer.parse((await down.get('/exchange')).json);
  assert.deepEqual([none.answeredAtMs, none.maintenance], [null, null]);
  assert.ok(none.failed > 0 && none.failed === none.asked, JSON.stringify(none));
  const refusing = await startWorld(liquidated().account);
  refusing.okx.intercept = () => okxError('51000', 'Parameter error');
  const some = exchangeAnswer.parse((await refusing.get('/exchange')).json);
  assert.deepEqual([some.failed, some.maintenance], [0, null]);
});

test('reads candles over several pages and marks from two sources, without a key', async () => {
  const { account } = liquidated();
  account.mark.at = (ms) => String(100_000 + (Math.floor(ms / HOUR_MS) % 10));
  const world = await startWorld(account, { ownCredential: null });
  const { json } = await world.get('/market/candles?instId=BTC-USDT-SWAP&bar=1H&limit=250');
  const { candles } = json as { candles: { timeMs: number; closed: boolean }[] };
  assert.equal(candles.length, 250);
  candles.forEach((candle, index) => assert.equal(candle.timeMs, (candles[0]?.timeMs ?? 0) - index * HOUR_MS));
  assert.deepEqual([candles[0]?.closed, candles[1]?.closed], [false, true]);
  const marks = (await world.get('/market/marks')).json as {
    marks: { instId: string; markPx: string | null; indexPx: string | null }[];
  };
  assert.deepEqual(
    marks.marks.map(({ instId }) => instId),
    ['BTC-USDT-SWAP', 'ETH-USDT-SWAP'],
  );
  assert.ok(marks.marks[0]?.markPx && marks.marks[0].indexPx);
  world.okx.intercept = () => ({ status: 503, body: '' });
  assert.equal((await world.get('/market/candles?instId=BTC-USDT-SWAP')).status, 503);
  const none = (await world.get('/market/marks')).json as typeof marks;
  assert.equal(none.marks[0]?.markPx, null);
});

test('prices are answered while the questions of many users wait', async () => {
  const account = createOkxAccount();
  const ordId = account.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
  account.mark.at = () => '100000';
  const world = await startWorld(account, {
    limiter: createRateLimiter(systemClock, { spanMs: 200, slowDownMs: 200 }),
  });
  let answered = 0;
  const binds = Array.from({ length: 20 }, async () => {
    await world.post('/snapshot', { instId: 'BTC-USDT-SWAP', ordId });
    answered += 1;
  });
  // All of them have asked for the mark, and wait for their turn.
  while (world.okx.asked.filter((target) => target.includes('public/mark-price')).length < 6) await wait(5);
  for (let minute = 0; minute < 2; minute += 1) {
    const { status, json } = await world.get('/market/marks');
    assert.equal(status, 200);
    const [btc] = marksAnswer.parse(json).marks;
    assert.deepEqual([btc?.instId, btc?.markPx, btc?.indexPx], ['BTC-USDT-SWAP', '100000', '100000']);
    const candles = await world.get('/market/candles?instId=BTC-USDT-SWAP&bar=1m&limit=10');
    assert.equal(candlesAnswer.parse(candles.json).candles.length, 10);
  }
  assert.ok(answered < binds.length, 'every bind was answered before the prices');
  await Promise.all(binds);
});

test('signs each verdict and snapshot: over what was asked, found and concluded, by the first of its keys', async () => {
  const { account, ordId } = liquidated();
  const first = attestationKeys([
    Buffer.alloc(32, 7).toString('base64url'),
    Buffer.alloc(32, 8).toString('base64url'),
  ]).keys;
  const world = await startWorld(account, { attestationKeys: first });
  const { keys, rules } = attestationKeysAnswer.parse((await world.get('/attestation-keys', '')).json);
  assert.deepEqual(
    keys.map(({ key_id: id, signs }) => [id, signs]),
    first.map(({ keyId }, at) => [keyId, at === 0]),
  );
  const publicKey = keys[0]?.public_key ?? '';

  const answer = await verify(world, ordId);
  const { attestation, evidence } = answer;
  assert.ok(attestation);
  const asked = claimOf(ordId);
  assert.deepEqual(attestation.signed, {
    v: 1,
    origin: world.okx.url,
    evidence_root: evidence.root,
    verdict: 'LIQUIDATED',
    reason: null,
    flags: [],
    liquidation: answer.liquidation,
    inst_id: 'BTC-USDT-SWAP',
    ord_id: ordId,
    bound_at: 'boundAt' in asked ? asked.boundAt : '',
    window: { start: formatIso(at(20)), end: formatIso(at(20 + 24 * 60)) },
    at: attestation.signed.at,
    rules,
  });
  // By another implementation than the one that signed, over the text that RFC 8785 gives.
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  const text = Buffer.from(canonicalJson(attestation.signed));
  assert.equal(verifySignature(null, text, key, Buffer.from(attestation.signature, 'base64url')), true);
  const bundle = evidenceBundle.parse(evidence.bundle);
  assert.equal(isAttested(bundle, attestation, publicKey), true);
  assert.equal(isAttested(bundle, attestation, keys[1]?.public_key ?? ''), false);

  const taken = snapshotAnswer.parse((await world.post('/snapshot', { instId: 'BTC-USDT-SWAP', ordId })).json);
  assert.ok(taken.attestation);
  assert.deepEqual(
    [taken.attestation.signed.verdict, taken.attestation.signed.reason, taken.attestation.signed.window],
    ['NOT_INSURABLE', 'POSITION_NOT_OPEN', null],
  );
  assert.equal(isAttested(evidenceBundle.parse(taken.evidence.bundle), taken.attestation, publicKey), true);
  // One is not good for the other, however it is turned.
  assert.equal(isAttested(bundle, taken.attestation, publicKey), false);
});

test('observes a position with a sealed key, and believes that it is gone when it was absent twice', async () => {
  const account = createOkxAccount();
  account.trade({ at: T0, side: 'buy', sz: '2', px: '100000' });
  account.note({ at: at(90), type: '6', subType: '161', change: '-5' });
  const world = await startWorld(account, { reading: { ...FAST_READING, absentAgainMs: 30 } });
  const [row] = account.positions();
  const body = {
    instId: 'BTC-USDT-SWAP',
    posId: String(row?.['posId']),
    cTime: String(row?.['cTime']),
    since: formatIso(at(10)),
    credential: await sealExchangeKey(world.publicKey, OWNER, { ...world.key, region: 'global' }),
    owner: OWNER,
  };
  const open = observeAnswer.parse((await world.post('/observe', body)).json);
  assert.deepEqual(
    [open.state, open.position?.pos, open.marginTransfers?.map(({ amount }) => amount)],
    ['open', '2', ['-5']],
  );
  assert.equal(open.evidence.exchanges.length, 3, 'positions, and the margin bills to their end');

  account.trade({ at: at(120), side: 'sell', sz: '2', px: '95000', kind: 'full_liquidation' });
  const gone = observeAnswer.parse((await world.post('/observe', body)).json);
  assert.deepEqual([gone.state, gone.position], ['absent', null]);
  assert.deepEqual(
    gone.evidence.leaves.map(({ path }) => path),
    ['answer', 'claim', ...gone.evidence.exchanges.map(({ path }) => path)],
  );
  const positions = gone.evidence.exchanges.filter(({ target }) => String(target).includes('/positions?'));
  assert.ok(Number(positions[1]?.['sent_at_ms']) - Number(positions[0]?.['sent_at_ms']) >= 30);

  world.okx.intercept = () => okxError('50119', "API key doesn't exist", 401);
  const refused = await world.post('/observe', body);
  assert.deepEqual([refused.status, errorOf(refused.json)], [422, 'KEY_WRONG_REGION']);
  world.okx.intercept = () => okxError('50001', 'Service temporarily unavailable', 503);
  const down = await world.post('/observe', body);
  assert.deepEqual([down.status, errorOf(down.json)], [503, 'SERVICE_UNAVAILABLE']);
});
