import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { secondLogMissing, startSecondLog, type Answer } from '@liqpass/testing/secondLog/secondLog';
import { embeddedSecrets } from '@liqpass/service/embeddedSecrets';
import { freePort } from '../scripts/freePort.ts';
import { startProduct, type Product } from '../scripts/product.ts';
import { productAsProcesses, type RunningProduct } from './productAsProcesses.ts';

// The public log of the product as processes, followed by the checker that shares no code with it: nothing that was
// acknowledged is missing, nothing is told of twice, and every checkpoint that anybody was shown is continued by the last.

const skip = secondLogMissing;
const second = skip === false ? startSecondLog() : null;
after(() => second?.close());

const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function sellOne(p: Pick<RunningProduct, 'call' | 'control'>, internalKey: string, at: number): Promise<void> {
  const slot = { instId: 'BTC-USDT-SWAP', posSide: 'long' };
  const { ordId } = await p.control('/orders', { ...slot, side: 'buy', sz: '1', lever: '10' });
  const { status, body } = await p.call('POST', '/api/purchase-orders', {
    policyType: 'OKX_24H',
    chainId: 8453,
    premiumAmountUsdc: '1.00',
    policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
  });
  assert.equal(status, 201, `order ${at}: ${JSON.stringify(body)}`);
  const order = `/purchase-orders/${String(body['purchaseOrderId'])}`;
  const bound = await p.call('POST', `/api${order}/bind-okx`, { ordId, instId: slot.instId });
  assert.equal(bound.status, 200, JSON.stringify(bound.body));
  const paid = await p.call('POST', `/internal${order}/mark-paid`, {}, { 'x-internal-key': internalKey });
  assert.equal(paid.status, 200, JSON.stringify(paid.body));
}

const readText = async (url: string): Promise<string | null> => {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null; // It does not listen just now.
  }
};

/** How many entries of a type the log serves under its newest checkpoint, read from its bundles as they stand. */
async function entriesOf(log: string): Promise<{ size: number; types: Record<string, number> }> {
  const size = Number((await readText(`${log}/checkpoint`))?.split('\n')[1] ?? 0);
  const types: Record<string, number> = {};
  for (let from = 0; from < size; from += 256) {
    const width = Math.min(256, size - from);
    const name = `${String(from / 256).padStart(3, '0')}${width === 256 ? '' : `.p/${width}`}`;
    const bundle = Buffer.from(await (await fetch(`${log}/tile/entries/${name}`)).arrayBuffer());
    for (let at = 0; at < bundle.length; at += 2 + bundle.readUInt16BE(at)) {
      const entry: unknown = JSON.parse(bundle.subarray(at + 2, at + 2 + bundle.readUInt16BE(at)).toString());
      assert.ok(typeof entry === 'object' && entry !== null && 'type' in entry && typeof entry.type === 'string');
      types[entry.type] = (types[entry.type] ?? 0) + 1;
    }
  }
  return { size, types };
}

/** Every checkpoint of `seen` is one of this log, and this log holds. */
async function assertContinues(log: string, key: string, seen: Iterable<string>): Promise<void> {
  for (const old of seen) {
    const found: Answer | undefined = await second?.ask({ ask: 'log', key, place: log, old: base64(old) });
    assert.deepEqual([found?.holds, found?.why], [true, undefined], old);
  }
}

async function killedBetweenCommitAndAppend(options: {
  postgres?: string;
  env?: Record<string, string>;
}): Promise<void> {
  const p = await productAsProcesses(options);
  const log = `${p.backend}/log`;
  const seen = new Set<string>();
  let following = true;
  // Somebody who looks at the log all the time, and keeps what was shown.
  const follower = (async () => {
    while (following) {
      const note = await readText(`${log}/checkpoint`);
      if (note !== null) seen.add(note);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  try {
    const ready = (): Promise<unknown> =>
      p.until(
        () => readText(`${p.backend}/readyz`),
        (text) => text !== null,
        90_000,
      );
    const back = async (): Promise<void> => {
      await p.until(
        () => readText(`${p.backend}/readyz`),
        (text) => text === null,
      );
      await ready();
    };
    const key = String(await readText(`${log}/vkey`)).trim();
    let sold = 0;
    for (; sold < 2; sold += 1) {
      await sellOne(p, p.secrets.internalApiKey, sold);
      // Acknowledged, and a look of the appender is up to a second away: it is committed, and not in the log.
      const before = seen.size;
      p.killHard('liqpass-backend');
      await back();
      // What was acknowledged is in the log soon, and whoever follows it was shown so.
      await p.until(
        () => Promise.resolve(seen.size),
        (shown) => shown > before,
      );
    }
    // Killed while it publishes: when the checkpoint has just been kept outside of the database.
    const kept = watch(join(p.folder, 'data'));
    const published = new Promise<void>((resolve) => {
      kept.on('change', (_, file) => {
        if (file === 'log-checkpoint') resolve();
      });
    });
    await sellOne(p, p.secrets.internalApiKey, sold);
    sold += 1;
    await published;
    p.killHard('liqpass-backend');
    kept.close();
    await back();

    const { types } = await p.until(
      () => entriesOf(log),
      (found) => (found.types['sold'] ?? 0) >= sold && (found.types['bound'] ?? 0) >= sold,
    );
    assert.deepEqual([types['sold'], types['bound']], [sold, sold], 'each step once');
    assert.ok(seen.size >= 2, `${seen.size} checkpoints seen`);
    await assertContinues(log, key, seen);
  } finally {
    following = false;
    await follower;
    await p.remove();
  }
}

test(
  'kill -9 between commit and append, and while it publishes, loses and forks nothing',
  { skip, timeout: 240_000 },
  () => killedBetweenCommitAndAppend({}),
);

const postgres = process.env['TEST_DATABASE_URL'];
if (postgres !== undefined)
  test('the same on PostgreSQL', { skip, timeout: 240_000 }, () =>
    killedBetweenCommitAndAppend({
      postgres,
      // On a server the log begins once it is named and has a key.
      env: { LOG_PRIVATE_KEY: randomBytes(32).toString('base64'), LOG_ORIGIN: 'localhost/log' },
    }),
  );

/** The product in `folder`, which is stopped once `work` is done. */
async function runIn<T>(
  folder: string,
  env: Record<string, string>,
  work: (stage: Pick<RunningProduct, 'call' | 'control'> & { url: string }) => Promise<T>,
): Promise<T> {
  const ports = { backend: await freePort(), jpVerify: await freePort(), simulator: await freePort() };
  const product: Product = await startProduct({
    cwd: folder,
    ports,
    env: { DATABASE_URL: undefined, OKX_BASE_URL: undefined, JP_VERIFY_BASE_URL: undefined, ...env },
  });
  const ask = async (url: string, init: RequestInit) => {
    const answer = await fetch(url, init);
    const body: unknown = await answer.json();
    assert.ok(typeof body === 'object' && body !== null);
    return { status: answer.status, body: { ...body } };
  };
  const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  try {
    return await work({
      url: product.url,
      call: (method, path, body, headers) => ask(`${product.url}${path}`, method === 'GET' ? {} : post(body, headers)),
      control: async (path, body) => (await ask(`http://127.0.0.1:${ports.simulator}/control${path}`, post(body))).body,
    });
  } finally {
    await product.stop();
  }
}

test(
  'an older database does not start beside what the log has shown; a new log begins under another name',
  { skip, timeout: 300_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'liqpass-log-restore-'));
    const data = join(folder, 'data');
    const { internalApiKey } = embeddedSecrets(data);
    /** One cover more, until the log tells of `count`; the checkpoint then, and the key. */
    const sellUntil = (count: number) =>
      runIn(folder, {}, async (stage) => {
        await sellOne(stage, internalApiKey, count);
        for (;;) {
          const { types } = await entriesOf(`${stage.url}/log`);
          if ((types['sold'] ?? 0) >= count) break;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        return { note: String(await readText(`${stage.url}/log/checkpoint`)), key: await vkeyOf(stage.url) };
      });
    const vkeyOf = async (url: string): Promise<string> => String(await readText(`${url}/log/vkey`)).trim();
    const backendLog = (): string => readFileSync(join(data, 'logs/liqpass-backend.log'), 'utf8');
    try {
      const first = await sellUntil(1);
      cpSync(data, join(folder, 'backup'), { recursive: true });
      const newest = await sellUntil(2);

      renameSync(data, join(folder, 'newest'));
      cpSync(join(folder, 'backup'), data, { recursive: true });
      cpSync(join(folder, 'newest/log-checkpoint'), join(data, 'log-checkpoint'));
      rmSync(join(data, 'logs'), { recursive: true });
      await assert.rejects(runIn(folder, {}, async () => undefined));
      assert.match(
        backendLog(),
        /LOG_STATE: \d+ entries of the log were published, the database has \d+: it is an older copy\. Restore one that is newer/,
      );

      // As the sentence says: another name, and everything in it is whole from the first entry on.
      const other = { LOG_ORIGIN: 'localhost/log2', LOG_STATE: 'data/log2-checkpoint' };
      await runIn(folder, other, async (stage) => {
        await sellOne(stage, internalApiKey, 3);
        const key = await vkeyOf(stage.url);
        assert.match(key, /^localhost\/log2\+/);
        for (;;) {
          const { types } = await entriesOf(`${stage.url}/log`);
          if (types['sold'] === 2) break;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        await assertContinues(`${stage.url}/log`, key, [String(await readText(`${stage.url}/log/checkpoint`))]);
      });

      // The newer copy starts, and continues everything that was ever shown of it.
      rmSync(data, { recursive: true });
      renameSync(join(folder, 'newest'), data);
      assert.ok(existsSync(join(data, 'log-checkpoint')));
      await runIn(folder, {}, async (stage) => {
        const key = await vkeyOf(stage.url);
        assert.equal(key, first.key);
        await assertContinues(`${stage.url}/log`, key, [first.note, newest.note]);
        assert.deepEqual((await entriesOf(`${stage.url}/log`)).types['sold'], 2);
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
