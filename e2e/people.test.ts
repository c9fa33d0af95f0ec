import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PGlite } from '@electric-sql/pglite';
import type { ExchangeKey } from '@liqpass/api/exchangeKeys';
import { sealExchangeKey } from '@liqpass/sealing/seal';
import { DAY_MS, formatIso, MINUTE_MS } from '@liqpass/kernel/time';
import { generatePrivateKey, privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts';
import { productAsProcesses, type Reply, type RunningProduct } from './productAsProcesses.ts';

// A trader with a wallet and a read-only exchange key of its own, sealed as a browser does, over the real processes: and then
// nothing of the key or the session is found in the database, the logs, or on disk.

const INST = 'BTC-USDT-SWAP';
const UID = '771000000000000001';
const KEY: ExchangeKey = {
  apiKey: 'e2e-api-key-4d1f7a',
  secretKey: 'E2ESECRET0123456789ABCDEF',
  passphrase: 'e2e-Passphrase!77',
  region: 'global',
};

type Person = {
  readonly token: string;
  readonly address: string;
  call(method: string, path: string, body?: unknown): Promise<Reply>;
};

async function signIn(p: RunningProduct, wallet: PrivateKeyAccount): Promise<Person> {
  const asked = await p.call('POST', '/api/auth/nonce', { address: wallet.address, chainId: 31337 });
  assert.equal(asked.status, 200, JSON.stringify(asked.body));
  const message = String(asked.body['message']);
  const response = await fetch(`${p.backend}/api/auth/verify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: p.backend },
    body: JSON.stringify({ message, signature: await wallet.signMessage({ message }) }),
  });
  assert.equal(response.status, 200);
  const [cookie = ''] = (response.headers.getSetCookie()[0] ?? '').split(';');
  return {
    token: cookie.slice(cookie.indexOf('=') + 1),
    address: wallet.address,
    call: (method, path, body) => p.call(method, path, body, { cookie, origin: p.backend }),
  };
}

/** Every row of every table as text, and every log: where a secret could have been left. */
async function everythingKept(folder: string): Promise<Map<string, string>> {
  const kept = new Map<string, string>();
  const database = await PGlite.create(join(folder, 'data/database'));
  const { rows } = await database.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  assert.ok(rows.length > 10, 'there are tables to look through');
  for (const { name } of rows) {
    const dump = await database.query<{ text: string | null }>(
      `select string_agg(to_jsonb(t)::text, E'\\n') as text from ${name} t`,
    );
    kept.set(`table ${name}`, dump.rows[0]?.text ?? '');
  }
  await database.close();
  const logs = join(folder, 'data/logs');
  for (const file of readdirSync(logs)) kept.set(`log ${file}`, readFileSync(join(logs, file), 'utf8'));
  return kept;
}

test(
  'a trader’s own key, sealed, insures a position and leaves no trace that could be read',
  { timeout: 300_000 },
  async () => {
    // Cover of a position seen with a key begins ten minutes after the payment: they pass for every process at once.
    const clock = join(mkdtempSync(join(tmpdir(), 'liqpass-clock-')), 'ahead');
    writeFileSync(clock, '0');
    const p = await productAsProcesses({
      env: {
        LOG_LEVEL: 'debug',
        NODE_OPTIONS: `--import=${join(import.meta.dirname, 'shiftedClock.ts')}`,
        CLOCK_AHEAD: clock,
      },
    });
    try {
      await p.control('/accounts', {
        uid: UID,
        apiKey: KEY.apiKey,
        secretKey: KEY.secretKey,
        passphrase: KEY.passphrase,
        perm: ['read_only'],
        balance: '50000',
      });
      await p.control('/accounts', {
        uid: '771000000000000002',
        apiKey: 'e2e-trading-key',
        secretKey: KEY.secretKey,
        passphrase: KEY.passphrase,
        perm: ['read_only', 'trade'],
      });
      const person = await signIn(p, privateKeyToAccount(generatePrivateKey()));
      const { body: sealing } = await p.call('GET', '/api/sealing-key');
      const seal = (key: ExchangeKey, owner = person.address) =>
        sealExchangeKey(String(sealing['public_key']), owner, key);
      const register = async (sealed: string) =>
        person.call('POST', '/api/okx-credentials', { sealed, region: 'global', label: 'laptop' });
      for (const [sealed, error] of [
        [await seal({ ...KEY, passphrase: 'not this one' }), 'KEY_WRONG_PASSPHRASE'],
        [await seal({ ...KEY, apiKey: 'e2e-trading-key' }), 'KEY_NOT_READ_ONLY'],
        [await seal(KEY, `0x${'22'.repeat(20)}`), 'SEALED_KEY_UNREADABLE'],
      ] as const) {
        const refused = await register(sealed);
        assert.deepEqual([refused.status, refused.body['error']], [422, error]);
      }
      const sealed = await seal(KEY);
      const registered = await register(sealed);
      assert.equal(registered.status, 201, JSON.stringify(registered.body));
      const credentialId = String(registered.body['id']);

      const { ordId } = await p.control('/orders', {
        uid: UID,
        instId: INST,
        posSide: 'long',
        side: 'buy',
        sz: '3',
        lever: '3',
      });
      const positions = await person.call('GET', `/api/okx-credentials/${credentialId}/positions`);
      assert.deepEqual(
        (positions.body['items'] as Record<string, unknown>[]).map((item) => [
          item['inst_id'],
          item['ord_ids'],
          item['insurable'],
        ]),
        [[INST, [ordId], true]],
      );

      const start = Date.now() - 1000;
      const { body: made } = await person.call('POST', '/api/purchase-orders', {
        policyType: 'OKX_24H',
        chainId: 8453,
        premiumAmountUsdc: '1.00',
        policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
        coverageStartAt: formatIso(start),
        coverageEndAt: formatIso(start + DAY_MS),
      });
      const order = `/api/purchase-orders/${String(made['purchaseOrderId'])}`;
      // The market is read within seconds of the start.
      const bound = await p.until(
        () => person.call('POST', `${order}/bind-okx`, { ordId, instId: INST, credentialId }),
        (reply) => reply.status === 200,
      );
      assert.deepEqual([bound.body['attested'], bound.body['status']], [true, 'AWAITING_PAYMENT']);
      const paid = await p.call(
        'POST',
        `${order.replace('/api', '/internal')}/mark-paid`,
        {},
        { 'x-internal-key': p.secrets.internalApiKey },
      );
      assert.equal(paid.status, 200);
      assert.equal(paid.body['status'], 'SCHEDULED');
      const aheadMs = 11 * MINUTE_MS;
      writeFileSync(clock, String(aheadMs));
      await p.until(
        () => person.call('GET', order),
        (reply) => reply.body['status'] === 'ACTIVE',
      );
      await p.control('/liquidate', { uid: UID, instId: INST, posSide: 'long' });
      const claim = await person.call('POST', `${order}/claims`, { claimant: person.address });
      const claimId = String(claim.body['claimId']);
      const admin = { 'x-admin-key': p.secrets.adminApiKey };
      await p.until(
        () => p.call('GET', `/admin/claims/${claimId}`, undefined, admin),
        (reply) => reply.body['status'] === 'VERIFIED_PENDING_REVIEW',
        90_000,
      );
      await p.call('POST', `/admin/claims/${claimId}/release-hold`, { reason: 'looked at' }, admin);
      assert.equal((await p.call('POST', `/admin/claims/${claimId}/approve`, {}, admin)).status, 200);
      const payment = { multisigTxHash: `0x${'ef'.repeat(32)}`, paidAtSec: Math.floor((Date.now() + aheadMs) / 1000) };
      const settled = await p.call('POST', `/admin/claims/${claimId}/mark-paid`, payment, admin);
      assert.equal(settled.body['status'], 'PAID', JSON.stringify(settled.body));
      const shown = JSON.stringify((await person.call('GET', `/api/claims/${claimId}/evidence`)).body);
      assert.match(shown, new RegExp(UID), 'the evidence is of this account');
      const deleted = await person.call('DELETE', `/api/okx-credentials/${credentialId}`);
      assert.ok(typeof deleted.body['deleted_at'] === 'string', 'settled, nothing needs the key any more');

      await p.product.stop();
      const kept = await everythingKept(p.folder);
      kept.set('the evidence', shown);
      const secrets = {
        ...KEY,
        token: person.token,
        sealed,
        adminKey: p.secrets.adminApiKey,
        internalKey: p.secrets.internalApiKey,
      };
      for (const [where, content] of kept)
        for (const [name, secret] of Object.entries(secrets)) {
          if (name === 'region') continue;
          // The exchange itself knows the keys of its accounts.
          if (where === 'log okx-simulator.log') continue;
          assert.ok(!content.includes(secret), `${name} is in ${where}`);
        }
      assert.match(kept.get('table public.audit_log') ?? '', /"register"/);
      assert.match(kept.get('log liqpass-backend.log') ?? '', /bind-okx/);
    } finally {
      await p.remove();
    }
  },
);
