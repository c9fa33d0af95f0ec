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

/** Links that open this very page, with what was typed, in the browser of a wallet. Sources: each wallet's pages on deep links. */
export function openInLinks(location: Location): { name: string; href: string }[] {
  const url = new URL(location.href);
  for (const [key, value] of new URLSearchParams(typed())) url.searchParams.set(key, value);
  const href = url.href;
  const encoded = encodeURIComponent(href);
  const binance = `bnc://app.binance.com/mp/app?${new URLSearchParams({
    appId: 'yFK5FCqYprrXDiVFbhyRx7',
    startPagePath: base64('/pages/browser/index'),
    startPageQuery: base64(`url=${encoded}&defaultChainId=${BASE_CHAIN_ID}`),
  }).toString()}`;
  return [
    {
      name: 'OKX Wallet',
      href: `https://www.okx.com/download?deeplink=${encodeURIComponent(`okx://wallet/dapp/url?dappUrl=${encoded}`)}`,
    },
    { name: 'MetaMask', href: `https://metamask.app.link/dapp/${href.replace(/^https?:\/\//, '')}` },
    {
      name: 'TokenPocket',
      href: `tpdapp://open?params=${encodeURIComponent(JSON.stringify({ url: href, chain: 'BASE', source: 'LiqPass' }))}`,
    },
    { name: 'imToken', href: `imtokenv2://navigate/DappView?url=${encoded}` },
    { name: 'Bitget Wallet', href: `https://bkcode.vip?action=dapp&url=${encoded}` },
    { name: 'Binance', href: `https://app.binance.com/en/download?_dp=${base64(binance)}` },
    { name: 'Coinbase Wallet', href: `https://go.cb-w.com/dapp?cb_url=${encoded}` },
  ];
}
