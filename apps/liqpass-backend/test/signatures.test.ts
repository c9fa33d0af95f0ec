import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { ClaimEvidence } from '@liqpass/api/events';
import { attestationKeysAnswer, type AttestationKeysAnswer, type VerifyRequest } from '@liqpass/api/verify';
import { sealBundle } from '@liqpass/evidence/bundle';
import type { ClaimStatus } from '@liqpass/kernel/vocabulary';
import { isAttested } from '@liqpass/proof/statement';
import { bindWith, far, order, register } from './attested.ts';
import { newOrdId, testBackend, type TestBackend } from './harness.ts';
import { liquidated } from './scriptedVerifier.ts';
import { BTC, snapshotOf, testShop } from './shop.ts';
import { liquidationAt, newKey, publish, signedSnapshot, signedVerdict, type SignedAnswer } from './signedVerifier.ts';
import { engine } from './testDatabase.ts';
import { signInWith } from './wallet.ts';

let t: TestBackend;
const key = newKey();
before(async () => {
  t = await testBackend({ verdictWaitMs: 50 });
});
beforeEach(() => publish(t.verifier, [key]));
after(() => t.close());

const pays = (request: VerifyRequest, by = key): SignedAnswer =>
  signedVerdict(request, by, {
    verdict: 'LIQUIDATED',
    liquidation: liquidationAt(Date.parse(request.coverageStartAt)),
  });

/** Files a claim on a new cover and answers where it went, why, and whose signature it keeps. */
async function claimed(
  answer: (request: VerifyRequest) => unknown,
  on: TestBackend = t,
): Promise<{ claimId: string; status: ClaimStatus; reason: string | null; keyId: string | null }> {
  const { id } = await on.covered();
  on.verifier.script((request) => ({ body: answer(request) }));
  const { claimId } = (await on.claim(id)).body;
  const { status, last_attempt_reason: reason } = await on.until(
    () => on.readClaim(claimId),
    ({ attempts }) => attempts > 0,
  );
  const kept = await on.backend.ctx.db
    .selectFrom('insurance_claims')
    .select('attestation_key_id')
    .where('id', '=', claimId)
    .executeTakeFirstOrThrow();
  return { claimId, status, reason, keyId: kept.attestation_key_id };
}
const evidenceOf = async (claimId: string): Promise<ClaimEvidence> =>
  (await t.call<ClaimEvidence>('GET', `/api/claims/${claimId}/evidence`)).body;

test(`a verifier that never signed need not: its answer is kept as unsigned (${engine})`, async () => {
  const other = await testBackend({ verdictWaitMs: 50 });
  try {
    const { status, keyId } = await claimed(() => {
      const scripted = liquidated(other.clock.now() - 1);
      return 'body' in scripted ? scripted.body : null;
    }, other);
    assert.deepEqual([status, keyId], ['VERIFIED_PENDING_REVIEW', null]);
    const { body } = await other.call<AttestationKeysAnswer>('GET', '/attestation-keys');
    assert.deepEqual(body.keys, []);
  } finally {
    await other.close();
  }
});

test('a signed verdict is kept with its signature, which the evidence brings along and the published key checks', async () => {
  const { claimId, status, keyId } = await claimed((request) => pays(request));
  assert.deepEqual([status, keyId], ['VERIFIED_PENDING_REVIEW', key.keyId]);
  const evidence = await evidenceOf(claimId);
  const { keys } = attestationKeysAnswer.parse((await t.call('GET', '/attestation-keys')).body);
  assert.deepEqual(
    keys.map((each) => [each.key_id, each.signs]),
    [[key.keyId, true]],
  );
  assert.ok(evidence.attestation);
  const { leaves: _leaves, root, ...content } = evidence.bundle as ReturnType<typeof sealBundle>;
  assert.equal(isAttested(sealBundle(content), evidence.attestation, keys[0]?.public_key ?? ''), true);
  assert.equal(evidence.attestation.signed.evidence_root, root);
});

test('what was changed after it was signed is no answer: nothing is paid or denied for it, and it is asked for again', async () => {
  await claimed((request) => pays(request));
  const stranger = newKey();
  const denial = (request: VerifyRequest): SignedAnswer =>
    signedVerdict(request, key, { verdict: 'NOT_LIQUIDATED', reason: 'CLOSED_NORMALLY' });
  const changed: [string, (request: VerifyRequest) => unknown][] = [
    [
      'another verdict',
      (r) => ({ ...pays(r), verdict: 'NOT_LIQUIDATED', reason: 'CLOSED_NORMALLY', liquidation: null }),
    ],
    [
      'a denial turned',
      (r) => ({ ...denial(r), verdict: 'LIQUIDATED', reason: null, liquidation: liquidationAt(1e12) }),
    ],
    [
      'a larger loss',
      (r) => ({ ...pays(r), liquidation: { ...liquidationAt(1e12), loss: { ccy: 'USDT', total: '9', insured: '9' } } }),
    ],
    [
      'a flag taken out',
      (r) => ({
        ...signedVerdict(r, key, {
          verdict: 'LIQUIDATED',
          liquidation: liquidationAt(1e12),
          flags: ['HISTORY_DISAGREES'],
        }),
        flags: [],
      }),
    ],
    ['another root', (r) => ({ ...pays(r), evidence: { ...pays(r).evidence, root: `0x${'0'.repeat(64)}` } })],
    ['evidence of another order', (r) => ({ ...pays(r), evidence: pays({ ...r, ordId: '77' }).evidence })],
    ['a signature of another order', (r) => ({ ...pays(r), attestation: pays({ ...r, ordId: '77' }).attestation })],
    ['all of another order', (r) => pays({ ...r, ordId: '77' })],
    ['another window', (r) => pays({ ...r, coverageStartAt: '2020-01-01T00:00:00Z' })],
    ['bound at another time', (r) => pays({ ...r, boundAt: '2020-01-01T00:00:00Z' })],
    [
      'evidence changed inside',
      (r) => {
        const answer = pays(r);
        return { ...answer, evidence: { ...answer.evidence, bundle: { ...answer.evidence.bundle, judged_at_ms: 1 } } };
      },
    ],
    ['a stranger', (r) => pays(r, stranger)],
    [
      'a stranger under our name',
      (r) => ({ ...pays(r, stranger), attestation: { ...pays(r, stranger).attestation, key_id: key.keyId } }),
    ],
    ['no signature', (r) => ({ ...pays(r), attestation: undefined })],
    ['null for one', (r) => ({ ...pays(r), attestation: null })],
    ['something else for one', (r) => ({ ...pays(r), attestation: { signature: 'x' } })],
    ['an unsigned denial', (r) => ({ ...denial(r), attestation: undefined })],
  ];
  for (const [what, answer] of changed) {
    const { status, reason, keyId } = await claimed(answer);
    assert.deepEqual([status, reason, keyId], ['VERIFYING', 'JP_VERIFY_ERROR', null], what);
  }
});

test('two live keys rotate: each is taken while it is published, and what the old one signed stays checkable', async () => {
  const next = newKey();
  const { claimId } = await claimed((request) => pays(request));
  publish(t.verifier, [next, key]);
  assert.equal((await claimed((request) => pays(request, next))).keyId, next.keyId);
  publish(t.verifier, [next]);
  t.clock.advance(61_000);
  const { keys } = attestationKeysAnswer.parse((await t.call('GET', '/attestation-keys')).body);
  assert.deepEqual(
    keys.map((each) => [each.key_id, each.signs]),
    [
      [next.keyId, true],
      [key.keyId, false],
    ],
  );
  const { attestation } = await evidenceOf(claimId);
  assert.equal(attestation?.key_id, key.keyId);
});

test('with keys named in the settings no other is taken, whatever jp-verify publishes, and nothing unsigned', async () => {
  const pinned = newKey();
  const strict = await testBackend({ verdictWaitMs: 50, attestationPublicKeys: [pinned.publicKey] });
  try {
    publish(strict.verifier, [key, pinned]);
    const where = async (answer: (request: VerifyRequest) => unknown) => {
      const { status, reason, keyId } = await claimed(answer, strict);
      return [status, reason, keyId];
    };
    assert.deepEqual(await where((r) => pays(r, pinned)), ['VERIFIED_PENDING_REVIEW', null, pinned.keyId]);
    assert.deepEqual(await where((r) => pays(r, key)), ['VERIFYING', 'JP_VERIFY_ERROR', null]);
    assert.deepEqual(await where((r) => ({ ...pays(r, pinned), attestation: undefined })), [
      'VERIFYING',
      'JP_VERIFY_ERROR',
      null,
    ]);
  } finally {
    await strict.close();
  }
});

test('a backend that starts again expects signatures of whom it knew', async () => {
  await claimed((request) => pays(request));
  const { attestationClient } = await import('../src/services/platform/attestationClient.ts');
  const { listAttestationKeys } = await import('../src/db/platform/attestationKeysRepo.ts');
  const { ctx } = t.backend;
  const again = attestationClient({
    baseUrl: t.verifier.url,
    apiKey: t.verifier.apiKey,
    pinned: [],
    store: { load: () => listAttestationKeys(ctx.db, t.verifier.url), keep: async () => undefined },
    log: ctx.log,
    now: () => ctx.clock.now(),
  });
  const asked = { instId: 'BTC-USDT-SWAP', ordId: '1', boundAt: null, window: null };
  assert.deepEqual(await again.judge({ verdict: 'NOT_LIQUIDATED' }, asked), { held: false });
});

test('a snapshot is taken by its signature too: a changed one binds nothing, a good one is kept with it', async (context) => {
  const app = await testShop(context);
  publish(app.verifier, [key]);
  const person = await signInWith(app);
  const { id: credentialId } = (await register(app, person)).body;
  const id = await order(person);
  const ordId = newOrdId();
  const seen = snapshotOf(app, far(app), { ordId });
  const taken = signedSnapshot({ instId: BTC, ordId }, key, {
    insurable: true,
    reason: null,
    snapshot: seen,
    checks: [],
  });
  const bad: [string, unknown][] = [
    ['another margin', { ...taken, snapshot: { ...seen, margin: '999999' } }],
    ['of another order', { ...taken, ...signedSnapshot({ instId: BTC, ordId: '77' }, key, { ...taken }) }],
    [
      'a stranger',
      signedSnapshot({ instId: BTC, ordId }, newKey(), { insurable: true, reason: null, snapshot: seen, checks: [] }),
    ],
  ];
  for (const [what, body] of bad) {
    app.verifier.route('POST /snapshot', () => ({ body }));
    const refused = await bindWith(person, id, ordId, credentialId);
    assert.deepEqual([refused.status, refused.body.error], [503, 'VERIFIER_UNAVAILABLE'], what);
  }
  app.verifier.route('POST /snapshot', () => ({ body: taken }));
  const bound = await bindWith(person, id, ordId, credentialId);
  assert.deepEqual([bound.status, bound.body.attested], [200, true], JSON.stringify(bound.body));
  const kept = await app.backend.ctx.db
    .selectFrom('binding_snapshots')
    .select(['attestation_key_id', 'attestation_json'])
    .where('purchase_order_id', '=', id)
    .executeTakeFirstOrThrow();
  assert.equal(kept.attestation_key_id, key.keyId);
  assert.deepEqual(kept.attestation_json, taken.attestation);
  const shown = await person.call<Record<string, unknown>>('GET', `/api/purchase-orders/${id}/snapshot-evidence`);
  assert.deepEqual(shown.body, { purchase_order_id: id, ...taken.evidence, attestation: taken.attestation });
});
