import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { paymentReference } from '@liqpass/chain/paymentReference';
import { formatIso, HOUR_MS, SECOND_MS } from '@liqpass/kernel/time';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hex } from '@liqpass/chain/hex';
import { newOrdId } from './harness.ts';
import { goOn } from './shop.ts';
import { engine } from './testDatabase.ts';
import { newWallet, signInWith } from './wallet.ts';
import { watchedShop } from './watchedShop.ts';

const STRANGER = '0x00000000000000000000000000000000000b0b0b';

test(`money counts by its block: in the last second of the time to pay it buys cover, however late it is read (${engine})`, async (t) => {
  const { shop, chain, look } = await watchedShop(t);

  for (const [how, late, status, reason] of [
    ['by its reference', -1, 'SCHEDULED', null],
    ['by its reference', 0, 'REFUND_DUE', 'PAID_AFTER_DEADLINE'],
    ['by its wallet', -1, 'SCHEDULED', null],
    ['by its wallet', 0, 'LAPSED', null],
  ] as const) {
    goOn(shop);
    await shop.feed();
    const { body: quote, status: quoted } = await shop.quote();
    assert.equal(quoted, 200, JSON.stringify(quote));
    const wallet = newWallet();
    const person = await signInWith(shop, wallet);
    const { body: made, status: sold } = await person.call<{ purchaseOrderId: string }>(
      'POST',
      '/api/purchase-orders',
      {
        policyType: quote.policy_type,
        chainId: chain.chainId,
        premiumAmountUsdc: quote.premium_usdc,
        policyParams: { payout_fixed_usdc: quote.payout_usdc, payout_cap_usdc: quote.payout_usdc },
        quoteHash: quote.quote_hash,
      },
    );
    assert.equal(sold, 201, JSON.stringify(made));
    const id = made.purchaseOrderId;
    const bind = { ordId: newOrdId(), instId: 'BTC-USDT-SWAP' };
    assert.equal((await person.call('POST', `/api/purchase-orders/${id}/bind-okx`, bind)).status, 200);
    const read = async (): Promise<PurchaseOrderAnswer> =>
      (await person.call<PurchaseOrderAnswer>('GET', `/api/purchase-orders/${id}`)).body;
    const order = await read();
    const due = BigInt(order.amount_due_usdc.replace('.', '').padEnd(7, '0'));
    const payBy = Date.parse(order.pay_by ?? '');
    if (how === 'by its reference') chain.send(STRANGER, due, paymentReference(id));
    // Not the amount that is due from it: only the wallet tells.
    else chain.send(wallet.address.toLowerCase() as Hex, due + 1_000n);
    const second = Math.ceil(payBy / SECOND_MS) + late;
    chain.mine(second);
    // Nobody reads for an hour.
    shop.clock.set(payBy + HOUR_MS);
    for (let at = 1; at <= 3; at += 1) chain.mine(second + at * 2);
    await look();
    const found = await read();
    const why = `${how}, ${late}`;
    assert.deepEqual(
      [found.status, found.refund_reason],
      [status === 'SCHEDULED' ? found.status : status, reason],
      why,
    );
    assert.equal(found.paid_at, status === 'LAPSED' ? null : formatIso(second * SECOND_MS), why);
    if (status === 'SCHEDULED') assert.ok(['SCHEDULED', 'ACTIVE'].includes(found.status), `${why}: ${found.status}`);
  }
});
