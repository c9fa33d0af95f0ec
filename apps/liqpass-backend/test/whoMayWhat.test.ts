import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { DAY_MS, formatIso } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { buildApp } from '../src/app.ts';
import { buildMetrics } from '../src/routes/platform/operations.ts';
import { ADMIN_KEY, APPLICATION, INTERNAL_KEY, newOrdId, testBackend } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { engine } from './testDatabase.ts';
import { newWallet, signInWith } from './wallet.ts';

/** Who asks, from nobody to everything. `owner` holds the order and the claim that the paths name; `stranger` is another wallet. */
const CALLERS = [
  'nobody',
  'lapsed session',
  'wrong keys',
  'stranger',
  'owner',
  'viewer',
  'reviewer',
  'treasurer',
  'admin',
  'admin key',
  'internal key',
] as const;
type Caller = (typeof CALLERS)[number];

const WALLETS: readonly Caller[] = ['stranger', 'owner', 'viewer', 'reviewer', 'treasurer', 'admin'];
/** Who gets past the door: a 401 or 403 for everybody else. */
const RULES = {
  anybody: CALLERS,
  /** Anybody, but nobody who believes to be signed in and is not. */
  'anybody awake': CALLERS.filter((caller) => caller !== 'lapsed session'),
  'signed in': WALLETS,
  'order’s wallet': ['owner'],
  viewer: ['viewer', 'reviewer', 'treasurer', 'admin', 'admin key'],
  reviewer: ['reviewer', 'treasurer', 'admin', 'admin key'],
  treasurer: ['treasurer', 'admin', 'admin key'],
  admin: ['admin', 'admin key'],
  internal: ['internal key'],
} as const satisfies Record<string, readonly Caller[]>;

type Row = { readonly rule: keyof typeof RULES; readonly body?: unknown };
const claimant = { claimant: `0x${'11'.repeat(20)}` };
const bind = { ordId: newOrdId(), instId: 'BTC-USDT-SWAP' };
const signed = { message: 'x', signature: `0x${'00'.repeat(65)}` };

/** Every route that is registered, but for FILES, and who may take it. A route that is not here fails the test. */
const TABLE: Readonly<Record<string, Row>> = {
  'GET /healthz': { rule: 'anybody' },
  'GET /readyz': { rule: 'anybody' },
  'GET /metrics': { rule: 'anybody' },

  'POST /api/auth/nonce': { rule: 'anybody' },
  'POST /api/auth/sign-out': { rule: 'anybody' },
  'GET /api/me': { rule: 'signed in' },
  'GET /api/me/purchase-orders': { rule: 'signed in' },

  'GET /api/products': { rule: 'anybody' },
  'GET /api/exchange': { rule: 'anybody' },
  'POST /api/quotes': { rule: 'anybody' },
  'GET /api/market/candles': { rule: 'anybody' },
  'GET /api/market/marks': { rule: 'anybody' },
  'GET /api/market/past': { rule: 'anybody' },
  'GET /api/payment-instructions': { rule: 'anybody' },
  'GET /api/sealing-key': { rule: 'anybody' },
  'GET /attestation-keys': { rule: 'anybody' },

  'POST /api/purchase-orders': { rule: 'anybody awake', body: APPLICATION },
  'GET /api/purchase-orders/{id}': { rule: 'order’s wallet' },
  'GET /api/purchase-orders/{id}/payment-preview': { rule: 'order’s wallet' },
  'POST /api/purchase-orders/{id}/bind-okx': { rule: 'order’s wallet', body: bind },
  'POST /api/purchase-orders/{id}/report-payment': { rule: 'order’s wallet' },
  'POST /api/purchase-orders/{id}/payout-address/message': {
    rule: 'order’s wallet',
    body: { payoutAddress: claimant.claimant },
  },
  'GET /api/purchase-orders/{id}/claim': { rule: 'order’s wallet' },
  'GET /api/purchase-orders/{id}/watch': { rule: 'order’s wallet' },
  'PUT /api/purchase-orders/{id}/watch': { rule: 'order’s wallet', body: { on: false, files_claims: false } },
  'GET /admin/purchase-orders/{id}/watch': { rule: 'viewer' },
  'GET /api/purchase-orders/{id}/messages': { rule: 'order’s wallet' },
  'GET /api/channels': { rule: 'signed in' },
  'POST /api/channels': { rule: 'signed in', body: { kind: 'email', address: 'a@example.com', locale: 'en' } },
  'PUT /api/channels/{id}': { rule: 'signed in', body: { on: false, locale: 'en' } },
  'DELETE /api/channels/{id}': { rule: 'signed in' },
  'POST /api/channels/{id}/test': { rule: 'signed in' },
  'POST /api/channels/confirm': { rule: 'anybody', body: { code: '0'.repeat(32) } },
  'GET /api/purchase-orders/{id}/events': { rule: 'order’s wallet' },
  'GET /api/purchase-orders/{id}/snapshot-evidence': { rule: 'order’s wallet' },
  'GET /api/claims/{id}/evidence': { rule: 'order’s wallet' },
  'POST /api/purchase-orders/{id}/claims': { rule: 'order’s wallet', body: claimant },

  'GET /api/okx-credentials': { rule: 'signed in' },
  'POST /api/okx-credentials': { rule: 'signed in' },
  'DELETE /api/okx-credentials/{id}': { rule: 'signed in' },
  'GET /api/okx-credentials/{id}/positions': { rule: 'signed in' },

  'POST /internal/purchase-orders/{id}/mark-paid': { rule: 'internal' },
  'POST /internal/claims/onchain-trigger': { rule: 'internal' },

  'GET /admin/me': { rule: 'viewer' },
  'GET /admin/events': { rule: 'viewer' },
  'GET /admin/claims': { rule: 'viewer' },
  'GET /admin/claims/{id}': { rule: 'viewer' },
  'POST /admin/claims/{id}/approve': { rule: 'reviewer' },
  'POST /admin/claims/{id}/reject': { rule: 'reviewer' },
  'POST /admin/claims/{id}/take-back': { rule: 'reviewer' },
  'POST /admin/claims/{id}/release-hold': { rule: 'reviewer' },
  'POST /admin/claims/{id}/mark-paid': { rule: 'treasurer' },
  'GET /admin/purchase-orders': { rule: 'viewer' },
  'GET /admin/purchase-orders/{id}/payment-preview': { rule: 'viewer' },
  'POST /admin/purchase-orders/{id}/mark-paid': { rule: 'treasurer' },
  'POST /admin/purchase-orders/{id}/undo-paid': { rule: 'treasurer' },
  'GET /admin/purchase-orders/{id}': { rule: 'viewer' },
  'GET /admin/purchase-orders/{id}/notes': { rule: 'viewer' },
  'POST /admin/purchase-orders/{id}/notes': { rule: 'reviewer' },
  'POST /admin/purchase-orders/{id}/looks': { rule: 'viewer' },
  'GET /admin/addresses': { rule: 'viewer' },
  'PUT /admin/addresses/{address}': { rule: 'reviewer' },
  'DELETE /admin/addresses/{address}': { rule: 'reviewer' },
  'GET /admin/accounting': { rule: 'viewer' },
  'GET /api/reserves': { rule: 'anybody' },
  'GET /admin/treasury': { rule: 'viewer' },
  'GET /admin/treasury/transfers': { rule: 'viewer' },
  'POST /admin/treasury/transfers/{id}/assign': {
    rule: 'treasurer',
    body: { purchaseOrderId: '00000000-0000-4000-8000-000000000000', reason: 'x' },
  },
  'GET /admin/payouts': { rule: 'viewer' },
  'GET /admin/payouts/safe-batch': { rule: 'viewer' },
  'GET /admin/payouts/csv': { rule: 'viewer' },
  'POST /admin/payouts/{id}/approve': { rule: 'reviewer' },
  'POST /admin/payouts/{id}/take-back': { rule: 'reviewer' },
  'POST /admin/payouts/{id}/payee': { rule: 'reviewer' },
  'POST /admin/payouts/{id}/mark-paid': { rule: 'treasurer' },
  'POST /admin/payouts/{id}/undo-paid': { rule: 'treasurer' },
  'GET /admin/payouts/batches': { rule: 'viewer' },
  'POST /admin/payouts/batches': { rule: 'treasurer' },
  'GET /admin/payouts/batches/{id}': { rule: 'viewer' },
  'POST /admin/payouts/batches/{id}/drop': { rule: 'treasurer' },
  'GET /admin/payouts/batches/{id}/safe-batch': { rule: 'viewer' },
  'GET /admin/payouts/batches/{id}/csv': { rule: 'viewer' },
  'GET /admin/exposure': { rule: 'viewer' },
  'GET /admin/audit': { rule: 'viewer' },
  'GET /admin/audit/export': { rule: 'viewer' },
  'GET /admin/settings': { rule: 'viewer' },
  'PUT /admin/settings/sales': { rule: 'admin' },
  'PUT /admin/settings/one-person-shop': { rule: 'admin' },
  'GET /admin/operators': { rule: 'viewer' },
  'PUT /admin/operators/{address}': { rule: 'admin' },
  'DELETE /admin/operators/{address}': { rule: 'admin' },
  'GET /api/purchase-orders/{id}/log': { rule: 'order’s wallet' },
  'POST /api/purchase-orders/{id}/cancel': { rule: 'order’s wallet' },
  'GET /api/claims/{id}/log': { rule: 'order’s wallet' },
  'GET /api/liabilities/{id}': { rule: 'anybody awake' },
};
/** Their refusals are 401 and 403 of their own; signIn.test.ts holds who may. */
const BY_SIGNATURE: Readonly<Record<string, unknown>> = {
  'POST /api/auth/verify': signed,
  'POST /api/purchase-orders/{id}/payout-address': signed,
};

/** What is no part of the OpenAPI document: itself, its page, and the web app. None of it is behind a door. */
const FILES: readonly string[] = [
  'GET *',
  'GET /openapi.json',
  'GET /docs',
  'GET /docs/*',
  'GET /docs/json',
  'GET /docs/yaml',
  'GET /docs/static/index.html',
  'GET /docs/static/swagger-initializer.js',
];

/** The routes of a printed tree ("├── /api/me (GET, HEAD)"), each with its method and whole path, as the document spells it. */
function printedRoutes(tree: string): string[] {
  const above: string[] = [];
  const routes = new Set<string>();
  for (const line of tree.split('\n')) {
    const [, indent = '', part = '', methods = ''] = /^((?:│   |    )*)[├└]── (.*) \((.*)\)$/.exec(line) ?? [];
    if (part === '') continue;
    const depth = indent.length / 4;
    above.splice(depth, above.length, part);
    const path = above
      .join('')
      .replace(/(.)\/$/, '$1')
      .replace(/:(\w+)/g, '{$1}');
    for (const method of methods.split(', ')) if (method !== 'HEAD') routes.add(`${method} ${path}`);
  }
  return [...routes];
}

test(`who may do what, for every route there is (${engine})`, async (t) => {
  const app = await testBackend();
  t.after(() => app.close());
  const { ctx } = app.backend;
  const figures = buildMetrics(ctx.verifications, { atMost: 1, count: async () => ({}) });
  // The routes themselves, not what the OpenAPI document says of them: one that is left out of it is found too.
  const server = await buildApp(ctx, { internal: [], admin: [] }, figures);
  await server.ready();
  const routes = printedRoutes(server.printRoutes({ commonPrefix: false }));
  const known = [...Object.keys(TABLE), ...Object.keys(BY_SIGNATURE), ...FILES];
  const sorted = (list: readonly string[]): string[] => list.toSorted((a, b) => a.localeCompare(b));
  assert.deepEqual(sorted(routes), sorted(known), 'the table names the routes that are registered, and no other');
  const document = (await app.call<{ paths: Record<string, Record<string, unknown>> }>('GET', '/openapi.json')).body;
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\/$/, '')}`),
  );
  assert.deepEqual(
    sorted(documented),
    sorted(known.filter((route) => !FILES.includes(route))),
    'and so does the document',
  );
  await server.close();

  const lapsed = await signInWith(app);
  await lapsed.call('POST', '/api/auth/sign-out');
  const [owner, stranger] = [await signInWith(app), await signInWith(app)];
  const headers: Record<Caller, Record<string, string>> = {
    nobody: {},
    'lapsed session': { cookie: lapsed.cookie },
    'wrong keys': { 'x-admin-key': 'not-the-admin-key-0001', 'x-internal-key': 'not-the-internal-key-01' },
    stranger: { cookie: stranger.cookie },
    owner: { cookie: owner.cookie },
    viewer: {},
    reviewer: {},
    treasurer: {},
    admin: {},
    'admin key': { 'x-admin-key': ADMIN_KEY },
    'internal key': { 'x-internal-key': INTERNAL_KEY },
  };
  for (const role of ['viewer', 'reviewer', 'treasurer', 'admin'] as const) {
    const wallet = newWallet();
    await app.call('PUT', `/admin/operators/${wallet.address}`, {
      headers: headers['admin key'],
      body: { role, name: role },
    });
    headers[role] = { cookie: (await signInWith(app, wallet)).cookie };
  }

  /** An order of the owner's, with a verified claim, or one that is still to be bound. */
  const now = app.clock.now();
  const window = { coverageStartAt: formatIso(now - 1000), coverageEndAt: formatIso(now + DAY_MS - 2000) };
  const made = async (): Promise<string> =>
    (await owner.call<{ purchaseOrderId: string }>('POST', '/api/purchase-orders', { ...APPLICATION, ...window })).body
      .purchaseOrderId;
  const claimed = await made();
  await owner.call('POST', `/api/purchase-orders/${claimed}/bind-okx`, { ...bind, ordId: newOrdId() });
  await app.markPaid(claimed);
  app.verifier.script(() => liquidated(app.clock.now() - 1));
  const filed = await owner.call<{ claimId: string }>('POST', `/api/purchase-orders/${claimed}/claims`, {
    claimant: owner.wallet.address,
  });
  const open = await made();

  const pathOf = (route: string): string => {
    const path = route.slice(route.indexOf(' ') + 1);
    if (path.startsWith('/api/claims/')) return path.replace('{id}', filed.body.claimId);
    if (path.endsWith('/claim')) return path.replace('{id}', claimed);
    if (path.startsWith('/api/purchase-orders/')) return path.replace('{id}', open);
    // What operators and machines would change is not there: the door is asked about, not the room.
    return path.replace('{id}', randomUUID()).replace('{address}', newWallet().address);
  };
  async function knock(
    route: string,
    caller: Caller,
    body: unknown,
  ): Promise<{ status: number; error: string | null }> {
    const [method = ''] = route.split(' ', 1);
    const gone = new AbortController();
    const response = await fetch(`${app.url}${pathOf(route)}`, {
      method,
      signal: gone.signal,
      headers: {
        accept: 'application/json',
        ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
        ...headers[caller],
      },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    });
    const refused = response.status === 401 || response.status === 403;
    const answer = refused ? ((await response.json()) as ErrorAnswer) : null;
    gone.abort();
    return { status: response.status, error: answer?.error ?? null };
  }

  const wrong: string[] = [];
  // Signing out is last of all: it ends the sessions the others are asked with.
  const last = 'POST /api/auth/sign-out';
  for (const [route, { rule, body }] of Object.entries(TABLE).toSorted(
    ([a], [b]) => Number(a === last) - Number(b === last),
  )) {
    for (const caller of CALLERS) {
      const { status, error } = await knock(route, caller, body);
      const may = (RULES[rule] as readonly Caller[]).includes(caller);
      const passed = status !== 401 && status !== 403;
      if (passed !== may || status === 500)
        wrong.push(`${route}: ${caller} ${may ? 'may' : 'may not'}, and got ${status} ${error ?? ''}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.equal((await app.call<ErrorAnswer>('GET', `/api/purchase-orders/${open}`)).body.error, 'NOT_THE_OWNER');
});
