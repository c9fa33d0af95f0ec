import type { Credential, OkxPosition } from '@liqpass/api/credentials';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { DAY_MS, formatIso, MINUTE_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readClaim } from '../src/services/claims.ts';
import { verifyClaim } from '../src/services/verifyClaim.ts';
import { deleteUnneededCredentials } from '../src/services/people/credentials.ts';
import {
  bindWith,
  checked,
  far,
  openPosition,
  order,
  refusal,
  register,
  SEALED,
  snapshotTaken,
  UID,
} from './attested.ts';
import { newOrdId } from './harness.ts';
import { EVIDENCE_ROOT, liquidated } from './scriptedVerifier.ts';
import { BTC, snapshotOf, testShop } from './shop.ts';
import { engine } from './testDatabase.ts';
import { signInWith } from './wallet.ts';

test(`a sealed key is checked, kept as it is, listed without its numbers, and gone when deleted (${engine})`, async (t) => {
  const app = await testShop(t);
  const person = await signInWith(app);
  const stranger = await signInWith(app);
  app.verifier.route('GET /sealing-key', () => ({
    body: { keyId: 'k1', publicKey: 'cHVibGlj', suite: 'X25519-HKDF-SHA256-AES-256-GCM' },
  }));
  assert.deepEqual((await app.call('GET', '/api/sealing-key')).body, {
    key_id: 'k1',
    public_key: 'cHVibGlj',
    algorithm: 'X25519-HKDF-SHA256-AES-256-GCM',
    allow_ip: null,
  });
  assert.equal((await app.call('POST', '/api/okx-credentials', { body: {} })).status, 401);
  for (const [said, status, error] of [
    [refusal(422, 'KEY_NOT_READ_ONLY'), 422, 'KEY_NOT_READ_ONLY'],
    [refusal(422, 'KEY_WRONG_PASSPHRASE'), 422, 'KEY_WRONG_PASSPHRASE'],
    [refusal(422, 'KEY_IP_NOT_ALLOWED', { ip: '203.0.113.7' }), 422, 'KEY_IP_NOT_ALLOWED'],
    [refusal(422, 'SEALED_KEY_UNREADABLE'), 422, 'SEALED_KEY_UNREADABLE'],
    [checked({ region: 'eea' }), 422, 'KEY_WRONG_REGION'],
    [refusal(503, 'SERVICE_UNAVAILABLE'), 503, 'VERIFIER_UNAVAILABLE'],
    [refusal(401, 'UNAUTHORIZED'), 503, 'VERIFIER_UNAVAILABLE'],
    [{ raw: 'nonsense' }, 503, 'VERIFIER_UNAVAILABLE'],
    [{ cut: true }, 503, 'VERIFIER_UNAVAILABLE'],
  ] as const) {
    app.verifier.route('POST /credential-check', () => said);
    const answer = await person.call<ErrorAnswer>('POST', '/api/okx-credentials', {
      sealed: SEALED,
      region: 'global',
      label: 'phone',
    });
    assert.deepEqual([answer.status, answer.body.error], [status, error]);
    if (error === 'KEY_IP_NOT_ALLOWED') assert.equal(answer.body.params?.['ip'], '203.0.113.7');
  }
  let asked: unknown;
  const made = await register(app, person);
  app.verifier.route('POST /credential-check', (body) => ((asked = body), checked()));
  assert.equal(made.status, 201);
  assert.deepEqual([made.body.uid_masked, made.body.in_use], ['4470…84', false]);
  assert.doesNotMatch(JSON.stringify(made.body), /AbCd|5892/);
  await person.call('POST', '/api/okx-credentials', { sealed: SEALED, region: 'global', label: 'second' });
  assert.deepEqual(asked, { sealed: SEALED, owner: person.wallet.address }, 'bound to its owner');

  const path = `/api/okx-credentials/${made.body.id}`;
  assert.equal((await stranger.call<{ items: Credential[] }>('GET', '/api/okx-credentials')).body.items.length, 0);
  assert.equal((await stranger.call<ErrorAnswer>('DELETE', path)).body.error, 'CREDENTIAL_NOT_FOUND');
  assert.equal((await stranger.call<ErrorAnswer>('GET', `${path}/positions`)).body.error, 'CREDENTIAL_NOT_FOUND');
  const gone = await person.call<{ deleted_at: string | null; deletes_when_cover_ends: string | null }>('DELETE', path);
  assert.ok(gone.body.deleted_at !== null && gone.body.deletes_when_cover_ends === null);
  const { rows } = await app.backend.ctx.database.pool.query('select sealed from okx_credentials where id = $1', [
    made.body.id,
  ]);
  assert.equal(rows[0].sealed, null, 'nothing of it is kept');
  assert.equal((await person.call<ErrorAnswer>('DELETE', path)).body.error, 'CREDENTIAL_NOT_FOUND');
});

test(`positions say which could be insured, and why not (${engine})`, async (t) => {
  const app = await testShop(t);
  const person = await signInWith(app);
  const { id } = (await register(app, person)).body;
  const open = openPosition({ posId: '1', cTime: '1700000000000', liqPx: '1', ordId: '29' });
  app.verifier.route('POST /positions', () => ({
    body: {
      positions: [
        open,
        { ...open, posId: '2', mgnMode: 'cross' },
        { ...open, posId: '3', instId: 'DOGE-USDT-SWAP' },
        { ...open, posId: '4', liqPx: null },
        { ...open, posId: '5', orders: [] },
      ],
    },
  }));
  const { items } = (await person.call<{ items: OkxPosition[] }>('GET', `/api/okx-credentials/${id}/positions`)).body;
  assert.deepEqual(
    items.map((item) => [item.insurable, item.reason]),
    [
      [true, null],
      [false, 'CROSS_MARGIN'],
      [false, 'INSTRUMENT_NOT_COVERED'],
      [false, 'LIQ_PRICE_UNKNOWN'],
      [false, 'ORDER_NOT_IN_POSITION'],
    ],
  );
});

test(`binding with a key keeps what was seen, and the claim is verified with it and with the key (${engine})`, async (t) => {
  const app = await testShop(t);
  const person = await signInWith(app);
  const { id: credentialId } = (await register(app, person)).body;
  const now = app.clock.now();
  const id = await order(person, {
    coverageStartAt: formatIso(now - 1000),
    coverageEndAt: formatIso(now + DAY_MS - 2000),
  });
  const ordId = newOrdId();
  const seen = snapshotOf(app, far(app), { ordId });
  let asked: unknown;
  app.verifier.route('POST /snapshot', (body) => ((asked = body), snapshotTaken(seen)));
  // Added to an unattested binding, a key attests it.
  assert.equal((await bindWith(person, id, ordId)).body.attested, false);
  const bound = await bindWith(person, id, ordId, credentialId);
  assert.deepEqual([bound.status, bound.body.attested], [200, true], JSON.stringify(bound.body));
  assert.deepEqual(asked, { ordId, instId: BTC, credential: SEALED, owner: person.wallet.address });
  assert.equal((await bindWith(person, id, ordId, credentialId)).body.bound_at, bound.body.bound_at);
  const kept = await app.backend.ctx.database.pool.query(
    'select s.*, p.okx_uid, p.okx_pos_id from purchase_orders p join binding_snapshots s on s.id = p.snapshot_id where p.id = $1',
    [id],
  );
  assert.equal(kept.rows[0].okx_pos_id, seen.posId);
  assert.equal(kept.rows[0].evidence_root, EVIDENCE_ROOT);
  assert.deepEqual(kept.rows[0].evidence_json.bundle, { raw: 'bytes' });

  // A live cover needs the key: asked to delete it, we do when it ends.
  const asks = await person.call<{ deleted_at: string | null; deletes_when_cover_ends: string | null }>(
    'DELETE',
    `/api/okx-credentials/${credentialId}`,
  );
  assert.deepEqual([asks.body.deleted_at, asks.body.deletes_when_cover_ends], [null, bound.body.coverage_end_at]);
  await deleteUnneededCredentials(app.backend.ctx);
  assert.equal((await app.markPaid(id)).status, 200);
  app.clock.advance(11 * MINUTE_MS);
  app.verifier.script(() => liquidated(app.clock.now() - 1));
  const claim = await person.call<{ status: string; claimId: string }>('POST', `/api/purchase-orders/${id}/claims`, {
    claimant: person.wallet.address,
  });
  assert.equal(claim.body.status, 'VERIFIED_PENDING_REVIEW', JSON.stringify(claim.body));
  const question = app.verifier.asked.at(-1);
  assert.deepEqual([question?.credential, question?.owner], [SEALED, person.wallet.address]);
  assert.deepEqual(
    [question?.snapshot?.uid, question?.snapshot?.posId, question?.snapshot?.cTime],
    [UID, seen.posId, seen.cTime],
  );

  const sealed = async () =>
    (await app.backend.ctx.database.pool.query('select sealed from okx_credentials where id = $1', [credentialId]))
      .rows[0].sealed;
  assert.equal(await sealed(), SEALED);
  app.clock.advance(DAY_MS);
  await deleteUnneededCredentials(app.backend.ctx);
  assert.equal(await sealed(), null, 'the cover is over');
});

test(`an attested claim is never asked about with another key than its account’s (${engine})`, async (t) => {
  const app = await testShop(t, { verdictWaitMs: 300 });
  const person = await signInWith(app);
  const { id: credentialId } = (await register(app, person)).body;
  const now = app.clock.now();
  const id = await order(person, {
    coverageStartAt: formatIso(now - 1000),
    coverageEndAt: formatIso(now + DAY_MS - 2000),
  });
  const ordId = newOrdId();
  app.verifier.route('POST /snapshot', () => snapshotTaken(snapshotOf(app, far(app), { ordId })));
  assert.equal((await bindWith(person, id, ordId, credentialId)).status, 200);
  await app.markPaid(id);
  app.clock.advance(11 * MINUTE_MS);
  await app.backend.ctx.database.pool.query('update okx_credentials set sealed = null, deleted_at = now()');
  const before = app.verifier.asked.length;
  const claim = await person.call<{ status: string; claimId: string }>('POST', `/api/purchase-orders/${id}/claims`, {
    claimant: person.wallet.address,
  });
  assert.equal(claim.body.status, 'VERIFYING', 'it waits: no key is no denial');
  assert.equal(app.verifier.asked.length, before);
  // A new key of the same account is as good.
  await register(app, person, 'EfGh'.repeat(40));
  app.verifier.script(() => liquidated(app.clock.now() - 1));
  await app.until(
    async () => {
      await verifyClaim(app.backend.ctx, await readClaim(app.backend.ctx, claim.body.claimId));
      return app.readClaim(claim.body.claimId);
    },
    (read) => read.status === 'VERIFIED_PENDING_REVIEW',
  );
  assert.equal(app.verifier.asked.at(-1)?.credential, 'EfGh'.repeat(40));
});

test(`a position that cannot be insured is refused with its reason, and nothing is bound (${engine})`, async (t) => {
  const app = await testShop(t);
  const person = await signInWith(app);
  const stranger = await signInWith(app);
  const { id: credentialId } = (await register(app, person)).body;
  const id = await order(person);
  const ordId = newOrdId();
  const seen = snapshotOf(app, far(app), { ordId });
  for (const [said, status, error, reason] of [
    [snapshotTaken(null, 'POSITION_NOT_OPEN'), 422, 'POSITION_NOT_INSURABLE', 'POSITION_NOT_OPEN'],
    [snapshotTaken(null, 'CROSS_MARGIN'), 422, 'POSITION_NOT_INSURABLE', 'CROSS_MARGIN'],
    [snapshotTaken(null, 'EXCHANGE_UNAVAILABLE'), 503, 'VERIFIER_UNAVAILABLE', 'EXCHANGE_UNAVAILABLE'],
    [snapshotTaken({ ...seen, uid: '999' }), 422, 'POSITION_NOT_INSURABLE', 'EVIDENCE_CONTRADICTS'],
    [snapshotTaken({ ...seen, ordId: '1' }), 422, 'POSITION_NOT_INSURABLE', 'EVIDENCE_CONTRADICTS'],
    [snapshotTaken({ ...seen, margin: '5' }), 422, 'POSITION_NOT_INSURABLE', 'MARGIN_TOO_SMALL'],
    [refusal(422, 'KEY_EXPIRED_OR_BLOCKED'), 422, 'KEY_EXPIRED_OR_BLOCKED', undefined],
    [{ cut: true }, 503, 'VERIFIER_UNAVAILABLE', undefined],
  ] as const) {
    app.verifier.route('POST /snapshot', () => said);
    const answer = await bindWith(person, id, ordId, credentialId);
    assert.deepEqual([answer.status, answer.body.error, answer.body.params?.['reason']], [status, error, reason]);
  }
  app.verifier.route('POST /snapshot', () => snapshotTaken(seen));
  const own = await order(stranger);
  assert.equal((await bindWith(stranger, own, ordId, credentialId)).body.error, 'CREDENTIAL_NOT_FOUND');
  const anonymous = await app.order();
  const nobody = await app.call<ErrorAnswer>('POST', `/api/purchase-orders/${anonymous}/bind-okx`, {
    body: { ordId, instId: BTC, credentialId },
  });
  assert.equal(nobody.body.error, 'UNAUTHORIZED');
  const unbound = await person.call<PurchaseOrderAnswer>('GET', `/api/purchase-orders/${id}`);
  assert.deepEqual([unbound.body.okx_meta_json, unbound.body.status], [null, 'AWAITING_BINDING']);
});

test(`one lifetime of a position has one live cover, whichever order of it is bound, and by whichever wallet (${engine})`, async (t) => {
  const app = await testShop(t);
  const people = await Promise.all([signInWith(app), signInWith(app), signInWith(app)]);
  const tries = [];
  app.verifier.route('POST /snapshot', (body) => {
    const { ordId } = body as { ordId: string };
    return snapshotTaken(
      snapshotOf(app, far(app), {
        ordId,
        posId: '77',
        cTime: '1700000000000',
        margin: '900',
        takenAtMs: app.clock.now(),
      }),
    );
  });
  for (const person of people) {
    const { id: credentialId } = (await register(app, person)).body;
    const id = await order(person);
    tries.push(() => bindWith(person, id, newOrdId(), credentialId));
  }
  const answers = await Promise.all(tries.map((go) => go()));
  assert.deepEqual(
    answers.map((answer) => answer.body.error ?? 'bound').toSorted((a, b) => a.localeCompare(b)),
    ['bound', 'ORDER_ALREADY_INSURED', 'ORDER_ALREADY_INSURED'],
    JSON.stringify(answers.map((answer) => answer.body)),
  );
  await app.backend.ctx.database.pool.query(
    `update purchase_orders set coverage_start_at = now() - interval '2 days', coverage_end_at = now() - interval '1 day' where okx_pos_id is not null`,
  );
  const [again] = people;
  assert.ok(again);
  const { id: credentialId } = (await register(app, again)).body;
  const later = await bindWith(again, await order(again), newOrdId(), credentialId);
  assert.equal(later.status, 200, `free again once that cover is over: ${JSON.stringify(later.body)}`);
});

test(`a wallet keeps twenty keys, however many it registers at once (${engine})`, async (t) => {
  const app = await testShop(t);
  const person = await signInWith(app);
  const answers = await Promise.all(Array.from({ length: 24 }, () => register(app, person)));
  assert.deepEqual(
    [201, 429].map((status) => answers.filter((answer) => answer.status === status).length),
    [20, 4],
  );
  const { body } = await person.call<{ items: Credential[] }>('GET', '/api/okx-credentials');
  assert.equal(body.items.length, 20);
});
