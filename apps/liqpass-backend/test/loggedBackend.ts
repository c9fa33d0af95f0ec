import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { checkLog, type LogCheck, type LogState } from '@liqpass/log/checkLog';
import { logEntry, opening, type LogEntry } from '@liqpass/log/entry';
import { NOTE_KEY, signerKey } from '@liqpass/log/note';
import { z } from 'zod';
import { getLastCheckpoint } from '../src/db/log/logRepo.ts';
import { listUnloggedSteps } from '../src/db/log/stepsRepo.ts';
import { appendLog } from '../src/services/log/appendLog.ts';
import type { LogSettings } from '../src/services/log/logContext.ts';
import { liquidated } from './scriptedVerifier.ts';
import { testBackend, type TestBackend } from './harness.ts';

export const TX = `0x${'ab'.repeat(32)}`;

/** A backend with a public log of its own. */
export type Logged = TestBackend & {
  readonly publicLog: LogSettings;
  /** Appends as the appender does, until everything is told of. */
  append(): Promise<void>;
  readonly read: (path: string) => Promise<Uint8Array | null>;
  check(last?: LogState | null): Promise<LogCheck & { readonly seen: LogEntry[] }>;
};

export async function loggedBackend(t: TestContext, options: Parameters<typeof testBackend>[0] = {}): Promise<Logged> {
  const folder = mkdtempSync(join(tmpdir(), 'liqpass-log-'));
  const signer = signerKey('localhost/log', NOTE_KEY, new Uint8Array(randomBytes(32)));
  const publicLog: LogSettings = { signers: [signer], statePath: join(folder, 'state'), witnesses: [] };
  const app = await testBackend({ ...options, publicLog });
  t.after(async () => {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const read = async (path: string): Promise<Uint8Array | null> => {
    const answer = await fetch(`${app.url}/log/${path}`);
    if (answer.status === 404) return null;
    assert.equal(answer.status, 200, path);
    return new Uint8Array(await answer.arrayBuffer());
  };
  return {
    ...app,
    publicLog,
    async append() {
      // The backend's own appender is at work beside this one: whoever holds the tree, in the end all is told of.
      await app.until(
        async () => {
          await appendLog(app.backend.ctx, publicLog, 'far');
          const { steps } = await listUnloggedSteps(app.backend.ctx.db, '-10', 10);
          return { steps, published: (await getLastCheckpoint(app.backend.ctx.db))?.published };
        },
        ({ steps, published }) => steps.length === 0 && published === true,
      );
    },
    read,
    async check(last = null) {
      const seen: LogEntry[] = [];
      return { ...(await checkLog(read, signer.verifier, last, (entry) => seen.push(entry))), seen };
    },
  };
}

/** What an order's owner gets of the log: entries, with what opens them. */
export const itemsOf = async (app: TestBackend, path: string) => {
  const answer = await app.call(`GET`, path);
  assert.equal(answer.status, 200);
  const { items } = z
    .object({ items: z.array(z.object({ index: z.int(), entry: logEntry, opening })) })
    .parse(answer.body);
  return items;
};

/** A cover from purchase to payout. */
export async function paidOut(app: TestBackend): Promise<{ id: string; claimId: string }> {
  app.verifier.script(() => liquidated(app.clock.now() - 1));
  const { id } = await app.covered();
  const filed = await app.claim(id);
  const claimId = filed.body.claimId;
  await app.until(
    () => app.readClaim(claimId),
    ({ status }) => status === 'VERIFIED_PENDING_REVIEW',
  );
  assert.equal((await app.admin(`/admin/claims/${claimId}/approve`, { approvedBy: 'bob' })).status, 200);
  const paidAtSec = Math.floor(app.clock.now() / 1000);
  assert.equal((await app.admin(`/admin/claims/${claimId}/mark-paid`, { multisigTxHash: TX, paidAtSec })).status, 200);
  return { id, claimId };
}
