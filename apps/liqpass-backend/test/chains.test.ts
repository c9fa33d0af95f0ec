import type { PaymentInstructions } from '@liqpass/api/quotes';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashTypedData, recoverTypedDataAddress, type TypedDataDefinition } from 'viem';
import { readPeopleSettings } from '../src/peopleConfig.ts';
import { readChainSettings } from '../src/treasuryConfig.ts';
import { APPLICATION } from './harness.ts';
import { testShop } from './shop.ts';
import { engine } from './testDatabase.ts';
import { newWallet } from './wallet.ts';

const USDC_ADDRESS = '0x5FbDB2315678afecb367f032d93F642f64180aa3';

for (const [chainId, name, explorer] of [
  [8453, 'Base', 'https://basescan.org'],
  [84_532, 'Base Sepolia', 'https://sepolia.basescan.org'],
  [31_337, 'Local chain', null],
  [7_777, 'Chain 7777', null],
] as const)
  test(`on chain ${chainId} everything that is named, sold and signed is of that chain (${engine})`, async (t) => {
    const env = { CHAIN_ID: String(chainId), ...(chainId === 8453 || chainId === 84_532 ? {} : { USDC_ADDRESS }) };
    const chain = readChainSettings(env);
    const shop = await testShop(t, { chain, people: readPeopleSettings(env, false, chainId) });
    const { body: to } = await shop.call<PaymentInstructions>('GET', '/api/payment-instructions');
    assert.deepEqual([to.chain_id, to.chain_name, to.explorer_url], [chainId, name, explorer]);
    assert.equal(to.token_address, chain.usdc);

    const { body: quote } = await shop.quote();
    const typed = quote.typed_data as unknown as TypedDataDefinition;
    assert.equal(typed.domain?.chainId, chainId);
    assert.equal(hashTypedData(typed), quote.quote_hash);
    const signature = quote.signature as `0x${string}`;
    assert.equal(await recoverTypedDataAddress({ ...typed, signature }), shop.backend.ctx.quoteSigner.address);
    assert.equal((await shop.buy(quote, { chainId })).status, 201);

    const elsewhere = chainId === 8453 ? 84_532 : 8453;
    const refused = await shop.call<ErrorAnswer>('POST', '/api/purchase-orders', {
      body: { ...APPLICATION, chainId: elsewhere },
    });
    assert.deepEqual([refused.status, refused.body.error], [422, 'CHAIN_NOT_SUPPORTED']);
    assert.equal(refused.body.params?.['network'], name);
    assert.ok(refused.body.message.includes(`${name} (chain ${chainId})`), refused.body.message);

    const { address } = newWallet();
    const nonce = (on: number) =>
      shop.call<{ message: string } & ErrorAnswer>('POST', '/api/auth/nonce', { body: { address, chainId: on } });
    assert.match((await nonce(chainId)).body.message, new RegExp(`\nChain ID: ${chainId}\n`));
    const { error, params } = (await nonce(elsewhere)).body;
    assert.deepEqual([error, params?.['network']], ['CHAIN_NOT_SUPPORTED', name]);
    const unpayable = { ...APPLICATION, chainId, payoutAddress: `0x${'0'.repeat(40)}` };
    const zero = await shop.call<ErrorAnswer>('POST', '/api/purchase-orders', { body: unpayable });
    assert.deepEqual([zero.body.error, zero.body.params?.['network']], ['ADDRESS_CANNOT_BE_PAID', name]);
    assert.ok(zero.body.message.endsWith(`on ${name}.`), zero.body.message);
  });
