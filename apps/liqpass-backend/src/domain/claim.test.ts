import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usdc } from '@liqpass/kernel/money';
import { CLAIM_STATUSES, VERDICTS } from '@liqpass/kernel/vocabulary';
import fc from 'fast-check';
import { CLAIM_STEPS, decideClaim, MAX_ATTEMPTS, type Finding } from './claim.ts';

const WINDOW = { startMs: 1_000_000, endMs: 2_000_000 };
const TERMS = { window: WINDOW, payoutFixed: usdc(50_000_000n), payoutCap: usdc(50_000_000n), refundReason: null };
const NOW = 3_000_000;
const liquidatedAt = (liquidationTimeMs: number, lossInsured = '7.52686752', lossCcy = 'USDT'): Finding => ({
  kind: 'answer',
  verdict: 'LIQUIDATED',
  reason: null,
  flags: [],
  liquidation: { liquidationTimeMs, lossInsured, lossCcy },
});

test('accepts a liquidation at the very start of the window', () => {
  assert.deepEqual(decideClaim(TERMS, liquidatedAt(WINDOW.startMs), 1, NOW), {
    to: 'VERIFIED_PENDING_REVIEW',
    liquidationTimeMs: WINDOW.startMs,
    payoutAmount: usdc(7_526_867n),
  });
});

test('declines a liquidation at the very end of the window, and before it', () => {
  for (const at of [WINDOW.endMs, WINDOW.startMs - 1])
    assert.deepEqual(decideClaim(TERMS, liquidatedAt(at), 1, NOW), {
      to: 'REJECTED',
      reason: 'OUT_OF_COVERAGE_WINDOW',
    });
});

test('a liquidation in the future, or at no time, is none: it is asked about again', () => {
  for (const [at, now] of [
    [1_500_000, 1_499_999],
    [WINDOW.endMs + 1, WINDOW.endMs],
    [0, NOW],
  ] as const)
    assert.deepEqual(decideClaim(TERMS, liquidatedAt(at), 1, now), {
      to: 'VERIFYING',
      reason: 'EVIDENCE_CONTRADICTS',
      nextAttemptAtMs: now + 2_000,
    });
});

test('a cover that was voided pays nothing, whatever was found', () => {
  assert.deepEqual(
    decideClaim({ ...TERMS, refundReason: 'TOUCHED_BEFORE_COVER' }, liquidatedAt(1_500_000), MAX_ATTEMPTS, NOW),
    { to: 'REJECTED', reason: 'TOUCHED_BEFORE_COVER' },
  );
});

test('gives up after the last attempt, as FAILED and never as a denial', () => {
  const finding: Finding = { kind: 'no_answer', reason: 'JP_VERIFY_TIMEOUT' };
  assert.equal(decideClaim(TERMS, finding, MAX_ATTEMPTS - 1, NOW).to, 'VERIFYING');
  assert.deepEqual(decideClaim(TERMS, finding, MAX_ATTEMPTS, NOW), { to: 'FAILED', reason: 'JP_VERIFY_TIMEOUT' });
});

test('cannot pay a loss that is not proven, or not in dollars', () => {
  assert.deepEqual(decideClaim(TERMS, liquidatedAt(1_500_000, '0'), 1, NOW), {
    to: 'FAILED',
    reason: 'NO_LOSS_PROVEN',
  });
  assert.deepEqual(decideClaim(TERMS, liquidatedAt(1_500_000, '-3'), 1, NOW), {
    to: 'FAILED',
    reason: 'NO_LOSS_PROVEN',
  });
  assert.deepEqual(decideClaim(TERMS, liquidatedAt(1_500_000, '0.0000009'), 1, NOW), {
    to: 'FAILED',
    reason: 'NO_LOSS_PROVEN',
  });
  assert.deepEqual(decideClaim(TERMS, liquidatedAt(1_500_000, '1', 'BTC'), 1, NOW), {
    to: 'FAILED',
    reason: 'LOSS_CURRENCY_UNSUPPORTED',
  });
});

test('never denies without a reason, and never decides outside the table', () => {
  const finding = fc.oneof(
    fc.record({ kind: fc.constant('no_answer' as const), reason: fc.string() }),
    fc.record({
      kind: fc.constant('answer' as const),
      verdict: fc.constantFrom(...VERDICTS),
      reason: fc.option(fc.string()),
      flags: fc.array(fc.string()),
      liquidation: fc.option(
        fc.record({
          liquidationTimeMs: fc.integer({ min: 0, max: 4_000_000 }),
          lossCcy: fc.constantFrom('USDT', 'USDC', 'BTC'),
          lossInsured: fc.oneof(
            fc.constantFrom('0', '-1', '1e5', '', 'NaN'),
            fc.nat(10 ** 6).map((n) => `${n}.${n}`),
          ),
        }),
      ),
    }),
  );
  fc.assert(
    fc.property(
      finding,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 4_000_000 }),
      (found, attempt, now) => {
        const decision = decideClaim(TERMS, found, attempt, now);
        assert.ok(decision.to === 'VERIFYING' || CLAIM_STEPS.VERIFYING.includes(decision.to));
        if (decision.to === 'REJECTED')
          assert.ok(
            found.kind === 'answer' &&
              (found.verdict === 'NOT_LIQUIDATED' || found.verdict === 'INELIGIBLE'
                ? found.reason === decision.reason
                : found.liquidation && decision.reason === 'OUT_OF_COVERAGE_WINDOW'),
          );
        if (decision.to === 'VERIFIED_PENDING_REVIEW') {
          assert.ok(
            found.kind === 'answer' && found.verdict.includes('LIQUIDATED') && found.verdict !== 'NOT_LIQUIDATED',
          );
          assert.ok(
            decision.liquidationTimeMs >= WINDOW.startMs &&
              decision.liquidationTimeMs < WINDOW.endMs &&
              decision.liquidationTimeMs <= now,
          );
          assert.ok(decision.payoutAmount > 0n && decision.payoutAmount <= TERMS.payoutFixed);
        }
      },
    ),
  );
});

test('lets nothing leave PAID but the undoing of its record, and lists every status', () => {
  assert.deepEqual(CLAIM_STEPS.PAID, ['APPROVED_PENDING_MULTISIG']);
  assert.deepEqual(Object.keys(CLAIM_STEPS).toSorted(), [...CLAIM_STATUSES].toSorted());
});
