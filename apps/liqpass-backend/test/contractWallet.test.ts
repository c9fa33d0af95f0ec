import type { AuthNonce, Me } from '@liqpass/api/auth';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Hex } from 'viem';
import { getAddress, serializeErc6492Signature } from 'viem/utils';
import { readPeopleSettings } from '../src/peopleConfig.ts';
import { ADMIN_KEY, testBackend, type TestBackend } from './harness.ts';
import { localChain, lyingChain, type LocalChain } from './localChain.ts';
import { engine } from './testDatabase.ts';
import { cookieOf, newWallet } from './wallet.ts';

type Env = { readonly RPC_URL?: string; readonly OPERATORS?: string };
async function backendWith(t: TestContext, env: Env): Promise<TestBackend> {
  const app = await testBackend({ people: readPeopleSettings(env, true) });
  t.after(() => app.close());
  return app;
}
async function chains(t: TestContext): Promise<[LocalChain, LocalChain]> {
  const both = [await localChain(), await localChain()] as const;
  t.after(() => Promise.all(both.map((chain) => chain.close())));
  return [...both];
}
const urls = (...list: readonly { readonly url: string }[]): string => list.map(({ url }) => url).join(',');

type Sign = (message: string) => Promise<Hex>;
/** Signs in as the wallet at `address`; `sign` makes the signature over the server's message. */
async function signIn(app: TestBackend, address: Hex, sign: Sign) {
  const { body: asked } = await app.call<AuthNonce>('POST', '/api/auth/nonce', { body: { address, chainId: 8453 } });
  const body = { message: asked.message, signature: await sign(asked.message) };
  const { status, body: said, headers } = await app.call<Me & ErrorAnswer>('POST', '/api/auth/verify', { body });
  return { status, said: status === 200 ? said.address.toLowerCase() : said.error, cookie: cookieOf(headers) ?? '' };
}
const by =
  (account: ReturnType<typeof newWallet>): Sign =>
  (message) =>
    account.signMessage({ message });
/** As somebody who holds no key of that wallet. */
const byNobody: Sign = by(newWallet());
const outcome = ({ status, said }: { status: number; said: string }) => [status, said];
const REFUSED = [401, 'SIGN_IN_SIGNATURE_WRONG'];

test(`a contract wallet signs in with its owner's signature where two RPCs say so (ERC-1271, ${engine})`, async (t) => {
  const [one, two] = await chains(t);
  const owner = newWallet();
  const wallet = one.deployWallet(owner.address);
  assert.equal(two.deployWallet(owner.address), wallet);
  const app = await backendWith(t, { RPC_URL: urls(one, two) });
  assert.deepEqual(outcome(await signIn(app, wallet, by(owner))), [200, wallet]);
  assert.deepEqual(outcome(await signIn(app, wallet, byNobody)), REFUSED);
  // Without a chain to ask, nobody can tell; and what one alone says of a stranger's address is worth nothing.
  assert.deepEqual(outcome(await signIn(await backendWith(t, {}), wallet, by(owner))), REFUSED);
  assert.deepEqual(outcome(await signIn(await backendWith(t, { RPC_URL: one.url }), wallet, by(owner))), REFUSED);
});

test(`whoever answers RPC_URL is nobody: not a trader, not an operator (${engine})`, async (t) => {
  const [honest] = await chains(t);
  const [liar, other] = [await lyingChain(), await lyingChain()];
  t.after(() => Promise.all([liar.close(), other.close()]));
  const [trader, operator] = [newWallet(), newWallet()];
  const contract = honest.deployWallet(newWallet().address);
  const OPERATORS = `${operator.address}:admin:Ada`;

  const alone = await backendWith(t, { RPC_URL: liar.url, OPERATORS });
  for (const address of [trader.address, operator.address, contract])
    assert.deepEqual(outcome(await signIn(alone, address, byNobody)), REFUSED);
  const beside = await backendWith(t, { RPC_URL: urls(liar, honest), OPERATORS });
  for (const address of [trader.address, operator.address, contract])
    assert.deepEqual(outcome(await signIn(beside, address, byNobody)), REFUSED);

  // Two that lie alike: a trader's wallet is theirs, an operator's key is not. It is not even asked about.
  const both = await backendWith(t, { RPC_URL: urls(liar, other), OPERATORS });
  const before = liar.asked.length;
  assert.deepEqual(outcome(await signIn(both, operator.address, byNobody)), REFUSED);
  assert.equal(liar.asked.length, before);
  const stolen = await signIn(both, trader.address, byNobody);
  assert.equal(stolen.status, 200);
  // Made an operator afterwards, that wallet's own key opens the operators' door; the chain's word does not.
  await both.call('PUT', `/admin/operators/${trader.address}`, {
    headers: { 'x-admin-key': ADMIN_KEY },
    body: { role: 'admin', name: 'Tess' },
  });
  const door = (cookie: string) => both.call<ErrorAnswer>('GET', '/admin/me', { headers: { cookie } });
  assert.equal((await door(stolen.cookie)).body.error, 'FORBIDDEN');
  assert.equal((await door((await signIn(both, trader.address, by(trader))).cookie)).status, 200);
  // What a key signed is judged here: nobody else is asked.
  const asked = liar.asked.length;
  assert.equal((await signIn(both, operator.address, by(operator))).status, 200);
  assert.equal(liar.asked.length, asked);
});

test(`an operator's contract wallet is named as one, and then one RPC is enough (${engine})`, async (t) => {
  const [chain] = await chains(t);
  const owner = newWallet();
  const wallet = getAddress(chain.deployWallet(owner.address));
  const plan = chain.planWallet(owner.address);
  const OPERATORS = `${wallet}:reviewer:Sam:contract,${plan.address}:viewer:Vic:contract`;
  const app = await backendWith(t, { RPC_URL: chain.url, OPERATORS });
  const role = async (cookie: string) => (await app.call<Me>('GET', '/api/me', { headers: { cookie } })).body.role;
  assert.equal(await role((await signIn(app, wallet, by(owner))).cookie), 'reviewer');
  assert.deepEqual(outcome(await signIn(app, wallet, byNobody)), REFUSED);
  // Not yet on the chain: the call that would make it comes along (ERC-6492).
  const planned = (account: typeof owner) => async (message: string) =>
    serializeErc6492Signature({
      address: plan.factory,
      data: plan.factoryData,
      signature: await account.signMessage({ message }),
    });
  assert.equal(await role((await signIn(app, plan.address, planned(owner))).cookie), 'viewer');
  assert.deepEqual(outcome(await signIn(app, plan.address, planned(newWallet()))), REFUSED);
  // The same wallet, not named, has no code that anybody could ask.
  const [one, two] = await chains(t);
  const plain = await backendWith(t, { RPC_URL: urls(one, two) });
  assert.deepEqual(outcome(await signIn(plain, plan.address, planned(owner))), REFUSED);
});

test(`a chain that does not answer refuses nobody for good: sign in again (${engine})`, async (t) => {
  const [one, two] = await chains(t);
  const wallet = one.deployWallet(newWallet().address);
  const app = await backendWith(t, { RPC_URL: urls(one, two) });
  await two.close();
  assert.deepEqual(outcome(await signIn(app, wallet, byNobody)), [503, 'SERVICE_UNAVAILABLE']);
});
