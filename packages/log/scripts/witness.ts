import { randomBytes } from 'node:crypto';
import {
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { fromBase64, toBase64 } from '../src/base64.ts';
import { checkLog } from '../src/checkLog.ts';
import { COSIGNER_KEY, formatVkey, isKeyName, signerKey, type SignerKey } from '../src/note.ts';
import { addCheckpoint, type Seen } from '../src/witness.ts';
import { readerOf, readVkey } from './source.ts';

export type WitnessSettings = {
  /** The vkeys of the logs that are cosigned. */
  readonly logs: readonly string[];
  readonly name: string;
  /** Where the key and what was seen are kept. */
  readonly folder: string;
  readonly port: number;
  /** Logs that are also fetched and recomputed, each minute. */
  readonly poll: readonly string[];
};

const MAX_BODY_BYTES = 100_000;
const POLL_EVERY_MS = 60_000;
const seenFile = z.record(z.string(), z.strictObject({ size: z.int().min(0), root: z.string() }));

/** The witness's own key, made on the first start. */
function ownKey(folder: string, name: string): SignerKey {
  const path = join(folder, 'witness.key');
  if (!existsSync(path)) writeFileSync(path, `${toBase64(randomBytes(32))}\n`, { mode: 0o600, flag: 'wx' });
  const secret = fromBase64(readFileSync(path, 'utf8').trim());
  if (secret?.length !== 32) throw new Error(`${path} holds no key`);
  return signerKey(name, COSIGNER_KEY, secret);
}

/** What was cosigned last of each log, on disk before it is answered. */
function openSeen(folder: string): { get(origin: string): Seen | null; set(origin: string, seen: Seen): void } {
  const path = join(folder, 'seen.json');
  const stored = existsSync(path) ? seenFile.parse(JSON.parse(readFileSync(path, 'utf8'))) : {};
  return {
    get(origin) {
      const last = stored[origin];
      const root = last && fromBase64(last.root);
      return last && root ? { size: last.size, root } : null;
    },
    set(origin, { size, root }) {
      stored[origin] = { size, root: toBase64(root) };
      const file = openSync(`${path}.new`, 'w');
      writeSync(file, `${JSON.stringify(stored, null, 2)}\n`);
      fsyncSync(file);
      closeSync(file);
      renameSync(`${path}.new`, path);
    },
  };
}

/** Stands witness until the process is stopped: answers POST /add-checkpoint, and looks at the logs it polls by itself. */
export async function startWitness({ logs, name, folder, port, poll }: WitnessSettings): Promise<void> {
  if (logs.length === 0 || !isKeyName(name) || folder === '')
    throw new Error('A witness needs --log <vkey>, --name <name> and --state <folder>.');
  mkdirSync(folder, { recursive: true });
  const keys = logs.map(readVkey);
  const signer = ownKey(folder, name);
  const seen = openSeen(folder);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_BODY_BYTES) chunks.push(chunk);
    });
    request.on('end', () => {
      const answerText = (status: number, type: string, body: string): void => {
        response.writeHead(status, { 'content-type': type }).end(body);
      };
      if (request.method !== 'POST' || request.url !== '/add-checkpoint')
        return answerText(404, 'text/plain', 'POST /add-checkpoint\n');
      if (length > MAX_BODY_BYTES) return answerText(400, 'text/plain', 'too large\n');
      // Looked at, kept and answered in one go: nothing else runs in between, so no older tree is kept over a newer one.
      const body = Buffer.concat(chunks).toString('utf8');
      let origin = '';
      const answer = addCheckpoint(
        body,
        keys,
        (of) => {
          origin = of;
          return seen.get(of);
        },
        signer,
        Math.floor(Date.now() / 1000),
      );
      if (answer.status === 200) seen.set(origin, answer.next);
      else
        console.log(
          `! ${answer.status} ${answer.body.trim()}${answer.status === 422 ? ': the log may have forked' : ''}`,
        );
      return answerText(
        answer.status,
        answer.status === 409 ? 'text/x.tlog.size' : 'text/plain; charset=utf-8',
        answer.body,
      );
    });
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  const address = server.address();
  console.log(
    `Witness ${name} on port ${typeof address === 'object' && address ? address.port : port}.\nvkey ${formatVkey(signer.verifier)}`,
  );

  const states = new Map<string, Awaited<ReturnType<typeof checkLog>>['state']>();
  const lookAll = async (): Promise<void> => {
    for (const source of poll)
      for (const key of keys) {
        const found = await checkLog(readerOf(source), key, states.get(source) ?? null).catch((error: unknown) => {
          console.log(`! ${source}: ${error instanceof Error ? error.message : String(error)}`);
          return null;
        });
        if (found === null) continue;
        for (const { path, detail } of found.problems) console.log(`! ${source} ${path}: ${detail}`);
        if (found.state !== null) states.set(source, found.state);
      }
  };
  const timer = setInterval(() => void lookAll(), POLL_EVERY_MS);
  if (poll.length > 0) await lookAll();
  else clearInterval(timer);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      clearInterval(timer);
      server.close();
    });
}
