import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE_SEPOLIA_CHAIN_ID, LOCAL_CHAIN_ID } from '@liqpass/kernel/chains';
import { BASE_CHAIN_ID } from '@liqpass/kernel/vocabulary';
import { openInLinks } from './openIn.ts';

const here = { href: 'https://liqpass.example/buy?side=long' };
const linkOf = (name: string, chainId: number | null): URL => {
  const link = openInLinks(here, chainId).find((each) => each.name === name);
  assert.ok(link);
  return new URL(link.href);
};
/** What the page in Binance's browser is asked with. */
function binanceQuery(chainId: number | null): URLSearchParams {
  const inner = new URL(atob(linkOf('Binance', chainId).searchParams.get('_dp') ?? ''));
  return new URLSearchParams(atob(inner.searchParams.get('startPageQuery') ?? ''));
}
const tokenPocket = (chainId: number | null): unknown =>
  JSON.parse(linkOf('TokenPocket', chainId).searchParams.get('params') ?? '');

test('a wallet is opened on the chain of the payments, whichever it is', () => {
  for (const chainId of [BASE_CHAIN_ID, BASE_SEPOLIA_CHAIN_ID, LOCAL_CHAIN_ID])
    assert.deepEqual(Object.fromEntries(binanceQuery(chainId)), { url: here.href, defaultChainId: String(chainId) });
  assert.deepEqual(tokenPocket(BASE_CHAIN_ID), { url: here.href, chain: 'BASE', source: 'LiqPass' });
  for (const chainId of [BASE_SEPOLIA_CHAIN_ID, LOCAL_CHAIN_ID])
    assert.ok(
      openInLinks(here, chainId).every(({ name }) => name !== 'TokenPocket'),
      'it has no name for this chain',
    );
});

test('while the chain is not known, no link names one, and each opens this page', () => {
  assert.deepEqual(Object.fromEntries(binanceQuery(null)), { url: here.href });
  assert.deepEqual(tokenPocket(null), { url: here.href, source: 'LiqPass' });
  for (const chainId of [null, BASE_CHAIN_ID])
    assert.equal(new Set(openInLinks(here, chainId).map(({ href }) => href)).size, 7);
});
