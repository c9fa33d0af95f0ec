import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isExchangesDoing, judgeExchange, type ExchangeReading } from './exchangeHealth.ts';

const AT = 1_000_000;
const reading = (more: Partial<ExchangeReading> = {}): ExchangeReading => ({
  readAtMs: AT,
  answeredAtMs: AT - 100,
  asked: 20,
  failed: 0,
  maintenance: [],
  ...more,
});
const row = (state: 'scheduled' | 'ongoing' | 'pre_open', serviceType: string) => ({
  title: 'Upgrade',
  state,
  serviceType,
});
const judged = (more: Partial<ExchangeReading>) => {
  const { state, trouble } = judgeExchange(reading(more));
  return [state, trouble];
};

test('an exchange that answers is up, whatever it plans, and whether or not it speaks of maintenance', () => {
  assert.deepEqual(judged({}), ['UP', null]);
  assert.deepEqual(judged({ maintenance: [row('scheduled', '5')] }), ['UP', null]);
  assert.deepEqual(judged({ maintenance: [row('ongoing', '0')] }), ['UP', null], 'its sockets are not ours');
  assert.deepEqual(judged({ maintenance: null, asked: 4, failed: 1 }), ['UP', null]);
  assert.deepEqual(judged({ answeredAtMs: null, asked: 0 }), ['UP', null], 'nobody has asked yet');
});

test('it is down while trading or accounts are closed, or while nothing was answered for 20 seconds', () => {
  assert.deepEqual(judged({ maintenance: [row('ongoing', '5')] }), ['DOWN', 'MAINTENANCE']);
  assert.deepEqual(judged({ maintenance: [row('ongoing', '8')] }), ['DOWN', 'MAINTENANCE']);
  assert.deepEqual(judged({ maintenance: null, failed: 4, answeredAtMs: AT - 20_000 }), ['DOWN', 'NO_ANSWER']);
  assert.deepEqual(judged({ maintenance: null, failed: 1, answeredAtMs: null }), ['DOWN', 'NO_ANSWER']);
  assert.deepEqual(judged({ maintenance: null, failed: 2, answeredAtMs: AT - 19_999 }), ['UP', null]);
});

test('it is degraded while a fifth of the questions stays without an answer, others are worked on, or it is about to open', () => {
  assert.deepEqual(judged({ failed: 4 }), ['DEGRADED', 'MANY_FAILURES']);
  assert.deepEqual(judged({ failed: 3 }), ['UP', null]);
  assert.deepEqual(judged({ asked: 2, failed: 2 }), ['UP', null], 'two are not many');
  assert.deepEqual(judged({ maintenance: [row('ongoing', '99')] }), ['DEGRADED', 'MAINTENANCE']);
  assert.deepEqual(judged({ maintenance: [row('pre_open', '5')] }), ['DEGRADED', 'PRE_OPEN']);
});

test('what came to nothing is the exchange’s doing while it is down; a deleted key never is', () => {
  assert.equal(isExchangesDoing('JP_VERIFY_TIMEOUT', 'DOWN'), true);
  assert.equal(isExchangesDoing('EXCHANGE_UNAVAILABLE', 'DEGRADED'), true);
  assert.equal(isExchangesDoing('EVIDENCE_INCOMPLETE', 'DEGRADED'), false);
  assert.equal(isExchangesDoing('EXCHANGE_UNAVAILABLE', 'UP'), false);
  assert.equal(isExchangesDoing('EXCHANGE_UNAVAILABLE', null), false);
  assert.equal(isExchangesDoing('KEY_REJECTED', 'DOWN'), false);
});
