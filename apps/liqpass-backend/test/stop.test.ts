import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { ADMIN_KEY, APPLICATION, CLAIMANT, INTERNAL_KEY, newOrdId } from './harness.ts';
import { liquidated, scriptedVerifier, type ScriptedVerifier } from './scriptedVerifier.ts';
import { engine, onPostgres, testDatabase } from './testDatabase.ts';

const ENTRY = join(import.meta.dirname, '../src/index.ts');

type Running = { readonly url: string; readonly child: ChildProcess; readonly ended: Promise<unknown[]> };

/** The backend as a process of its own, by the contract's environment alone. */
async function start(
  t: TestContext,
  cwd: string,
  verifier: ScriptedVerifier,
  env: Record<string, string>,
): Promise<Running> {
  const child = spawn(process.execPath, [ENTRY], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      JP_VERIFY_BASE_URL: verifier.url,
      JP_VERIFY_API_KEY: verifier.apiKey,
      INTERNAL_API_KEY: INTERNAL_KEY,
      ADMIN_API_KEY: ADMIN_KEY,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const { address } = JSON.parse(line) as { address?: string };
    if (address !== undefined) {
      child.stdout.resume();
      return { url: address, child, ended };
    }
  }
  throw new Error('the backend ended before it listened');
}

test(`SIGTERM while jp-verify hangs and callers hold on: everybody is answered, it ends with 0, and the claim goes on after the restart (${engine})`, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'liqpass-stop-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const verifier = await scriptedVerifier();
  t.after(() => verifier.close());
  const env: Record<string, string> = {};
  if (onPostgres) {
    const { database, url } = await testDatabase();
    t.after(() => database.close());
    Object.assign(env, { DATABASE_URL: url, ALLOW_UNATTESTED_BINDING: 'true' });
  }
  let asked = (): void => undefined;
  const hangs = new Promise<void>((resolve) => (asked = resolve));
  verifier.script(() => {
    asked();
    return { hang: true };
  });

  const { url, child, ended } = await start(t, folder, verifier, env);
  const post = async <T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<[number, T]> => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return [answer.status, (await answer.json()) as T];
  };
  const startMs = Date.now() - 60_000;
  const [, { purchaseOrderId: id }] = await post<{ purchaseOrderId: string }>('/api/purchase-orders', {
    ...APPLICATION,
    coverageStartAt: new Date(startMs).toISOString(),
    coverageEndAt: new Date(startMs + 3_600_000).toISOString(),
  });
  const order = `/api/purchase-orders/${id}`;
  await post(`${order}/bind-okx`, { ordId: newOrdId(), instId: 'BTC-USDT-SWAP' });
  const [, paid] = await post<PurchaseOrderAnswer>(
    `/internal/purchase-orders/${id}/mark-paid`,
    { paidAt: new Date(startMs + 1000).toISOString() },
    { 'x-internal-key': INTERNAL_KEY },
  );
  assert.equal(paid.status, 'ACTIVE');
  // Nothing before the binding counts.
  const coveredMs = Date.now();

  // A caller that waits for its verdict, one that asks again and again over one connection, one that listens, and one that never ends its request.
  const triggered = post<{ claimId: string; status: string }>(`${order}/claims`, { claimant: CLAIMANT });
  await hangs;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let refused = false;
  const askAgain = (): void => {
    get(`${url}${order}`, { agent }, (answer) => answer.resume().on('end', askAgain)).on('error', () => {
      refused = true;
    });
  };
  askAgain();
  const live = await fetch(`${url}${order}/events`);
  const half = connect(Number(new URL(url).port), '127.0.0.1', () =>
    half.write('POST /api/purchase-orders HTTP/1.1\r\n'),
  );
  half.on('error', () => undefined);
  await once(half, 'connect');

  child.kill('SIGTERM');
  const [status, claim] = await triggered;
  assert.deepEqual([status, claim.status], [202, 'VERIFYING']);
  await live.text();
  assert.deepEqual(await ended, [0, null]);
  assert.equal(refused, true);
  agent.destroy();

  verifier.script(() => liquidated(coveredMs));
  const again = await start(t, folder, verifier, env);
  const read = async (): Promise<string> =>
    ((await (await fetch(`${again.url}${order}/claim`)).json()) as { claim: { status: string } }).claim.status;
  const deadline = Date.now() + 60_000;
  while ((await read()) === 'VERIFYING' && Date.now() < deadline) await new Promise((done) => setTimeout(done, 50));
  assert.equal(await read(), 'VERIFIED_PENDING_REVIEW');
  again.child.kill('SIGTERM');
  assert.deepEqual(await again.ended, [0, null]);
});
