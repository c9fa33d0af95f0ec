import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { signingKey, signStatement } from '@liqpass/evidence/attestation';
import type { EvidenceBundle } from '@liqpass/evidence/bundle';
import { formatIso } from '@liqpass/kernel/time';
import { okxAnswer } from '@liqpass/testing/okxAnswers';
import { bundleOf, readUntilProven } from '@liqpass/testing/okxReading';
import { at, liquidatedAccount, NOW } from '../test/claim.ts';
import { recheckFile } from './recheckFile.ts';
import { statementOf } from './statement.ts';
import { proveClaim, verifyClaim } from './verdict.ts';

const OTHER = `0x${'2'.repeat(40)}`;
const CLAIMANT = `0x${'1'.repeat(40)}`;
const key = signingKey(new Uint8Array(32).fill(9));

function proven(): EvidenceBundle {
  const { account, ordId } = liquidatedAccount();
  const claim = verifyClaim.parse({
    instId: account.instId,
    ordId,
    boundAt: formatIso(at(10)),
    coverageStartAt: formatIso(at(20)),
    coverageEndAt: formatIso(at(20 + 24 * 60)),
  });
  const { answer, exchanges } = readUntilProven(
    (read) => proveClaim(claim, read, NOW),
    (target) => okxAnswer(account, target, { nowMs: NOW }),
    NOW,
  );
  return bundleOf('verify', claim, answer, exchanges, NOW);
}
const BUNDLE = proven();
const ANSWER = BUNDLE.answer as Record<string, unknown> & { checks: { result: string }[]; flags: string[] };
const attestation = signStatement(statementOf(BUNDLE, 'https://www.okx.com') ?? assert.fail(), key);
const kept = { ...ANSWER, evidence: { root: BUNDLE.root, leaves: BUNDLE.leaves, bundle: BUNDLE }, attestation };

/** A claim as operators download it. The loss is 100 and more; the cap is what counts. */
const CLAIM = {
  id: '0b9c5a58-4b0a-4f9c-8a35-2d5bd6f4a5a1',
  claimant: CLAIMANT,
  okx_event_id: `ordId:${String(BUNDLE.claim['ordId'])}`,
  status: 'APPROVED_PENDING_MULTISIG',
  evidence_root: BUNDLE.root,
  liquidation_time_ms: at(120),
  coverage_window_start: formatIso(at(20)),
  coverage_window_end: formatIso(at(20 + 24 * 60)),
  payout_amount_usdc: '50.00',
  payout_cap_usdc: '50.00',
  rejected_reason: null,
  verdict: 'LIQUIDATED',
  flags: ANSWER.flags,
  checks: ANSWER.checks,
  checks_passed: ANSWER.checks.filter(({ result }) => result === 'pass').length,
  checks_total: ANSWER.checks.length,
  side: 'long',
  inst_id: 'BTC-USDT-SWAP',
  purchase_order: {
    payout_address: CLAIMANT,
    policy_params_json: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
    okx_meta_json: { ordId: BUNDLE.claim['ordId'], instId: 'BTC-USDT-SWAP' },
  },
  evidence_json: kept,
};
const codes = (file: unknown, keys: readonly string[] | null = null): string[] =>
  recheckFile(file, keys).problems.map(({ code }) => code);

test('a claim that says what its evidence says holds, and names what it alone says', () => {
  const { problems, signature, uncovered } = recheckFile(CLAIM);
  assert.deepEqual(problems, []);
  assert.equal(signature?.key_id, key.keyId);
  assert.deepEqual(
    uncovered.map(({ field }) => field),
    ['id', 'claimant', 'status', 'payout_cap_usdc', 'purchase_order'],
  );
  assert.deepEqual(codes({ claim_id: '1', root: BUNDLE.root, leaves: BUNDLE.leaves, bundle: BUNDLE, attestation }), []);
});

test('whatever of it is changed is found', () => {
  const order = CLAIM.purchase_order;
  const changes: Record<string, unknown>[] = [
    { verdict: 'PARTIALLY_LIQUIDATED' },
    { verdict: null },
    { payout_amount_usdc: '50.000001' },
    { payout_amount_usdc: '49.99' },
    { payout_amount_usdc: null },
    { payout_cap_usdc: '10.00' },
    { coverage_window_start: formatIso(at(19)) },
    { coverage_window_end: formatIso(at(60 * 48)) },
    { coverage_window_end: 'never' },
    { liquidation_time_ms: at(121) },
    { liquidation_time_ms: null },
    { okx_event_id: 'ordId:1' },
    { inst_id: 'ETH-USDT-SWAP' },
    { side: 'short' },
    { flags: ['HISTORY_DISAGREES'] },
    { checks: ANSWER.checks.slice(1) },
    { checks: ANSWER.checks.map((check, nth) => (nth === 3 ? { ...check, result: 'fail' } : check)) },
    { checks_passed: 99 },
    { checks_total: 0 },
    { liquidation: { ...(ANSWER['liquidation'] as object), share: '0.5' } },
    { rejected_reason: 'CLOSED_NORMALLY' },
    { claimant: OTHER },
    { purchase_order: { ...order, okx_meta_json: { ordId: '1', instId: 'BTC-USDT-SWAP' } } },
    { purchase_order: { ...order, policy_params_json: { payout_fixed_usdc: '5', payout_cap_usdc: '50' } } },
  ];
  for (const change of changes)
    assert.ok(codes({ ...CLAIM, ...change }).includes('CLAIM_DIFFERS'), JSON.stringify(change));
  assert.deepEqual(codes({ ...CLAIM, evidence_root: `0x${'0'.repeat(64)}` }), ['ROOT_CHANGED']);
  // The same instant, written otherwise, is the same; an operator's own reason is theirs.
  assert.deepEqual(codes({ ...CLAIM, coverage_window_start: formatIso(at(20)).replace('.000Z', 'Z') }), []);
  assert.deepEqual(codes({ ...CLAIM, status: 'REJECTED', rejected_reason: 'SELF_MADE_LIQUIDATION' }), []);
});

test('however the evidence is packed into the file, what stands around it is compared, or said not to be covered', () => {
  const { evidence_json: _, ...claim } = CLAIM;
  const packed = { ...claim, ...ANSWER, evidence: kept.evidence, attestation };
  assert.deepEqual(codes(packed), []);
  assert.deepEqual(
    recheckFile(packed).uncovered.map(({ field }) => field),
    ['id', 'claimant', 'status', 'payout_cap_usdc', 'purchase_order'],
  );
  assert.deepEqual(codes({ ...packed, payout_amount_usdc: '5000.00' }), ['CLAIM_DIFFERS']);
  assert.deepEqual(codes({ ...packed, claimant: OTHER }), ['CLAIM_DIFFERS']);
  const evidence = { claim_id: '1', root: BUNDLE.root, leaves: BUNDLE.leaves, bundle: BUNDLE, attestation };
  const file = { format: 'liqpass-proof-file/1', order_id: '1', made_at: formatIso(NOW), evidence, entries: [] };
  assert.deepEqual(
    recheckFile({ ...file, liability: null, payout_amount_usdc: '5000.00' }).uncovered.map(({ field }) => field),
    ['claim_id', 'payout_amount_usdc'],
  );
});

test('a signature is checked: whose it is, over this evidence, and that it is there where a key was given', () => {
  const other = signingKey(new Uint8Array(32).fill(8));
  const signedWith = (changed: unknown) => ({ ...CLAIM, evidence_json: { ...kept, attestation: changed } });
  assert.deepEqual(codes(CLAIM, [other.publicKey, key.publicKey]), []);
  assert.deepEqual(codes(CLAIM, [other.publicKey]), ['SIGNATURE_WRONG']);
  assert.deepEqual(codes(signedWith(undefined)), []);
  assert.equal(recheckFile(signedWith(undefined)).signature, null);
  assert.deepEqual(codes(signedWith(undefined), [key.publicKey]), ['SIGNATURE_WRONG']);
  assert.deepEqual(codes(signedWith('x')), ['SIGNATURE_WRONG']);
  const denied = { ...attestation.signed, verdict: 'NOT_LIQUIDATED' as const };
  assert.deepEqual(codes(signedWith({ ...attestation, signed: denied })), ['SIGNATURE_WRONG']);
  // Signed well, but about something else.
  assert.deepEqual(codes(signedWith(signStatement(denied, key))), ['SIGNATURE_WRONG']);
  assert.deepEqual(codes(signedWith(signStatement({ ...attestation.signed, ord_id: '77' }, key))), ['SIGNATURE_WRONG']);
});

test('the command says first what is not covered, whose signature it is, and prints nothing that a terminal would obey', () => {
  const folder = mkdtempSync(join(tmpdir(), 'claim-'));
  const run = (content: unknown, ...more: string[]): { status: number | null; stdout: string } => {
    const file = join(folder, 'claim.json');
    writeFileSync(file, JSON.stringify(content));
    return spawnSync(process.execPath, [join(import.meta.dirname, '../scripts/evidence.ts'), 'check', file, ...more], {
      encoding: 'utf8',
    });
  };
  try {
    const good = run(CLAIM, '--key', key.publicKey);
    assert.equal(good.status, 0, good.stdout);
    assert.match(good.stdout, new RegExp(`^Not covered by the root[^\\n]*\\n[^\\n]*claimant ${CLAIMANT}`));
    assert.match(good.stdout, new RegExp(`signed by {2}${key.keyId} \\(the key you gave\\)`));
    assert.match(
      run({ ...CLAIM, evidence_json: { ...kept, attestation: undefined } }).stdout,
      /signed by {2}nobody: unsigned/,
    );
    assert.equal(run(CLAIM, '--key', signingKey(new Uint8Array(32).fill(8)).publicKey).status, 1);
    const evil = '\u001b[2J\u001b]0;x\u0007\r\nThe evidence holds\u202e\u009b1m';
    const hostile = run({ ...CLAIM, claimant: evil, [evil]: evil, verdict: evil });
    assert.equal(hostile.status, 1);
    assert.doesNotMatch(hostile.stdout.replaceAll('\n', ''), /[\p{Cc}\u202e]/u);
    assert.equal(hostile.stdout.split('\n').filter((line) => line.startsWith('The evidence holds')).length, 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
