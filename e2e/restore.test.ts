import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { embeddedSecrets } from '@liqpass/service/embeddedSecrets';
import pg from 'pg';
import { freePort } from '../scripts/freePort.ts';
import { findPostgresBinaries, startPostgres } from '../scripts/localPostgres.ts';
import { startProduct } from '../scripts/product.ts';

// The backups of docs/operating.md, taken with a proven claim in the middle of the loop, and restored after it was paid.

const CLAIMANT = '0x000000000000000000000000000000000000cafe';

type Stage = {
  readonly post: (path: string, body: unknown) => Promise<Record<string, unknown>>;
  readonly control: (path: string, body: unknown) => Promise<Record<string, unknown>>;
  readonly status: (claimId: unknown) => Promise<unknown>;
};

/** Runs the product in `folder` while `work` runs. */
async function withProduct<T>(folder: string, databaseUrl: string | undefined, work: (stage: Stage) => Promise<T>) {
  const made = embeddedSecrets(join(folder, 'data'));
  const ports = { backend: await freePort(), jpVerify: await freePort(), simulator: await freePort() };
  const product = await startProduct({
    cwd: folder,
    ports,
    env: {
      DATABASE_URL: databaseUrl,
      OKX_BASE_URL: undefined,
      JP_VERIFY_BASE_URL: undefined,
      INTERNAL_API_KEY: made.internalApiKey,
      ADMIN_API_KEY: made.adminApiKey,
      JP_VERIFY_API_KEY: made.jpVerifyApiKey,
      ALLOW_UNATTESTED_BINDING: 'true',
      LOG_LEVEL: 'warn',
    },
  });
  const headers = {
    'content-type': 'application/json',
    'x-internal-key': made.internalApiKey,
    'x-admin-key': made.adminApiKey,
  };
  const ask = async (url: string, init: RequestInit): Promise<Record<string, unknown>> => {
    const response = await fetch(url, { ...init, headers });
    const body = (await response.json()) as Record<string, unknown>;
    assert.ok(response.ok, `${url}: ${JSON.stringify(body)}`);
    return body;
  };
  const post = (url: string, body: unknown) => ask(url, { method: 'POST', body: JSON.stringify(body) });
  try {
    return await work({
      post: (path, body) => post(`${product.url}${path}`, body),
      control: (path, body) => post(`http://127.0.0.1:${ports.simulator}/control${path}`, body),
      status: async (claimId) => (await ask(`${product.url}/admin/claims/${String(claimId)}`, {}))['status'],
    });
  } finally {
    await product.stop();
  }
}

/** From a position to a proven claim that waits for review; its id. */
async function provenClaim({ post, control }: Stage): Promise<unknown> {
  const slot = { instId: 'BTC-USDT-SWAP', posSide: 'long' };
  const { ordId } = await control('/orders', { ...slot, side: 'buy', sz: '1', lever: '10' });
  const { purchaseOrderId } = await post('/api/purchase-orders', {
    policyType: 'OKX_24H',
    chainId: 8453,
    premiumAmountUsdc: '1.00',
    policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
    coverageStartAt: new Date(Date.now() - 1_000).toISOString(),
  });
  const order = `/purchase-orders/${String(purchaseOrderId)}`;
  await post(`/api${order}/bind-okx`, { ordId, instId: slot.instId });
  await post(`/internal${order}/mark-paid`, {});
  await control('/liquidate', slot);
  const claim = await post(`/api${order}/claims`, { claimant: CLAIMANT });
  assert.equal(claim['status'], 'VERIFIED_PENDING_REVIEW');
  return claim['claimId'];
}

async function pay({ post, status }: Stage, claimId: unknown): Promise<void> {
  const claim = `/admin/claims/${String(claimId)}`;
  assert.equal(await status(claimId), 'VERIFIED_PENDING_REVIEW', 'it stands where it stood when it was backed up');
  await post(`${claim}/approve`, {});
  await post(`${claim}/mark-paid`, {
    multisigTxHash: `0x${'ab'.repeat(32)}`,
    paidAtSec: Math.floor(Date.now() / 1000),
  });
  assert.equal(await status(claimId), 'PAID');
}

/** Follows the audit trail of a database, which nobody has open if it is the embedded one. */
function checkAudit(folder: string, databaseUrl?: string): void {
  const script = join(import.meta.dirname, '../apps/liqpass-backend/scripts/audit.ts');
  const env = { ...process.env, NODE_NO_WARNINGS: '1', DATABASE_URL: databaseUrl };
  const said = execFileSync(process.execPath, [script, 'check'], { cwd: folder, env, encoding: 'utf8' });
  assert.match(said, /the audit trail is whole/);
}

test('a copy of the embedded database brings the book back', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'liqpass-restore-'));
  const data = join(folder, 'data');
  const copy = (from: string, to: string) => execFileSync('cp', ['-a', from, to]);
  try {
    const claimId = await withProduct(folder, undefined, provenClaim);
    copy(data, join(folder, 'data-backup'));
    await withProduct(folder, undefined, (stage) => pay(stage, claimId));

    renameSync(data, join(folder, 'data-broken'));
    copy(join(folder, 'data-backup'), data);
    checkAudit(folder);
    await withProduct(folder, undefined, (stage) => pay(stage, claimId));
    checkAudit(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const noPostgres = findPostgresBinaries() === null && process.env['CI'] !== 'true';
test(
  'a dump, and a base backup with archived log, bring the book back',
  { timeout: 240_000, skip: noPostgres && 'PostgreSQL is not installed' },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'liqpass-restore-'));
    const archive = mkdtempSync(join(tmpdir(), 'liqpass-archive-'));
    const postgres = await startPostgres({
      durable: true,
      settings: ['archive_mode=on', `archive_command=test ! -f ${archive}/%f && cp %p ${archive}/%f`],
    });
    const { uid, gid } = statSync(join(postgres.directory, 'data'));
    chownSync(archive, uid, gid);
    const asServer = (program: string, ...args: string[]) =>
      execFileSync(program, args, { uid, gid, cwd: postgres.directory, stdio: 'pipe' });
    const tool = (name: string, ...args: string[]) => asServer(join(postgres.binaries, name), ...args);
    const database = (name: string): string => postgres.url.replace(/postgres$/, name);
    const sql = async (statement: string): Promise<Record<string, unknown> | undefined> => {
      const client = new pg.Client({ connectionString: postgres.url });
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(statement)).rows[0];
      } finally {
        await client.end();
      }
    };
    try {
      await sql('create database liqpass');
      const dump = join(postgres.directory, 'liqpass.dump');
      const base = join(postgres.directory, 'base');
      let moment = '';
      const claimId = await withProduct(folder, database('liqpass'), async (stage) => {
        const id = await provenClaim(stage);
        tool('pg_dump', '--format=custom', `--file=${dump}`, database('liqpass'));
        tool('pg_basebackup', `--pgdata=${base}`, '--checkpoint=fast', `--dbname=${postgres.url}`);
        moment = String((await sql('select clock_timestamp()::text as now'))?.['now']);
        await pay(stage, id);
        return id;
      });

      await sql('create database liqpass_restored');
      tool('pg_restore', '--exit-on-error', '--no-owner', `--dbname=${database('liqpass_restored')}`, dump);
      checkAudit(folder, database('liqpass_restored'));
      await withProduct(folder, database('liqpass_restored'), (stage) => pay(stage, claimId));

      await sql('select pg_switch_wal()');
      await postgres.stop();
      const data = join(postgres.directory, 'data');
      renameSync(data, `${data}-broken`);
      asServer('cp', '-a', base, data);
      appendFileSync(
        join(data, 'postgresql.auto.conf'),
        `restore_command = 'cp ${archive}/%f %p'\nrecovery_target_time = '${moment}'\nrecovery_target_action = 'promote'\n`,
      );
      writeFileSync(join(data, 'recovery.signal'), '');
      await postgres.start();
      const deadline = Date.now() + 30_000;
      while ((await sql('select pg_is_in_recovery() as still'))?.['still'] === true)
        assert.ok(Date.now() < deadline, 'recovery ends');
      await withProduct(folder, database('liqpass'), (stage) => pay(stage, claimId));
      checkAudit(folder, database('liqpass'));
    } finally {
      await postgres.remove();
      rmSync(folder, { recursive: true, force: true });
      rmSync(archive, { recursive: true, force: true });
    }
  },
);
