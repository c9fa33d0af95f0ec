import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Button } from '../ui/kit.tsx';
import { useSignOut } from './session.ts';

/** What the wallet in the bar opens into, once there is one: its address, sign in, sign out. */
export default function WalletMenu({
  address,
  signedIn,
  onSignIn,
}: {
  address: string;
  signedIn: boolean;
  onSignIn: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const { t: ts } = useTranslation('shared');
  const signOut = useSignOut();
  return (
    <div
      id="wallet-menu"
      popover="auto"
      className="absolute inset-auto top-15 right-3 m-0 w-80 max-w-[calc(100vw-24px)] rounded-lg border border-edge bg-surface p-4 text-ink open:grid open:gap-3"
    >
      <p className="num text-sm break-all">{address}</p>
      <p className="text-sm text-muted">{signedIn ? ts('wallet.signed_in') : ts('wallet.not_signed_in')}</p>
      <ErrorNote error={signOut.error} />
      {signedIn && (
        <p className="flex flex-wrap gap-x-5">
          <a className="link inline-flex min-h-9 items-center text-sm" href="/keys">
            {ts('wallet.keys')}
          </a>
          <a className="link inline-flex min-h-9 items-center text-sm" href="/notifications">
            {ts('wallet.notifications')}
          </a>
        </p>
      )}
      {!signedIn && <Button onClick={onSignIn}>{t('wallet.sign_in')}</Button>}
      <Button kind="quiet" busy={signOut.isPending} onClick={() => signOut.mutate()}>
        {ts('wallet.sign_out')}
      </Button>
    </div>
  );
}
