import { BASE_CHAIN_ID } from '@liqpass/kernel/vocabulary';

/** What is typed on the page, as a query, for a browser that keeps nothing of it; '' where there is nothing. */
let typed: () => string = () => '';
export function carryTyped(query: () => string): () => void {
  typed = query;
  return () => {
    typed = () => '';
  };
}

const base64 = (text: string): string => btoa(text).replace(/=+$/, '');

/** What TokenPocket calls a chain, where it is known. */
const TOKEN_POCKET_CHAIN: Readonly<Record<number, string>> = { [BASE_CHAIN_ID]: 'BASE' };

/**
 * Links that open this very page, with what was typed, in the browser of a wallet, on the chain of the payments where a link can say
 * so; null while that is not known: the wallet then opens on the chain it was last on. A wallet that wants the name of the chain is
 * left out where it has none for it. Sources: each wallet's pages on deep links.
 */
export function openInLinks(
  location: Pick<Location, 'href'>,
  chainId: number | null,
): { name: string; href: string }[] {
  const url = new URL(location.href);
  for (const [key, value] of new URLSearchParams(typed())) url.searchParams.set(key, value);
  const href = url.href;
  const encoded = encodeURIComponent(href);
  const defaultChain = chainId === null ? '' : `&defaultChainId=${chainId}`;
  const chain = chainId === null ? undefined : TOKEN_POCKET_CHAIN[chainId];
  const binance = `bnc://app.binance.com/mp/app?${new URLSearchParams({
    appId: 'yFK5FCqYprrXDiVFbhyRx7',
    startPagePath: base64('/pages/browser/index'),
    startPageQuery: base64(`url=${encoded}${defaultChain}`),
  }).toString()}`;
  return [
    {
      name: 'OKX Wallet',
      href: `https://www.okx.com/download?deeplink=${encodeURIComponent(`okx://wallet/dapp/url?dappUrl=${encoded}`)}`,
    },
    { name: 'MetaMask', href: `https://metamask.app.link/dapp/${href.replace(/^https?:\/\//, '')}` },
    ...(chainId !== null && chain === undefined
      ? []
      : [
          {
            name: 'TokenPocket',
            href: `tpdapp://open?params=${encodeURIComponent(JSON.stringify({ url: href, chain, source: 'LiqPass' }))}`,
          },
        ]),
    { name: 'imToken', href: `imtokenv2://navigate/DappView?url=${encoded}` },
    { name: 'Bitget Wallet', href: `https://bkcode.vip?action=dapp&url=${encoded}` },
    { name: 'Binance', href: `https://app.binance.com/en/download?_dp=${base64(binance)}` },
    { name: 'Coinbase Wallet', href: `https://go.cb-w.com/dapp?cb_url=${encoded}` },
  ];
}
