import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

// jp-verify as a process, behind a server of sockets that sends what no exchange should.

const ENTRY = join(import.meta.dirname, '../src/index.ts');
const API_KEY = 'bearer-for-tests-0123456789';
const MOST_MEMORY_KB = 300 * 1024;
const GIB = 1024 ** 3;

const SIX = 'content-encoding: gzip, gzip, gzip, gzip, gzip, gzip\r\n';
const zeros = gzipSync(Buffer.alloc(64 * 1024 * 1024));
const head = (headers: string): string => `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${headers}\r\n`;
/** Sends for as long as somebody takes it. */
function pour(socket: Socket, chunk: Uint8Array): void {
  const more = (): void => {
    while (socket.writable && socket.write(chunk));
    socket.once('drain', more);
  };
  more();
}
const ATTACKS: readonly ((socket: Socket) => unknown)[] = [
  // Six codings, and a body that is cut off.
  (socket) => socket.end(Buffer.concat([Buffer.from(head(`${SIX}content-length: 1000\r\n`)), zeros.subarray(0, 20)])),
  // 64 MiB packed in 64 KiB, and packed again.
  (socket) =>
    socket.end(
      Buffer.concat([Buffer.from(head(`content-encoding: gzip\r\ncontent-length: ${zeros.length}\r\n`)), zeros]),
    ),
  (socket) => {
    const twice = gzipSync(zeros);
    socket.end(
      Buffer.concat([Buffer.from(head(`content-encoding: gzip, gzip\r\ncontent-length: ${twice.length}\r\n`)), twice]),
    );
  },
  // Without end: plain, in chunks, packed.
  (socket) => {
    socket.write(head(`content-length: ${100 * GIB}\r\n`));
    pour(socket, Buffer.alloc(65_536, 'x'));
  },
  (socket) => {
    socket.write(head('transfer-encoding: chunked\r\n'));
    pour(socket, Buffer.from(`10000\r\n${'['.repeat(65_536)}\r\n`));
  },
  (socket) => {
    socket.write(head('content-encoding: gzip\r\n'));
    pour(socket, zeros);
  },
  (socket) => pour(socket, Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'.repeat(500))),
  (socket) => pour(socket, Buffer.from(`x-${'y'.repeat(1_000)}: z\r\n`)),
  // JSON that is nested as deep as it can be, and rows that are none.
  (socket) => socket.end(`${head('')}{"code":"0","data":[${'['.repeat(900_000)}${']'.repeat(900_000)}]}`),
  (socket) => socket.end(`${head('')}{"code":"0","data":[null,1,"x",[],{"__proto__":{"ts":"1"},"ts":{}}]}`),
  (socket) => socket.end(`${head('')}{"code":{},"data":${'9'.repeat(100_000)},"msg":[]}`),
  (socket) => socket.end(Buffer.concat([Buffer.from(head('')), Buffer.from([0xff, 0xfe, 0x00, 0x80])])),
  (socket) => socket.end('HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\n\r\n'),
  (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
  (socket) => socket.resetAndDestroy(),
];

const sockets = new Set<Socket>();
let asked = 0;
let exchange: Server;
let verifier: ChildProcess;
let url = '';
let log = '';

before(async () => {
  exchange = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    socket.once('data', () => {
      const attack = ATTACKS[asked % ATTACKS.length] ?? assert.fail();
      asked += 1;
      attack(socket);
    });
  });
  await new Promise<void>((done) => exchange.listen(0, '127.0.0.1', done));
  const address = exchange.address();
  assert.ok(typeof address === 'object' && address !== null);
  verifier = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ENTRY, '--stop-with-parent'], {
    env: {
      ...process.env,
      PORT: '0',
      OKX_BASE_URL: `http://127.0.0.1:${address.port}`,
      JP_VERIFY_API_KEY: API_KEY,
      OKX_API_KEY: 'key-of-a-test',
      OKX_SECRET_KEY: 'secret-of-a-test',
      OKX_PASSPHRASE: 'passphrase-of-a-test',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  url = await new Promise<string>((listens, ended) => {
    verifier.once('exit', (code) => ended(new Error(`jp-verify ended with ${code}`)));
    verifier.stdout?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      const [, at] = /"address":"(http:[^"]+)"/.exec(log) ?? [];
      if (at !== undefined) listens(at);
    });
  });
});
after(async () => {
  const ended = new Promise((done) => verifier.once('exit', done));
  if (verifier.exitCode === null && verifier.signalCode === null) {
    verifier.kill('SIGTERM');
    await ended;
  }
  for (const socket of sockets) socket.destroy();
  exchange.close();
});

const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
/** The most memory that the process ever had, as Linux counts it; null elsewhere. */
function peakKb(): number | null {
  try {
    const [, kb] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${verifier.pid}/status`, 'utf8')) ?? [];
    return kb === undefined ? null : Number(kb);
  } catch {
    return null; // No such file on this system.
  }
}

test('lives on whatever an exchange sends, and says that there is no answer', async () => {
  const snapshots = Array.from({ length: 10 }, async (_, at) => {
    const answer = await fetch(`${url}/snapshot`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ instId: 'BTC-USDT-SWAP', ordId: String(at + 1) }),
    });
    const said: unknown = await answer.json();
    assert.equal(answer.status, 200);
    assert.ok(typeof said === 'object' && said !== null && 'insurable' in said && 'reason' in said);
    assert.equal(said.insurable, false);
    assert.ok(['EXCHANGE_UNAVAILABLE', 'EVIDENCE_INCOMPLETE'].includes(String(said.reason)), String(said.reason));
  });
  const marks = Array.from({ length: 4 }, async () => {
    const answer = await fetch(`${url}/market/marks`, { headers });
    assert.ok([200, 503].includes(answer.status));
    const said = await answer.text();
    assert.ok(!/"markPx":"/.test(said), said);
  });
  await Promise.all([...snapshots, ...marks]);
  assert.ok(asked >= ATTACKS.length, `only ${asked} questions were asked`);

  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  assert.deepEqual([verifier.exitCode, verifier.signalCode], [null, null]);
  assert.ok(!/unhandled|nobody handled/.test(log), log);
  const peak = peakKb();
  if (peak !== null) assert.ok(peak < MOST_MEMORY_KB, `${Math.round(peak / 1024)} MiB`);
});
