import type { ClaimAnswer, ClaimSummary, TriggerClaimAnswer } from '@liqpass/api/claims';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { usdc } from '@liqpass/kernel/money';
import { DAY_MS, formatIso, type Clock } from '@liqpass/kernel/time';
import { UNDOCUMENTED } from '@liqpass/service/errorHandler';
import { buildLogger } from '@liqpass/service/logger';
import { randomInt } from 'node:crypto';
import { Writable } from 'node:stream';
import type { Config } from '../src/config.ts';
import { readTellingSettings } from '../src/tellingConfig.ts';
import { readPeopleSettings } from '../src/peopleConfig.ts';
import { readChainSettings } from '../src/treasuryConfig.ts';
import { startBackend, type Backend } from '../src/startBackend.ts';
import { scriptedVerifier, type ScriptedVerifier } from './scriptedVerifier.ts';
import { testDatabase } from './testDatabase.ts';

export const INTERNAL_KEY = 'test-internal-key-0001';
export const ADMIN_KEY = 'test-admin-key-000001';
/** Audit rows of tests are stamped with it. */
export const AUDIT_KEY = 'test-audit-key-of-thirty-two-characters';
export const CLAIMANT = '0x000000000000000000000000000000000000cafE';

/** The contract's example of a purchase order, without its window. */
export const APPLICATION = {
  policyType: 'OKX_24H',
  chainId: 8453,
  premiumAmountUsdc: '1.00',
  policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
};

export type Reply<T> = { readonly status: number; readonly body: T; readonly headers: Headers };
type Call = { body?: unknown; headers?: Record<string, string> };

export type TestBackend = {
  readonly url: string;
  readonly backend: Backend;
  readonly clock: Clock & { set(ms: number): void; advance(ms: number): void };
  readonly verifier: ScriptedVerifier;
  /** Everything logged so far. */
  readonly logs: string[];
  call<T = unknown>(method: string, path: string, call?: Call): Promise<Reply<T>>;
  /** Writes an order and reads its id. */
  order(more?: Record<string, unknown>): Promise<string>;
  bind(id: string, ordId?: string): Promise<Reply<PurchaseOrderAnswer & ErrorAnswer>>;
  markPaid(id: string, body?: Record<string, unknown>): Promise<Reply<PurchaseOrderAnswer & ErrorAnswer>>;
  /** An order that is bound and paid, its cover running since now. */
  covered(): Promise<{ id: string; ordId: string }>;
  claim(id: string, claimant?: string): Promise<Reply<TriggerClaimAnswer & ErrorAnswer>>;
  readOrder(id: string): Promise<PurchaseOrderAnswer>;
  readClaim(id: string): Promise<ClaimAnswer>;
  admin(path: string, body?: unknown): Promise<Reply<ClaimSummary & ErrorAnswer>>;
  /** Polls until `condition` holds; fails after a minute. */
  until<T>(read: () => Promise<T>, condition: (value: T) => boolean): Promise<T>;
  close(): Promise<void>;
};

export const newOrdId = (): string => `29${randomInt(10 ** 8, 10 ** 9)}${randomInt(10 ** 7, 10 ** 8)}`;

/** A backend on a database of its own, over real HTTP, or on the one given, with a clock that a test moves and a jp-verify that it scripts. */
export async function testBackend(
  settings: Partial<Config> = {},
  given?: Awaited<ReturnType<typeof testDatabase>>,
): Promise<TestBackend> {
  const verifier = await scriptedVerifier();
  const { database, url: databaseUrl } = given ?? (await testDatabase());
  const logs: string[] = [];
  const log = buildLogger(
    'test',
    'info',
    new Writable({ write: (chunk, _encoding, done) => (logs.push(String(chunk)), done()) }),
  );
  let offsetMs = 0;
  const clock = {
    now: () => Date.now() + offsetMs,
    set: (ms: number) => void (offsetMs = ms - Date.now()),
    advance: (ms: number) => void (offsetMs += ms),
  };
  const config: Config = {
    shortKeys: [],
    auditKeys: [AUDIT_KEY],
    port: 0,
    host: '127.0.0.1',
    logLevel: 'info',
    databaseUrl,
    embedded: database.lite !== null,
    role: 'all',
    internalKeys: [{ name: 'ops', key: INTERNAL_KEY }],
    adminKeys: [{ name: 'alice', key: ADMIN_KEY }],
    jpVerifyBaseUrl: verifier.url,
    jpVerifyApiKey: verifier.apiKey,
    attestationPublicKeys: [],
    treasurySafe: null,
    contact: { url: null, email: null },
    chain: readChainSettings({}),
    watch: null,
    simulatedExchange: null,
    allowUnattestedBinding: true,
    verdictWaitMs: 30_000,
    reviewWithinHours: 24,
    underwriting: { capital: usdc(100_000_000_000n), countsEveryOrder: false, quoteSigningKey: null },
    people: readPeopleSettings({}, true),
    telling: readTellingSettings({}, { publicOrigins: [], port: 3001 }),
    publicLog: null,
    ...settings,
  };
  const backend = await startBackend(config, log, clock, database);

  async function call<T>(method: string, path: string, { body, headers = {} }: Call = {}): Promise<Reply<T>> {
    const response = await fetch(`${backend.address}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as T,
    };
  }
  const internal = { 'x-internal-key': INTERNAL_KEY };
  const order: TestBackend['order'] = async (more = {}) => {
    const { body } = await call<{ purchaseOrderId: string }>('POST', '/api/purchase-orders', {
      body: { ...APPLICATION, ...more },
    });
    return body.purchaseOrderId;
  };
  const bind: TestBackend['bind'] = (id, ordId = newOrdId()) =>
    call('POST', `/api/purchase-orders/${id}/bind-okx`, { body: { ordId, instId: 'BTC-USDT-SWAP' } });
  const markPaid: TestBackend['markPaid'] = (id, body) =>
    call('POST', `/internal/purchase-orders/${id}/mark-paid`, { headers: internal, ...(body ? { body } : {}) });

  return {
    url: backend.address,
    backend,
    clock,
    verifier,
    logs,
    call,
    order,
    bind,
    markPaid,
    async covered() {
      const now = clock.now();
      const ordId = newOrdId();
      const id = await order({ coverageStartAt: formatIso(now - 1000), coverageEndAt: formatIso(now - 1000 + DAY_MS) });
      await bind(id, ordId);
      await markPaid(id);
      return { id, ordId };
    },
    claim: (id, claimant = CLAIMANT) => call('POST', `/api/purchase-orders/${id}/claims`, { body: { claimant } }),
    readOrder: async (id) => (await call<PurchaseOrderAnswer>('GET', `/api/purchase-orders/${id}`)).body,
    readClaim: async (id) =>
      (await call<ClaimAnswer>('GET', `/admin/claims/${id}`, { headers: { 'x-admin-key': ADMIN_KEY } })).body,
    admin: (path, body = {}) => call('POST', path, { body, headers: { 'x-admin-key': ADMIN_KEY } }),
    async until(read, condition) {
      const deadline = Date.now() + 60_000;
      for (;;) {
        const value = await read();
        if (condition(value)) return value;
        if (Date.now() > deadline) throw new Error(`still not so after 60 s: ${JSON.stringify(value)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async close() {
      // First, so that nothing waits for an answer that hangs.
      await verifier.close();
      await backend.stop();
      const undocumented = logs.filter((line) => line.includes(UNDOCUMENTED));
      if (undocumented.length > 0) throw new Error(undocumented.join(''));
    },
  };
}
