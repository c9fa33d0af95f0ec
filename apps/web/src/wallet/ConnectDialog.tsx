import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { paymentInstructionsQuery } from '../data/marketQueries.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { ArrowRightIcon, ExternalIcon } from '../ui/pageIcons.tsx';
import { Button, Skeleton } from '../ui/kit.tsx';
import { Modal } from '../ui/Modal.tsx';
import type { FoundWallet } from './browserWallet.ts';
import { openInLinks } from './openIn.ts';
import { useSignIn } from './session.ts';
import { loadWallet } from './loadWallet.ts';
import { useWallet } from './walletStore.ts';

/** First the wallet, then the signature that signs in. */
export default function ConnectDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { t: ts } = useTranslation('shared');
  const wallet = useWallet();
  const signIn = useSignIn();
  const [found, setFound] = useState<FoundWallet[] | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let stop = (): void => undefined;
    let gone = false;
    loadWallet().then(({ watchWallets }) => {
      if (!gone) stop = watchWallets(setFound);
    }, setError);
    return () => {
      gone = true;
      stop();
    };
  }, []);

  const signInWith = (address: `0x${string}`): void => {
    setError(null);
    signIn.mutate(address, { onSuccess: onClose, onError: setError });
  };
  const choose = async (id: string): Promise<void> => {
    setBusy(id);
    setError(null);
    try {
      const { connectWallet } = await loadWallet();
      signInWith(await connectWallet(id));
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(null);
    }
  };

  const connected = wallet.status === 'none' ? null : wallet;
  return (
    <Modal title={connected ? t('wallet.sign_in') : ts('wallet.choose')} onClose={onClose}>
      <p className="text-sm text-muted">{connected ? ts('wallet.sign_in_why') : ts('wallet.choose_why')}</p>
      {connected ? (
        <div className="grid gap-3">
          <p className="num text-sm break-all">{connected.address}</p>
          <Button data-autofocus size="lg" busy={signIn.isPending} onClick={() => signInWith(connected.address)}>
            {signIn.isPending ? ts('wallet.confirm_in_wallet') : t('wallet.sign_in')}
          </Button>
        </div>
      ) : found === null && error === null ? (
        <Skeleton lines={2} />
      ) : (
        <ul className="grid gap-2">
          {(found ?? []).map((item) => (
            <li key={item.id}>
              <button
                type="button"
                data-autofocus
                aria-busy={busy === item.id || undefined}
                onClick={() => void choose(item.id)}
                className="flex min-h-13 w-full items-center gap-3 rounded-md border border-edge px-4 text-left font-semibold hover:border-ink"
              >
                {item.icon && <img src={item.icon} alt="" width={24} height={24} />}
                <span className="flex-1">{item.name ?? ts('wallet.injected')}</span>
                <ArrowRightIcon />
              </button>
            </li>
          ))}
        </ul>
      )}
      {found?.length === 0 && !connected && <NoWallet />}
      <ErrorNote error={error} />
    </Modal>
  );
}

/** Without a wallet in this browser: open this page in a wallet's own browser. */
function NoWallet() {
  const { t: ts } = useTranslation('shared');
  const payment = useQuery(paymentInstructionsQuery);
  const links = openInLinks(window.location, payment.data?.chain_id ?? null);
  return (
    <div className="grid gap-2 text-sm">
      <p>{ts('wallet.none')}</p>
      <ul className="grid gap-1">
        {links.map((link) => (
          <li key={link.name}>
            <a className="link inline-flex min-h-9 items-center gap-1.5" href={link.href} rel="noreferrer">
              {ts('wallet.open_in', { name: link.name })} <ExternalIcon size={14} />
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
