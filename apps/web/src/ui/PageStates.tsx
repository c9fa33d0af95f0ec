import type { ErrorComponentProps } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from './ErrorNote.tsx';
import { Skeleton } from './kit.tsx';
import { Page } from './Shell.tsx';

/** A page that failed: its code could not be loaded, or drawing it threw. */
export function PageError({ error }: ErrorComponentProps) {
  const { t } = useTranslation();
  // Code that could not be loaded is not asked for again by itself; here is nothing typed that a reload could lose.
  useEffect(() => {
    const again = (): void => window.location.reload();
    addEventListener('online', again);
    return () => removeEventListener('online', again);
  }, []);
  return (
    <Page>
      <h1 className="text-2xl">{t('page_failed')}</h1>
      <p className="text-muted">{t('page_failed_why')}</p>
      <ErrorNote error={error} onRetry={() => window.location.reload()} />
    </Page>
  );
}

export function PageMissing() {
  const { t } = useTranslation();
  return (
    <Page>
      <h1 className="text-2xl">{t('page_missing')}</h1>
      <p>
        <a className="link" href="/">
          {t('to_start')}
        </a>
      </p>
    </Page>
  );
}

export function PagePending() {
  return (
    <Page>
      <Skeleton lines={5} />
    </Page>
  );
}
