import { LiqPassError } from '@liqpass/api/errors';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { observeClient } from '../src/services/watch/observeClient.ts';
import { attestationClient } from '../src/services/platform/attestationClient.ts';
import { marketClient } from '../src/services/book/marketClient.ts';
import { exchangeKeyClient } from '../src/services/people/exchangeKeyClient.ts';
import { jpVerifyClient } from '../src/services/jpVerifyClient.ts';
import { walletSignatureClient } from '../src/services/people/walletSignatureClient.ts';
import { chainRpcClient, RpcError } from '../src/services/treasury/chainRpcClient.ts';

// Whoever answers RPC_URL, or in jp-verify's place, may send anything: one question fails, and the process goes on. What is thrown where nobody can catch it
// fails the test that runs.

type Sent = { readonly coding: string; readonly length: number; readonly body: Uint8Array; readonly cut: boolean };

async function answering(t: TestContext, { coding, length, body, cut }: Sent) {
  const closed: Promise<unknown>[] = [];
  const server = createServer((request, response) => {
    closed.push(once(request.socket, 'close'));
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-encoding': coding,
      'content-length': length,
    });
    // Cut where its first bytes are read by now.
    response.write(body, () => (cut ? setImmediate().then(() => request.socket.destroy()) : response.end()));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/key?of=mine`,
    /** Until what a cut connection brings about has come about. */
    async settled() {
      server.closeAllConnections();
      await Promise.all(closed);
      for (let at = 0; at < 20; at += 1) await setImmediate();
    },
  };
}

const ADDRESS = `0x${'11'.repeat(20)}` as const;
const packed = gzipSync(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: `0x${'ab'.repeat(50_000)}` })));
const CUT: readonly Sent[] = [
  { coding: 'gzip', length: packed.byteLength + 1, body: packed.subarray(0, 40), cut: true },
  { coding: 'gzip, gzip, br, deflate, gzip, br', length: 10_000, body: packed.subarray(0, 40), cut: true },
];

test(
  'an RPC whose packed answer is cut off, or unpacks to far more than asked for, fails one question of the watch',
  { timeout: 60_000 },
  async (t) => {
    for (const sent of CUT) {
      const server = await answering(t, sent);
      const rpc = chainRpcClient(server.url, ADDRESS, ADDRESS);
      await assert.rejects(rpc.chainId(), (error) => error instanceof RpcError && error.trouble === 'RPC_UNREACHABLE');
      await server.settled();
    }
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
    const server = await answering(t, { coding: 'gzip', length: bomb.byteLength, body: bomb, cut: false });
    const rpc = chainRpcClient(server.url, ADDRESS, ADDRESS);
    await assert.rejects(
      rpc.transfers('in', 1, 2_000),
      (error) => error instanceof RpcError && error.trouble === 'RPC_RANGE_LIMITED',
    );
    await assert.rejects(
      rpc.chainId(),
      (error) => error instanceof RpcError && error.trouble === 'RPC_ANSWERS_NONSENSE',
    );
  },
);

test('an RPC whose packed answer is cut off fails one sign-in of a contract wallet', { timeout: 60_000 }, async (t) => {
  for (const sent of CUT) {
    const server = await answering(t, sent);
    const wallets = walletSignatureClient([server.url]);
    await assert.rejects(
      wallets.isSignedByContract({ address: ADDRESS, message: 'it is me', signature: '0x00' }, true),
      (error) => error instanceof LiqPassError && error.code === 'SERVICE_UNAVAILABLE',
    );
    await server.settled();
  }
});

const OWNER = '0x2222222222222222222222222222222222222222';
/** Every question to jp-verify at `baseUrl`, with whether it came to what it comes to where jp-verify is away. */
function questionsTo(baseUrl: string): Record<string, () => Promise<boolean>> {
  const key = 'test-jp-verify-key-0001';
  const attestations = attestationClient({
    baseUrl,
    apiKey: key,
    pinned: [],
    store: { load: () => Promise.resolve([]), keep: () => Promise.resolve() },
    log: pino({ level: 'silent' }),
    now: Date.now,
  });
  const market = marketClient(baseUrl, key);
  const keys = exchangeKeyClient(baseUrl, key, attestations);
  const verifier = jpVerifyClient(baseUrl, key, attestations);
  const isAway = (asked: Promise<unknown>): Promise<boolean> =>
    asked.then(
      () => false,
      (error: unknown) => error instanceof LiqPassError && error.code === 'VERIFIER_UNAVAILABLE',
    );
  const [instId, ordId, at] = ['BTC-USDT-SWAP', '2912345678901234567', '2026-04-01T00:00:00.000Z'];
  return {
    marks: () =>
      market.marks(AbortSignal.timeout(30_000)).then(
        () => false,
        (error: unknown) => error instanceof TypeError,
      ),
    observe: async () =>
      (
        await observeClient(
          baseUrl,
          key,
        )({ instId, posId: '1', cTime: '1', since: at, credential: 'sealed', owner: OWNER })
      ).kind === 'unavailable',
    positions: () => isAway(keys.positions({ sealed: 'sealed', owner: OWNER })),
    snapshot: () => isAway(keys.snapshot({ sealed: 'sealed', owner: OWNER }, { instId, ordId })),
    keys: async () => (await attestations.keys()).keys.length === 0,
    health: async () => !(await verifier.isHealthy()),
    verify: async () => {
      const { finding } = await verifier.verify({
        instId,
        ordId,
        boundAt: at,
        coverageStartAt: at,
        coverageEndAt: at,
      });
      return finding.kind === 'no_answer' && finding.reason === 'JP_VERIFY_ERROR';
    },
  };
}

test(
  'a jp-verify whose packed answer is cut off, or unpacks without end, fails one question, whichever it was',
  { timeout: 60_000 },
  async (t) => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
    const answers: readonly Sent[] = [...CUT, { coding: 'gzip', length: bomb.byteLength, body: bomb, cut: false }];
    for (const sent of answers) {
      const server = await answering(t, sent);
      for (const [name, ask] of Object.entries(questionsTo(new URL(server.url).origin)))
        assert.equal(await ask(), true, `${name}: ${sent.coding}${sent.cut ? ', cut off' : ''}`);
      await server.settled();
    }
  },
);
