import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { mkdirSync } from 'node:fs';
import { signCheckpoint } from '../src/checkpoint.ts';
import { proofExtra } from '../src/checkProof.ts';
import { parseEntry } from '../src/entry.ts';
import { EMPTY_FRONTIER, frontierRoot, growFrontier, hashEntry } from '../src/merkle.ts';
import { checkSignature, formatVkey, parseNote, parseVkey } from '../src/note.ts';
import { formatTlogProof } from '../src/tlogProof.ts';
import { formatAddCheckpoint } from '../src/witness.ts';
import { logFiles, logSigner, madeEntries } from './madeLog.ts';

const script = join(import.meta.dirname, '../scripts/log.ts');
const vkey = formatVkey(logSigner.verifier);

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'liqpass-log-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function run(...words: string[]): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, ['--no-warnings', script, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
}

function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

test('verify follows a log from a folder and over HTTP, and ends with 1 when it forked', async (t) => {
  const folder = folderFor(t);
  const state = join(folder, 'state.json');
  const entries = madeEntries(300);
  let files = logFiles(entries.slice(0, 260));
  const server = createServer((request, response) => {
    const bytes = files.get((request.url ?? '').slice('/log/'.length));
    response.writeHead(bytes ? 200 : 404).end(bytes);
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const url = `http://127.0.0.1:${address.port}/log`;

  const first = await run('verify', url, '--key', vkey, '--state', state);
  assert.equal(first.code, 0, first.text);
  assert.match(first.text, /size {5}260 entries, 260 of them new here \(260 sold\)/);
  files = logFiles(entries);
  const second = await run('verify', url, '--key', vkey, '--state', state);
  assert.match(second.text, /grew {5}yes, from the 260 entries seen last/);
  const kept = readFileSync(state, 'utf8');
  files = logFiles([...madeEntries(1, 5), ...entries.slice(1), ...madeEntries(1, 7)]);
  const forked = await run('verify', url, '--key', vkey, '--state', state);
  assert.equal(forked.code, 1);
  assert.match(forked.text, /the log forked/);
  assert.equal(readFileSync(state, 'utf8'), kept, 'the state is what was believed last');

  writeFiles(folder, logFiles(entries));
  assert.equal((await run('verify', folder, '--key', vkey)).code, 0);
  const served = await run('verify', folder);
  assert.equal(served.code, 1);
  assert.match(served.text, /No key: give the log's key/);
});

test('check takes a proof from a file, with the key that is given and no other', async (t) => {
  const folder = folderFor(t);
  const [bytes] = madeEntries(1);
  const entry = bytes && parseEntry(bytes);
  assert.ok(entry && bytes);
  const root = frontierRoot(growFrontier(EMPTY_FRONTIER, [hashEntry(bytes)]).frontier);
  const checkpoint = signCheckpoint({ origin: logSigner.verifier.name, size: 1, root }, logSigner);
  const file = join(folder, 'a.tlog-proof');
  writeFileSync(file, formatTlogProof({ extra: proofExtra(entry, null), index: 0, hashes: [], checkpoint }));
  const good = await run('check', file, '--key', vkey);
  assert.equal(good.code, 0, good.text);
  assert.match(good.text, /The proof holds/);
  assert.equal((await run('check', file)).code, 1);
  writeFileSync(file, readFileSync(file, 'utf8').replace('index 0', 'index 1'));
  const bad = await run('check', file, '--key', vkey);
  assert.equal(bad.code, 1);
  assert.match(bad.text, /THE PROOF DOES NOT HOLD/);
});

test('a witness as a process cosigns a log as it grows, catches a fork, and remembers over a restart', async (t) => {
  const folder = folderFor(t);
  const entries = madeEntries(3);
  const noteOf = (of: readonly Uint8Array[]): string => new TextDecoder().decode(logFiles(of).get('checkpoint'));
  const start = async () => {
    const child = spawn(
      process.execPath,
      [
        '--no-warnings',
        script,
        'witness',
        '--log',
        vkey,
        '--name',
        'witness.example',
        '--state',
        folder,
        '--port',
        '0',
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    t.after(() => child.kill('SIGKILL'));
    let said = '';
    while (!said.includes('vkey ')) said += String((await once(child.stdout, 'data'))[0]);
    const [, port = '', own = ''] = /on port (\d+)\.\nvkey (\S+)/.exec(said) ?? [];
    const ask = (old: number, checkpoint: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/add-checkpoint`, {
        method: 'POST',
        body: formatAddCheckpoint(old, [], checkpoint),
      });
    return { child, own, ask };
  };
  const one = await start();
  const note = noteOf(entries.slice(0, 2));
  const answer = await one.ask(0, note);
  assert.equal(answer.status, 200);
  const cosigned = parseNote(`${note}${await answer.text()}`);
  const key = parseVkey(one.own);
  assert.ok(cosigned && key);
  assert.equal(checkSignature(cosigned, key), 'good');
  one.child.kill('SIGKILL');
  await once(one.child, 'close');

  const two = await start();
  assert.equal(two.own, one.own, 'the same key after a restart');
  const forgotten = await two.ask(0, noteOf(entries));
  assert.equal(forgotten.status, 409);
  assert.equal(forgotten.headers.get('content-type'), 'text/x.tlog.size');
  assert.equal(await forgotten.text(), '2\n');
  // Another tree of the same size, signed by the log itself: a fork.
  assert.equal((await two.ask(2, noteOf(madeEntries(2, 9)))).status, 409);
  assert.equal((await two.ask(2, noteOf(madeEntries(3, 9)))).status, 422);
  assert.equal((await two.ask(2, note)).status, 200);
});
