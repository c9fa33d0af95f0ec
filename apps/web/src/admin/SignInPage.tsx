import { isApiError } from '@liqpass/api/apiClient';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Button } from '../ui/kit.tsx';
import { Field } from '../ui/fields.tsx';
import { Note } from '../ui/sheets.tsx';
import { Page } from '../ui/Shell.tsx';
import { useMe } from '../wallet/session.ts';
import { ConnectButton } from '../wallet/WalletButton.tsx';
import { enterWithKey } from './operatorApi.ts';

/** Sign in as an operator: a wallet on the list, or the installation's key for this tab. */
export function SignInPage() {
  const { t } = useTranslation('admin');
  const me = useMe();
  const [key, setKey] = useState('');
  const enter = useMutation({ mutationFn: () => enterWithKey(key) });
  const wrongKey = isApiError(enter.error) && enter.error.code === 'UNAUTHORIZED';
  return (
    <Page>
      <div className="mx-auto grid w-full max-w-120 gap-6">
        <h1 className="text-4xl">{t('sign_in.title')}</h1>
        <p className="text-muted">{t('sign_in.lead')}</p>
        {me.data ? (
          <Note tone="wait" title={t('sign_in.no_role')}>
            <code className="num break-all">{me.data.address}</code>
            <p>{t('sign_in.no_role_next')}</p>
          </Note>
        ) : (
          <div>
            <ConnectButton />
          </div>
        )}
        <details className="border-t border-line pt-4">
          <summary className="text-sm font-semibold">{t('sign_in.with_key')}</summary>
          <form
            className="mt-4 grid gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              enter.mutate();
            }}
          >
            <Field
              label={t('sign_in.key')}
              hint={t('sign_in.key_hint')}
              error={wrongKey ? t('sign_in.wrong_key') : undefined}
            >
              {(aria) => (
                <input
                  {...aria}
                  type="password"
                  autoComplete="off"
                  value={key}
                  onChange={(event) => setKey(event.target.value.trim())}
                  className="num field-box"
                />
              )}
            </Field>
            <ErrorNote error={enter.error} />
            <div>
              <Button type="submit" busy={enter.isPending} disabled={key === ''}>
                {t('sign_in.enter')}
              </Button>
            </div>
          </form>
        </details>
      </div>
    </Page>
  );
}
