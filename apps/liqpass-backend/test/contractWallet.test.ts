import type { AuthNonce, Me } from '@liqpass/api/auth';
import type { ErrorAnswer } from '@liqpass/api/wire';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hex } from 'viem';
import { serializeErc6492Signature } from 'viem/utils';
import { readPeopleSettings } from '../src/peopleConfig.ts';
import { testBackend } from './harness.ts';
import { localChain, type LocalChain } from './localChain.ts';
import { engine } from './testDatabase.ts';
import { newWallet } from './wallet.ts';

/** Signs in as a contract wallet; `sign` makes the signature over the server's message. */
async function signIn(rpcUrl: string | null, address: Hex, sign: (message: string) => Promise<Hex>) {
  const people = { ...readPeopleSettings({}, true), rpcUrl };
  const backend = await testBackend({ people });
  try {
    const { body: asked } = await backend.call<AuthNonce>('POST', '/api/auth/nonce', {
      body: { address, chainId: 8453 },
    });
    const body = { message: asked.message, signature: await sign(asked.message) };
    const { status, body: said } = await backend.call<Me & ErrorAnswer>('POST', '/api/auth/verify', { body });
    return { status, said: status === 200 ? said.address : said.error };
  } finally {
    await backend.close();
  }
}
const onChain = (work: (chain: LocalChain) => Promise<void>) => async () => {
  const chain = await localChain();
  try {
    await work(chain);
  } finally {
    await chain.close();
  }
};

test(
  `a contract wallet signs in with its owner's signature, judged by the chain (ERC-1271, ${engine})`,
  onChain(async (chain) => {
    const [owner, stranger] = [newWallet(), newWallet()];
    const wallet = chain.deployWallet(owner.address);
    const signedBy = (account: typeof owner) => (message: string) => account.signMessage({ message });
    const signed = await signIn(chain.url, wallet, signedBy(owner));
    assert.deepEqual([signed.status, signed.said.toLowerCase()], [200, wallet]);
    assert.deepEqual(await signIn(chain.url, wallet, signedBy(stranger)), {
      status: 401,
      said: 'SIGN_IN_SIGNATURE_WRONG',
    });
    // Without a chain to ask, nobody can tell.
    assert.deepEqual(await signIn(null, wallet, signedBy(owner)), { status: 401, said: 'SIGN_IN_SIGNATURE_WRONG' });
  }),
);

test(
  `a wallet that is not on the chain yet signs in with the call that would make it (ERC-6492, ${engine})`,
  onChain(async (chain) => {
    const [owner, stranger] = [newWallet(), newWallet()];
    const plan = chain.planWallet(owner.address);
    const signedBy = (account: typeof owner) => async (message: string) =>
      serializeErc6492Signature({
        address: plan.factory,
        data: plan.factoryData,
        signature: await account.signMessage({ message }),
      });
    const signed = await signIn(chain.url, plan.address, signedBy(owner));
    assert.deepEqual([signed.status, signed.said], [200, plan.address]);
    assert.deepEqual(await signIn(chain.url, plan.address, signedBy(stranger)), {
      status: 401,
      said: 'SIGN_IN_SIGNATURE_WRONG',
    });
  }),
);

test(
  `a chain that does not answer refuses nobody for good: sign in again (${engine})`,
  onChain(async (chain) => {
    const wallet = chain.deployWallet(newWallet().address);
    await chain.close();
    const answer = await signIn(chain.url, wallet, (message) => newWallet().signMessage({ message }));
    assert.deepEqual(answer, { status: 503, said: 'SERVICE_UNAVAILABLE' });
  }),
);
