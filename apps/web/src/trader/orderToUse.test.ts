import assert from 'node:assert/strict';
import { test } from 'node:test';
import { purchaseOrderAnswer, type PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { orderToUse } from './orderToUse.ts';

const ID = '0193f0c1-0000-7000-8000-000000000001';
const COVERED_BY = '0193f0c1-0000-7000-8000-000000000002';
const OTHER = '0193f0c1-0000-7000-8000-000000000003';
const AT = '2026-11-01T00:00:00.000Z';
const NEXT = '2026-11-01T23:00:00.000Z';
const unbound: PurchaseOrderAnswer = purchaseOrderAnswer.parse({
  id: ID,
  policy_type: 'liq_24h',
  chain_id: 8453,
  premium_amount_usdc: '1.00',
  amount_due_usdc: '1.00',
  payment_reference: `0x${'1'.repeat(64)}`,
  payment: { status: 'none', tx_hash: null, block_number: null },
  policy_params_json: { payout_fixed_usdc: '50.00', payout_cap_usdc: '50.00' },
  coverage_start_at: AT,
  coverage_end_at: NEXT,
  okx_meta_json: null,
  paid_at: null,
  quote_hash: `0x${'2'.repeat(64)}`,
  payout_address: null,
  status: 'AWAITING_BINDING',
  created_at: AT,
  updated_at: AT,
  owner: `0x${'3'.repeat(40)}`,
  bound_at: null,
  attested: null,
  reported_at: null,
  reported_tx_hash: null,
  payment_tx_hash: null,
  paid_amount_usdc: null,
  refund_reason: null,
  effective_start_at: null,
  claim_id: null,
  position: { inst_id: 'BTC-USDT-SWAP', side: 'long', leverage: '20', mark_px: '60000', liq_px: '57300' },
});
const quote = { policy_type: 'liq_24h', premium_usdc: '1.00', payout_usdc: '50.00' };
const position = { inst_id: 'BTC-USDT-SWAP', side: 'long', order_id: null } as const;
const inLastHour = { ...position, order_id: COVERED_BY, next_from: NEXT };

test('the order whose binding was refused is the one that is bound at the next try', () => {
  assert.equal(orderToUse([unbound], quote, position)?.id, ID);
  assert.equal(orderToUse([{ ...unbound, status: 'AWAITING_PAYMENT' }, unbound], quote, position)?.id, ID);
  const next = { ...unbound, follows: COVERED_BY, coverage_start_at: NEXT };
  assert.equal(orderToUse([unbound, next], quote, inLastHour), next);
});

test('an order that says anything else than what the buyer reads is not used', () => {
  const others: Partial<PurchaseOrderAnswer>[] = [
    { status: 'AWAITING_PAYMENT' },
    { status: 'LAPSED' },
    { okx_meta_json: { ordId: '1234567890123456789', instId: 'BTC-USDT-SWAP' } },
    { reported_at: AT },
    { payout_address: `0x${'4'.repeat(40)}` },
    { quote_hash: null },
    { position: { inst_id: 'ETH-USDT-SWAP', side: 'long', leverage: '20', mark_px: '60000', liq_px: '57300' } },
    { position: { inst_id: 'BTC-USDT-SWAP', side: 'short', leverage: '20', mark_px: '60000', liq_px: '62700' } },
    { policy_type: 'liq_8h' },
    { premium_amount_usdc: '1.01' },
    { policy_params_json: { payout_fixed_usdc: '100.00', payout_cap_usdc: '100.00' } },
    { follows: COVERED_BY },
  ];
  for (const other of others)
    assert.equal(orderToUse([{ ...unbound, ...other }], quote, position), undefined, JSON.stringify(other));
  const { position: _, ...withoutPosition } = unbound;
  assert.equal(orderToUse([withoutPosition], quote, position), undefined);
  for (const next of [{ follows: OTHER }, { follows: COVERED_BY, coverage_start_at: AT }])
    assert.equal(orderToUse([{ ...unbound, coverage_start_at: NEXT, ...next }], quote, inLastHour), undefined);
  assert.equal(orderToUse([unbound], quote, inLastHour), undefined, 'it would not begin where the cover that is ends');
});
