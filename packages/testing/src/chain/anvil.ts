import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Where anvil is: the binary inside its package for this platform, which needs no install script. null where there is none. */
export function anvilBinary(): string | null {
  const name = `@foundry-rs/anvil-${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}`;
  try {
    const found = join(
      dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)),
      'bin',
      process.platform === 'win32' ? 'anvil.exe' : 'anvil',
    );
    return existsSync(found) ? found : null;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'MODULE_NOT_FOUND') return null;
    throw cause;
  }
}

/** Why tests of the chain cannot run here; null where they can. With CI=true a missing anvil is a failure, never a skip. */
export function whyNoChain(): string | null {
  if (anvilBinary() !== null) return null;
  const why = `NOT RUN: there is no anvil for ${process.platform}-${process.arch}, and what happens on the chain was not tested`;
  if (process.env['CI'] === 'true') throw new Error(why);
  return why;
}

export type Anvil = { readonly url: string; readonly pid: number; stop(): Promise<void> };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** One JSON-RPC call; throws what the chain refuses it with. */
export async function askChain(url: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const said = (await answer.json()) as { result?: unknown; error?: { message: string } };
  if (said.error) throw new Error(`${method}: ${said.error.message}`);
  return said.result;
}

const answers = (url: string): Promise<boolean> =>
  askChain(url, 'eth_chainId').then(
    () => true,
    () => false,
  );

/**
 * A chain of its own, as a process that ends with this one. `safe` is one epoch (of one block, unless said otherwise) behind
 * `latest`, `finalized` two.
 * `--prune-history` needs its number: without one no past state is kept, and balances at a past block and reorgs fail.
 */
export async function startAnvil(options: { chainId: number; port?: number; blocksInEpoch?: number }): Promise<Anvil> {
  const binary = anvilBinary();
  if (binary === null) throw new Error(whyNoChain() ?? 'no anvil');
  const port = options.port ?? (await freePort());
  const cache = mkdtempSync(join(tmpdir(), 'liqpass-chain-'));
  const child = spawn(
    binary,
    `--port ${port} --chain-id ${options.chainId} --accounts 1 --prune-history 5000 --slots-in-an-epoch ${options.blocksInEpoch ?? 1} --block-base-fee-per-gas 1000000 --quiet --cache-path`
      .split(' ')
      .concat(cache),
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2_000)));
  const ended = once(child, 'exit');
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const url = `http://127.0.0.1:${port}`;
  for (const deadlineMs = performance.now() + 30_000; !(await answers(url)); await pause(10)) {
    if (child.exitCode !== null || performance.now() > deadlineMs) {
      endWithUs();
      throw new Error(`anvil did not start: ${said}`);
    }
  }
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      process.removeListener('exit', endWithUs);
      child.kill('SIGTERM');
      await ended;
      rmSync(cache, { recursive: true, force: true });
    },
  };
}
