import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { ADMIN_KEY, APPLICATION, CLAIMANT, INTERNAL_KEY, newOrdId, testBackend } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { engine } from './testDatabase.ts';

/** What a loop may ask of the database, step by step: 12 in all. */
const AT_MOST = {
  create: 1,
  bind: 2,
  'mark paid': 2,
  read: 1,
  trigger: 3,
  list: 1,
  approve: 1,
  'mark claim paid': 1,
} as const;

/** Statements that no request waits for, by what only they read or write; and what a new connection is set to, once. */
const UPKEEP =
  /set_config|audit sealer|where attested and refund_reason|audit_seals|leases|sales_stops|exchange_intervals|market_|book_|rate_limits|next_attempt_at <=|\bdelete from|sessions|okx_credentials|attestation_keys|\bwatches\b|from channels where is_on|from outbox|public_liquidations/;

test(`a loop asks the database no more often than it must, step by step (${engine})`, async (t) => {
  // Before the backend starts: a connection keeps what it was made with.
  const asked: string[] = [];
  const open = new Map<unknown, string[]>();
  const original = Reflect.get(pg.Client.prototype, 'query') as (...args: unknown[]) => unknown;
  Reflect.set(pg.Client.prototype, 'query', function count(this: unknown, ...args: unknown[]): unknown {
    const [first] = args as [string | { text?: string } | undefined];
    const text = typeof first === 'string' ? first : (first?.text ?? '');
    const begun = open.get(this);
    if (/^\s*begin/i.test(text)) open.set(this, [text]);
    else if (begun) begun.push(text);
    else if (!UPKEEP.test(text)) asked.push(text);
    // A transaction is upkeep, or of a step, as a whole.
    if (begun && /^\s*(commit|rollback)/i.test(text)) {
      open.delete(this);
      if (!begun.some((each) => UPKEEP.test(each))) asked.push(...begun);
    }
    return Reflect.apply(original, this, args);
  });
  t.after(() => Reflect.set(pg.Client.prototype, 'query', original));

  const app = await testBackend({ adminKeys: ['alice', 'bob'].map((name) => ({ name, key: `${ADMIN_KEY}-${name}` })) });
  t.after(() => app.close());
  app.verifier.script(() => liquidated(app.clock.now() - 1));

  const counted: Record<string, number> = {};
  const step = async <T>(name: keyof typeof AT_MOST, run: () => Promise<{ status: number; body: T }>): Promise<T> => {
    asked.length = 0;
    const { status, body } = await run();
    assert.ok(status < 300, `${name}: ${status} ${JSON.stringify(body)}`);
    counted[name] = asked.length;
    assert.ok(asked.length <= AT_MOST[name], `${name} asked ${asked.length} times:\n${asked.join('\n\n')}`);
    return body;
  };
  const internal = { 'x-internal-key': INTERNAL_KEY };
  const as = (name: string) => ({ 'x-admin-key': `${ADMIN_KEY}-${name}` });
  const { purchaseOrderId: id } = await step('create', () =>
    app.call<{ purchaseOrderId: string }>('POST', '/api/purchase-orders', {
      body: { ...APPLICATION, coverageStartAt: new Date(app.clock.now() - 60_000).toISOString() },
      headers: { 'idempotency-key': newOrdId() },
    }),
  );
  await step('bind', () => app.bind(id));
  await step('mark paid', () => app.markPaid(id, { txHash: `0x${'ab'.repeat(32)}` }));
  await step('read', () => app.call('GET', `/api/purchase-orders/${id}`));
  const { claimId } = await step('trigger', () =>
    app.call<{ claimId: string; status: string }>('POST', '/internal/claims/onchain-trigger', {
      body: { purchaseOrderId: id, claimant: CLAIMANT },
      headers: internal,
    }),
  );
  const { items } = await step('list', () =>
    app.call<{ items: unknown[] }>('GET', '/admin/claims?status=VERIFIED_PENDING_REVIEW&limit=20', {
      headers: as('alice'),
    }),
  );
  assert.equal(items.length, 1);
  await step('approve', () => app.call('POST', `/admin/claims/${claimId}/approve`, { body: {}, headers: as('alice') }));
  await step('mark claim paid', () =>
    app.call('POST', `/admin/claims/${claimId}/mark-paid`, {
      body: { multisigTxHash: `0x${'cd'.repeat(32)}`, paidAtSec: Math.floor(app.clock.now() / 1000) },
      headers: as('bob'),
    }),
  );
  assert.deepEqual(counted, AT_MOST);
  assert.ok(Object.values(counted).reduce((sum, each) => sum + each, 0) <= 12);
});
