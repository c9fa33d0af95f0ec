import { isApiError } from '@liqpass/api/apiClient';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { ConnectButton } from '../wallet/WalletButton.tsx';

/** Why an order cannot be shown; where it belongs to a wallet, the way in is right here. */
export function OrderError({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation('trader');
  const closed = isApiError(error) && (error.status === 401 || error.code === 'NOT_THE_OWNER');
  if (!closed) return <ErrorNote error={error} onRetry={onRetry} />;
  return (
    <div className="grid justify-items-start gap-4">
      <h1 className="text-2xl">{t('order.sign_in')}</h1>
      <ErrorNote error={error} />
      <ConnectButton />
    </div>
  );
}
