import { DAY_MS, HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseUndo, UNDO_WITHIN_MS, windowBeforePayment, type RecordedPremium } from './undoPremium.ts';

const PAID = Date.parse('2026-11-28T12:00:00Z');
const bound = { ordId: '2939942264028307457', instId: 'BTC-USDT-SWAP', boundAtMs: PAID - MINUTE_MS, released: false };
const order: Parameters<typeof refuseUndo>[0] = {
  claim: null,
  waitingCheck: null,
  paymentSeen: null,
  premiumVanished: false,
  refundReason: null,
  paidAtMs: PAID,
  createdAtMs: PAID - 2 * MINUTE_MS,
  window: { startMs: PAID + 10 * MINUTE_MS, endMs: PAID + DAY_MS },
  binding: { ...bound, attested: true },
};
const recorded: RecordedPremium = { recordedAtMs: PAID, owed: [] };
const soon = PAID + MINUTE_MS;

test('a premium is undone until its cover begins, and not at that moment', () => {
  assert.equal(refuseUndo(order, recorded, PAID + 10 * MINUTE_MS - 1), null);
  assert.equal(refuseUndo(order, recorded, PAID + 10 * MINUTE_MS), 'COVER_BEGAN');
  assert.equal(refuseUndo({ ...order, waitingCheck: 'UNKNOWN' }, recorded, soon), 'COVER_BEGAN');
});

test('money that bought no cover is undone within a day, while nobody has approved to send it back', () => {
  const refund = { ...order, refundReason: 'PAID_SHORT' as const };
  const owed = [{ approved: false, second: false }];
  assert.equal(refuseUndo(refund, { ...recorded, owed }, PAID + UNDO_WITHIN_MS - 1), null);
  assert.equal(refuseUndo(refund, { ...recorded, owed }, PAID + UNDO_WITHIN_MS), 'TOO_LATE');
  assert.equal(refuseUndo(refund, { ...recorded, owed: [{ approved: true, second: false }] }, soon), 'MONEY_OWED');
  assert.equal(refuseUndo(refund, { ...recorded, owed: [{ approved: false, second: true }] }, soon), 'MONEY_OWED');
});

test('nothing that rests on a premium lets it go', () => {
  assert.equal(refuseUndo({ ...order, claim: { id: 'c', status: 'FAILED' } }, recorded, soon), 'CLAIMED');
  const seen = { txHash: '0x', blockNumber: 1, final: false };
  assert.equal(refuseUndo({ ...order, paymentSeen: seen }, recorded, soon), 'ON_CHAIN');
  assert.equal(refuseUndo({ ...order, premiumVanished: true }, recorded, soon), 'ON_CHAIN');
  assert.equal(refuseUndo(order, { ...recorded, recordedAtMs: null }, soon), 'ON_CHAIN');
  assert.equal(refuseUndo({ ...order, paidAtMs: null }, recorded, soon), 'NOT_PAID');
});

test('a window that the payment moved is where the order put it again; a given one never moved', () => {
  const createdAtMs = PAID - 3 * HOUR_MS;
  const window = { startMs: PAID + 10 * MINUTE_MS, endMs: PAID + 10 * MINUTE_MS + DAY_MS };
  const start = createdAtMs + 10 * MINUTE_MS;
  assert.deepEqual(windowBeforePayment({ window, windowMoves: true, createdAtMs, follows: null }), {
    startMs: start,
    endMs: start + DAY_MS,
  });
  assert.deepEqual(windowBeforePayment({ window, windowMoves: false, createdAtMs, follows: null }), window);
  assert.deepEqual(
    windowBeforePayment({ window, windowMoves: true, createdAtMs, follows: 'the one before' }),
    window,
    'what follows another cover stays behind its end',
  );
  assert.equal(windowBeforePayment({ window: null, windowMoves: true, createdAtMs, follows: null }), null);
});
