import { useTranslation } from 'react-i18next';
import { shortHex } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { WalletIcon } from '../ui/icons.tsx';
import { Button, buttonClass } from '../ui/kit.tsx';
import { useMe, useSignOut } from './session.ts';
import { useConnect } from './useConnect.tsx';
import { useWallet } from './walletStore.ts';

/** Connect, sign in, sign out: one button in the bar. */
export function WalletButton() {
  const { t } = useTranslation();
  const wallet = useWallet();
  const me = useMe();
  const signOut = useSignOut();
  const { connect, dialog } = useConnect();
  const address = me.data?.address ?? (wallet.status === 'connected' ? wallet.address : null);
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
        <div
          id="wallet-menu"
          popover="auto"
          className="absolute inset-auto top-15 right-3 m-0 w-80 max-w-[calc(100vw-24px)] rounded-lg border border-edge bg-surface p-4 text-ink open:grid open:gap-3"
        >
          <p className="num text-sm break-all">{address}</p>
          <p className="text-sm text-muted">{me.data ? t('wallet.signed_in') : t('wallet.not_signed_in')}</p>
          <ErrorNote error={signOut.error} />
          {!me.data && <Button onClick={connect}>{t('wallet.sign_in')}</Button>}
          <Button kind="quiet" busy={signOut.isPending} onClick={() => signOut.mutate()}>
            {t('wallet.sign_out')}
          </Button>
        </div>
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
        {wallet.status === 'connected' ? t('wallet.sign_in') : t('wallet.connect')}
      </Button>
      {dialog}
    </>
  );
}
