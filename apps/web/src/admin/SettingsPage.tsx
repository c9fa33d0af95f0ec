import { getAttestationKeys } from '@liqpass/api/claimCalls';
import { putOnePersonShop } from '@liqpass/api/operatorCalls';
import type { Settings } from '@liqpass/api/operators';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Button, CopyButton, Skeleton } from '../ui/kit.tsx';
import { Facts, Sheet } from '../ui/sheets.tsx';
import { Hash, Money } from '../ui/Money.tsx';
import { Page } from '../ui/Shell.tsx';
import { Address } from './Address.tsx';
import { AddressBook } from './AddressBook.tsx';
import { api } from './operatorApi.ts';
import { OperatorsSheet } from './OperatorsSheet.tsx';
import { settingsQuery } from './queries.ts';
import { ReasonField } from './ReasonField.tsx';
import { SalesSwitch } from './SalesSwitch.tsx';
import { useMay } from './useOperator.ts';

/** Products on sale and the switch that stops them, operators and their roles, and what this installation is set to. */
export function SettingsPage() {
  const { t } = useTranslation('admin');
  const settings = useQuery(settingsQuery);
  const mayChange = useMay('admin');
  return (
    <Page wide>
      <h1 className="text-2xl">{t('settings.title')}</h1>
      {!mayChange && <p className="text-sm text-muted">{t('settings.read_only')}</p>}
      <ErrorNote error={settings.error} onRetry={() => void settings.refetch()} />
      {!settings.data ? (
        !settings.error && <Skeleton lines={6} />
      ) : (
        <div className="grid gap-5 lg:grid-cols-2">
          <SalesSwitch settings={settings.data} />
          <Sheet title={t('settings.installation')}>
            <div className="p-4">
              <Facts
                rows={[
                  [
                    t('settings.treasury'),
                    settings.data.treasury_safe ? (
                      <Address key="s" value={settings.data.treasury_safe} label={t('settings.treasury')} />
                    ) : (
                      t('settings.not_set')
                    ),
                  ],
                  [
                    t('settings.chain'),
                    <span key="c" className="num">
                      {settings.data.chain_id}
                    </span>,
                  ],
                  [
                    t('settings.token'),
                    <Hash key="t" value={settings.data.token_address} label={t('settings.token')} />,
                  ],
                  [t('exposure.capital'), <Money key="k" usdc={settings.data.capital_usdc} />],
                  [
                    t('settings.unattested'),
                    settings.data.allow_unattested_binding ? t('settings.allowed') : t('settings.refused'),
                  ],
                ]}
              />
            </div>
          </Sheet>
          <KeysSheet />
          <OperatorsSheet />
          <AddressBook />
          <OnePerson settings={settings.data} />
        </div>
      )}
    </Page>
  );
}

/** What strangers check with: whoever reads it here can give it to them from elsewhere. */
function KeysSheet() {
  const { t } = useTranslation('proof');
  const keys = useQuery({ queryKey: ['published-keys'], queryFn: () => getAttestationKeys(api) });
  const line = (label: string, key: string, note: string) => (
    <li key={key} className="flex items-center justify-between gap-2 px-4 py-2">
      <span className="min-w-0">
        <span className="text-muted">
          {label} · {note}
        </span>
        <code className="num block text-sm break-all">{key}</code>
      </span>
      <CopyButton text={key} label={label} />
    </li>
  );
  return (
    <Sheet title={t('published.title')}>
      <p className="border-b border-line px-4 py-2 text-sm text-muted">{t('published.why')}</p>
      <div className="empty:hidden [&>*]:m-4">
        <ErrorNote error={keys.error} onRetry={() => void keys.refetch()} />
      </div>
      <ul className="divide-y divide-line text-sm">
        {keys.data?.log_vkeys.map((vkey, at) =>
          line(t('keys.log'), vkey, at === 0 ? t('published.signs') : t('published.still_signs')),
        )}
        {keys.data?.keys.map((key) =>
          line(t('keys.verdict'), key.public_key, key.signs ? t('published.signs') : t('published.signed')),
        )}
      </ul>
      {keys.data?.log_vkeys.length === 0 && <p className="p-4 text-sm text-muted">{t('published.no_log')}</p>}
    </Sheet>
  );
}

function OnePerson({ settings }: { settings: Settings }) {
  const { t } = useTranslation('admin');
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const mayChange = useMay('admin');
  const put = useMutation({
    mutationFn: () => putOnePersonShop(api, { enabled: !settings.one_person_shop, reason }),
    onSuccess: (answer) => {
      client.setQueryData(settingsQuery.queryKey, answer);
      setReason('');
    },
  });
  return (
    <Sheet title={t('settings.two_people')}>
      <form
        className="grid gap-3 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          put.mutate();
        }}
      >
        <p className="text-sm">{settings.one_person_shop ? t('settings.one_on') : t('settings.one_off')}</p>
        {mayChange && (
          <>
            <ReasonField value={reason} onChange={setReason} />
            <ErrorNote error={put.error} />
            <div>
              <Button type="submit" kind="quiet" busy={put.isPending} disabled={reason.trim() === ''}>
                {settings.one_person_shop ? t('settings.require_two') : t('settings.allow_one')}
              </Button>
            </div>
          </>
        )}
      </form>
    </Sheet>
  );
}
