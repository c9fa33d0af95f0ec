import { whyNoChain } from '@liqpass/testing/chain/anvil';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { privateKeyToAccount } from 'viem/accounts';
import { z } from 'zod';
import { freePort } from '../scripts/freePort.ts';
import { openTrialChain } from '../scripts/trialChain.ts';
import { productAsProcesses } from './productAsProcesses.ts';

// The chain that `npm start -- --chain` brings along: whoever has the key that it prints pays, and sees the payment count.

const shown = z.looseObject({
  status: z.string(),
  amount_due_usdc: z.string(),
  payment_reference: z.templateLiteral(['0x', z.string()]),
  payment: z.looseObject({ status: z.enum(['none', 'seen', 'final']) }),
});

test(
  'with the key that a trial on a chain prints one pays, and the payment goes from waiting to seen to final',
  { skip: whyNoChain() ?? false, timeout: 180_000 },
  async (t) => {
    const trial = await openTrialChain(await freePort());
    t.after(() => trial.chain.stop());
    const p = await productAsProcesses({ env: { ...trial.env } });
    try {
      const { chain, safe, buyer } = trial;
      const slot = { instId: 'BTC-USDT-SWAP', posSide: 'long' };
      const { ordId } = await p.control('/orders', { ...slot, side: 'buy', sz: '1', lever: '10' });
      const made = await p.call('POST', '/api/purchase-orders', {
        policyType: 'OKX_24H',
        chainId: chain.chainId,
        premiumAmountUsdc: '1.00',
        policyParams: { payout_fixed_usdc: '50', payout_cap_usdc: '50' },
      });
      assert.equal(made.status, 201, JSON.stringify(made.body));
      const order = `/api/purchase-orders/${String(made.body['purchaseOrderId'])}`;
      const bound = await p.call('POST', `${order}/bind-okx`, { ordId, instId: slot.instId });
      const due = shown.parse(bound.body);
      assert.equal(due.payment.status, 'none');

      const payer = privateKeyToAccount(buyer.key);
      assert.equal(payer.address, buyer.address);
      const amount = BigInt(due.amount_due_usdc.replace('.', '').padEnd(7, '0'));
      await chain.transfer(payer, safe.address, amount, due.payment_reference);
      const seen = new Set<string>();
      const read = async () => {
        const now = shown.parse((await p.call('GET', order)).body);
        seen.add(now.payment.status);
        return now;
      };
      const last = await p.until(read, (now) => now.payment.status === 'final');
      assert.equal(last.status, 'SCHEDULED');
      assert.ok(seen.has('seen'), `a person sees it come: ${[...seen].join(', ')}`);
      const { body } = await p.call('GET', '/api/payment-instructions');
      assert.deepEqual(
        [body['chain_id'], body['chain_name'], body['treasury_safe']],
        [31_337, 'Local chain', safe.address],
      );
    } finally {
      await p.remove();
    }
  },
);
