import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../data/meQuery.ts';
import { shortHex } from '../format.ts';
import { loadNamespace } from '../i18n.ts';
import { WalletIcon } from '../ui/icons.tsx';
import { Button, buttonClass } from '../ui/kit.tsx';
import { useConnect } from './useConnect.tsx';
import { useWallet } from './walletStore.ts';

// Without a network there is no signing out: the button stays, and opens nothing.
const WalletMenu = lazy(() =>
  Promise.all([import('./WalletMenu.tsx'), loadNamespace('shared')]).then(
    ([module]) => module,
    () => ({ default: () => null }),
  ),
);

/** Connect, sign in, sign out: one button in the bar. */
export function WalletButton() {
  const { t } = useTranslation();
  const wallet = useWallet();
  const me = useQuery(meQuery);
  const { connect, dialog } = useConnect();
  const address = me.data?.address ?? (wallet.status === 'none' ? null : wallet.address);
  // One place for the dialog: it must stay the same one while the wallet becomes connected behind it.
  return (
    <>
      {address === null ? (
        <Button data-landing kind="quiet" onClick={connect} aria-label={t('wallet.connect')}>
          <WalletIcon />
          <span className="hidden sm:inline">{t('wallet.connect')}</span>
        </Button>
      ) : (
        <button
          type="button"
          data-landing
          popoverTarget="wallet-menu"
          className={buttonClass('quiet')}
          aria-label={`${t('wallet.wallet')} ${shortHex(address)}`}
        >
          <span className={`size-2 rounded-full ${me.data ? 'bg-floor' : 'border border-edge'}`} />
          <span className="num hidden sm:inline">{shortHex(address)}</span>
          <span className="num sm:hidden">…{address.slice(-4)}</span>
        </button>
      )}
      {address !== null && (
        <Suspense>
          <WalletMenu address={address} signedIn={Boolean(me.data)} onSignIn={connect} />
        </Suspense>
      )}
      {dialog}
    </>
  );
}

/** The way in from a page's own text: connect, or sign in with the wallet that is connected. */
export function ConnectButton() {
  const { t } = useTranslation();
  const wallet = useWallet();
  const { connect, dialog } = useConnect();
  return (
    <>
      <Button kind="quiet" onClick={connect}>
        <WalletIcon />
        {wallet.status === 'none' ? t('wallet.connect') : t('wallet.sign_in')}
      </Button>
      {dialog}
    </>
  );
}
