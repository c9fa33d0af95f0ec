// npm run seal: asks for an exchange key on the terminal, echoes nothing, and prints it sealed to jp-verify's public key.
import { sealingKeyAnswer, type SealingKeyAnswer } from '@liqpass/api/exchangeKeys';
import { sealingKeyAnswer as shownKeyAnswer } from '@liqpass/api/credentials';
import { OKX_REGIONS } from '@liqpass/kernel/vocabulary';
import { sealExchangeKey } from '@liqpass/sealing/seal';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';

const USAGE = `Seals a read-only exchange key so that only jp-verify can open it, for one wallet.

  npm run seal -- [--url http://127.0.0.1:3001] [--owner 0x…] [--region ${OKX_REGIONS.join('|')}]

--url is LiqPass (the backend) or jp-verify itself. API key, secret and passphrase are asked for and never shown; when they
are not typed on a terminal they are read from standard input, one a line. The sealed text is printed on standard output:
  POST /api/okx-credentials {"sealed":"…","region":"global","label":"…"}`;

/** The public key, of the backend (/api/sealing-key) or of jp-verify (/sealing-key). */
async function readPublicKey(url: string): Promise<string> {
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(5_000) });
    return response.ok ? response.json() : null;
  };
  const shown = shownKeyAnswer.safeParse(await ask('/api/sealing-key').catch(() => null));
  if (shown.success) return shown.data.public_key;
  const own = sealingKeyAnswer.safeParse(await ask('/sealing-key').catch((): SealingKeyAnswer | null => null));
  if (own.success) return own.data.publicKey;
  throw new Error(`${url} gives no sealing key: is LiqPass running there?`);
}

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:3001' },
    owner: { type: 'string' },
    region: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

const onTerminal = process.stdin.isTTY;
let hidden = false;
const quiet = new Writable({
  write: (chunk, _encoding, done) => {
    if (!hidden) process.stderr.write(chunk);
    done();
  },
});
const terminal = createInterface({ input: process.stdin, output: quiet, terminal: onTerminal });
const lines = onTerminal ? null : terminal[Symbol.asyncIterator]();

async function ask(question: string, secret: boolean): Promise<string> {
  if (lines) {
    const { value } = await lines.next();
    return String(value ?? '').trim();
  }
  if (!secret) return (await terminal.question(question)).trim();
  process.stderr.write(question);
  hidden = true;
  const answer = await terminal.question('');
  hidden = false;
  process.stderr.write('\n');
  return answer;
}

try {
  const publicKey = await readPublicKey(values.url.replace(/\/+$/, ''));
  const owner = values.owner ?? (await ask('Wallet that it belongs to (0x…): ', false));
  if (!/^0x[0-9a-fA-F]{40}$/.test(owner)) throw new Error('That is not a wallet address: 0x and 40 hex digits.');
  const regionText = values.region ?? (await ask(`Region (${OKX_REGIONS.join(', ')}): `, false));
  const region = OKX_REGIONS.find((each) => each === regionText);
  if (region === undefined) throw new Error(`The region is one of ${OKX_REGIONS.join(', ')}.`);
  const apiKey = await ask('API key (not shown): ', true);
  const secretKey = await ask('Secret key (not shown): ', true);
  const passphrase = await ask('Passphrase (not shown): ', true);
  if (apiKey.length < 4 || secretKey.length < 4 || passphrase === '')
    throw new Error('API key, secret and passphrase are all needed.');
  console.log(
    await sealExchangeKey(publicKey, owner, { apiKey: apiKey.trim(), secretKey: secretKey.trim(), passphrase, region }),
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : 'It could not be sealed.');
  process.exitCode = 1;
} finally {
  terminal.close();
}
