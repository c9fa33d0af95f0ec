import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { askHttp, type HttpOutcome } from './askHttp.ts';

// A server of sockets, so that it can send what no HTTP library would.

const MOST = 64 * 1024;
const servers: Server[] = [];
const sockets = new Set<Socket>();
after(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

async function serving(reply: (socket: Socket, nth: number) => void): Promise<string> {
  let nth = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    socket.on('data', () => reply(socket, (nth += 1)));
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}
const question = { method: 'GET', target: '/x?y=%2F', timeoutMs: 2_000, mostBytes: MOST } as const;
const ask = async (reply: (socket: Socket, nth: number) => void, timeoutMs = 2_000): Promise<HttpOutcome> =>
  askHttp(await serving(reply), { ...question, timeoutMs });
const whole = (headers: string, body: Uint8Array) => (socket: Socket) => {
  socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.byteLength}\r\n${headers}\r\n`);
  socket.write(body);
};
const text = (outcome: HttpOutcome): string | null =>
  outcome.failure === null && outcome.bytes !== null ? Buffer.from(outcome.bytes).toString() : null;

test('reads a body as it is, and unpacked from one coding', async () => {
  const body = Buffer.from('{"code":"0","data":[]}');
  assert.equal(text(await ask(whole('', body))), body.toString());
  assert.equal(text(await ask(whole('content-encoding: identity\r\n', body))), body.toString());
  assert.equal(text(await ask(whole('content-encoding: GZIP\r\n', gzipSync(body)))), body.toString());
  assert.equal(text(await ask(whole('content-encoding: deflate\r\n', deflateSync(body)))), body.toString());
  assert.equal(text(await ask(whole('content-encoding: br\r\n', brotliCompressSync(body)))), body.toString());
  const none = await ask((socket) => socket.write('HTTP/1.1 204 No Content\r\ncontent-encoding: gzip\r\n\r\n'));
  assert.equal(text(none), '');
});

test('whatever else comes is an outcome, never an exception', async () => {
  const six = 'content-encoding: gzip, gzip, gzip, gzip, gzip, gzip\r\n';
  const cut = (headers: string) => (socket: Socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n${headers}\r\n`);
    socket.end(gzipSync('cut').subarray(0, 10));
  };
  const broken: [string, (socket: Socket) => void][] = [
    ['six codings and a cut body', cut(six)],
    ['six codings', whole(six, gzipSync('six'))],
    ['two codings', whole('content-encoding: gzip, br\r\n', gzipSync('two'))],
    ['a coding in many lines', whole('content-encoding: gzip\r\n'.repeat(6), gzipSync('six'))],
    ['a coding that nobody knows', whole('content-encoding: zstd-9\r\n', Buffer.from('x'))],
    ['a coding named like a property', whole('content-encoding: constructor\r\n', Buffer.from('x'))],
    ['a coding that is not what it says', whole('content-encoding: gzip\r\n', Buffer.from('no gzip'))],
    ['a cut body', cut('')],
    ['a cut packed body', cut('content-encoding: gzip\r\n')],
    ['packed and cut inside', whole('content-encoding: gzip\r\n', gzipSync('cut'.repeat(99)).subarray(0, 20))],
    ['no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
    ['nothing', (socket) => socket.end()],
    ['a reset', (socket) => socket.resetAndDestroy()],
    ['headers without end', (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`)],
    [
      'a switch of protocols',
      (socket) => socket.write('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ],
    ['broken chunks', (socket) => socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n')],
    ['two lengths', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab')],
  ];
  for (const [what, reply] of broken) assert.deepEqual(await ask(reply), { failure: 'NETWORK' }, what);
  assert.deepEqual(await ask(() => undefined, 50), { failure: 'TIMEOUT' });
  const dripping = (socket: Socket): void => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n');
    const drip = setInterval(() => socket.write('x'), 10);
    socket.on('close', () => clearInterval(drip));
  };
  assert.deepEqual(await ask(dripping, 200), { failure: 'TIMEOUT' });
  assert.deepEqual(await askHttp('http://127.0.0.1:1', question), { failure: 'NETWORK' });
  assert.deepEqual(await askHttp('no address', question), { failure: 'NETWORK' });
  assert.deepEqual(await askHttp('http://127.0.0.1:1', { ...question, target: '/ü b' }), { failure: 'NETWORK' });
});

test('a body that is too large is let go of: by what it says, as it comes, and unpacked', async () => {
  const tooLarge = async (what: string, reply: (socket: Socket) => void): Promise<void> => {
    const outcome = await ask(reply);
    assert.ok(outcome.failure === null, what);
    assert.deepEqual([outcome.status, outcome.bytes], [200, null], what);
  };
  await tooLarge('said', (socket) => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${10 ** 12}\r\n\r\n`));
  let sent = 0;
  await tooLarge('as it comes', (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const more = (): void => {
      while (socket.writable && socket.write(Buffer.alloc(16_384))) sent += 16_384;
      sent += 16_384;
      socket.once('drain', more);
    };
    more();
  });
  assert.ok(sent < 64 * 1024 * 1024, `${sent} bytes were taken`);
  await tooLarge('unpacked', whole('content-encoding: gzip\r\n', gzipSync(Buffer.alloc(16 * 1024 * 1024))));
  const exact = await ask(whole('content-encoding: gzip\r\n', gzipSync(Buffer.alloc(MOST))));
  assert.equal(text(exact)?.length, MOST);
});

test('a kept connection that was closed meanwhile is no failure', async () => {
  const url = await serving((socket, nth) => {
    if (nth === 2) return void socket.destroy();
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n${nth}`);
  });
  assert.equal(text(await askHttp(url, question)), '1');
  assert.equal(text(await askHttp(url, question)), '3');
});
