import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { freePort } from '../scripts/freePort.ts';
import { startProduct } from '../scripts/product.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const codeBlocks = (page: string): string[] =>
  [...page.matchAll(/^```(?:bash)?\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
const bashBlocks = (page: string): string[] =>
  [...page.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);

/** `npm run x -- …` as a function: the script of package.json from the checkout, in the folder of the blocks. */
function npmAsFunction(): string {
  const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));
  const cases = Object.entries(scripts)
    .flatMap(([name, script]) => {
      const file = /^node (\S+)$/.exec(script)?.[1];
      return file === undefined ? [] : [`${name}) node '${join(root, file)}' "\${@:4}" ;;`];
    })
    .join('\n');
  return `npm() { case "$2" in\n${cases}\n*) return 1 ;; esac; }`;
}

/** Runs shell code in `cwd`, each command's failure its own; what it printed. */
async function runBash(code: string, cwd: string, env: Record<string, string>): Promise<string> {
  const bin = join(root, 'node_modules/.bin');
  const child = spawn('bash', ['-euo', 'pipefail', '-c', code], {
    cwd,
    env: { ...process.env, ...env, PATH: `${bin}:${process.env['PATH'] ?? ''}`, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const exit = await new Promise<number | null>((resolve) => child.on('close', resolve));
  assert.equal(exit, 0, `the blocks of README.md run to their end\n${output}\n${errors}`);
  return output;
}

test('the blocks of README.md lead from a purchase to a payout', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'liqpass-readme-'));
  const ports = { backend: await freePort(), jpVerify: await freePort(), simulator: await freePort() };
  const product = await startProduct({
    cwd: folder,
    ports,
    env: { DATABASE_URL: undefined, OKX_BASE_URL: undefined, JP_VERIFY_BASE_URL: undefined, LOG_LEVEL: 'warn' },
  });
  try {
    const blocks = bashBlocks(read('README.md'));
    assert.ok(blocks.length >= 10, 'README.md has its blocks');
    const output = await runBash([npmAsFunction(), ...blocks].join('\necho\n'), folder, {
      LIQPASS: product.url,
      EXCHANGE: `http://127.0.0.1:${ports.simulator}`,
    });
    const said = output.split('\n').map((line) => line.trim());
    for (const word of ['ACTIVE', 'full_liquidation', 'VERIFIED_PENDING_REVIEW', 'APPROVED_PENDING_MULTISIG'])
      assert.ok(said.includes(word), `${word} is said:\n${output}`);
    assert.deepEqual(said.filter((line) => line !== '').slice(-2), ['PAID', 'SETTLED']);
  } finally {
    await product.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('README.zh-CN.md has the same code as README.md', () => {
  // A comment behind a command may be in the page's own language.
  const codes = (file: string): string[] =>
    codeBlocks(read(file)).map((code) => code.replaceAll(/ +# .*$/gm, '').replaceAll(/<[^>]+>/g, '<…>'));
  assert.deepEqual(codes('README.zh-CN.md'), codes('README.md'));
});
