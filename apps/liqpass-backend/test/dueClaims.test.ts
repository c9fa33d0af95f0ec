import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeDueClaims } from '../src/db/dueClaimsRepo.ts';
import { ASKED_ABOUT_MS } from '../src/services/verifications.ts';
import { CLAIMANT, testBackend } from './harness.ts';
import { liquidated, verdict } from './scriptedVerifier.ts';
import { engine } from './testDatabase.ts';

test(`a claim whose process died right after filing it is due again by itself, and ends (${engine})`, async (t) => {
  const app = await testBackend({ verdictWaitMs: 100 });
  t.after(() => app.close());
  app.verifier.script(() => verdict('INCONCLUSIVE', 'EVIDENCE_INCOMPLETE'));
  const { id } = await app.covered();
  const filed = await app.claim(id);
  assert.equal(filed.body.status, 'VERIFYING');
  // As a process leaves it that is killed before the verifier has answered: put off for as long as that may take.
  await app.backend.ctx.database.pool.query('update insurance_claims set attempts = 0, next_attempt_at = $1', [
    new Date(app.clock.now() + ASKED_ABOUT_MS),
  ]);
  app.verifier.script(() => liquidated(app.clock.now() - 1));
  app.clock.advance(ASKED_ABOUT_MS + 1000);
  const ended = await app.until(
    () => app.readClaim(filed.body.claimId),
    ({ status }) => status !== 'VERIFYING',
  );
  assert.equal(ended.status, 'VERIFIED_PENDING_REVIEW');
});

test(`claims that are due are taken once, in turns between those to be paid (${engine})`, async (t) => {
  const app = await testBackend({ role: 'web', verdictWaitMs: 100 });
  t.after(() => app.close());
  app.verifier.script(() => verdict('INCONCLUSIVE', 'EVIDENCE_INCOMPLETE'));
  const payees = [CLAIMANT, '0x52908400098527886E0F7030069857D2E4169EE7'];
  for (const payee of [payees[0], payees[0], payees[0], payees[1]]) {
    const { id } = await app.covered();
    assert.equal((await app.claim(id, payee)).body.status, 'VERIFYING');
  }
  const { db } = app.backend.ctx;
  const dueMs = app.clock.now() + 60_000;
  const take = (limit: number) => takeDueClaims(db, dueMs, dueMs + ASKED_ABOUT_MS, limit);
  const first = await take(2);
  assert.deepEqual(new Set(first.map(({ claimant }) => claimant)), new Set(payees));
  const rest = (await Promise.all([take(10), take(10), take(10)])).flat();
  assert.equal(rest.length, 2);
  assert.equal(new Set([...first, ...rest].map(({ id }) => id)).size, 4);
  assert.deepEqual(await take(10), []);
});
