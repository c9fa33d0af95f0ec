import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { credentialsQuery } from '../data/credentialQueries.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Skeleton } from '../ui/kit.tsx';
import { Page } from '../ui/Shell.tsx';
import { useMe } from '../wallet/session.ts';
import { ConnectButton } from '../wallet/WalletButton.tsx';
import { DeleteKey } from './DeleteKey.tsx';

/** The exchange keys of a wallet: what each is called, where it is from, what uses it, and its end. */
export function KeysPage() {
  const { t } = useTranslation('trader');
  const me = useMe();
  const keys = useQuery({ ...credentialsQuery, enabled: Boolean(me.data) });
  return (
    <Page>
      <div className="grid max-w-180 gap-6">
        <h1 className="text-4xl">{t('keys.title')}</h1>
        <p className="text-muted">{t('keys.lead')}</p>
        {me.data === null && (
          <div>
            <ConnectButton />
          </div>
        )}
        <ErrorNote error={keys.error} onRetry={() => void keys.refetch()} />
        {me.data && keys.data === undefined && !keys.error && <Skeleton lines={4} />}
        {keys.data?.items.length === 0 && <p className="text-muted">{t('keys.none')}</p>}
        {keys.data && keys.data.items.length > 0 && (
          <ul className="sheet divide-y divide-line">
            {keys.data.items.map((key) => (
              <li key={key.id} className="grid gap-1 p-4 sm:grid-cols-[1fr_auto] sm:items-center">
                <div className="min-w-0">
                  <p className="font-semibold break-words">{key.label}</p>
                  <p className="text-sm text-muted">
                    <span className="num">{key.uid_masked}</span> · {t(`region.${key.region}`)}
                  </p>
                  <p className="text-sm text-muted">
                    <Instant at={key.created_at} seconds={false} />
                  </p>
                  <p className="text-sm">{key.in_use ? t('keys.in_use') : t('keys.not_in_use')}</p>
                </div>
                <DeleteKey credential={key} />
              </li>
            ))}
          </ul>
        )}
        <p className="text-sm">
          <Link to="/help/okx-key" className="link">
            {t('key.help')}
          </Link>
        </p>
      </div>
    </Page>
  );
}
