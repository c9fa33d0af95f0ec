import {
  addChannel,
  confirmChannel,
  listChannels,
  removeChannel,
  setChannel,
  testChannel,
} from '@liqpass/api/channelCalls';
import type { ChannelAnswer } from '@liqpass/api/channels';
import type { ChannelKind } from '@liqpass/kernel/vocabulary';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../data/api.ts';
import { currentLng } from '../i18n.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Field } from '../ui/fields.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Button, Skeleton } from '../ui/kit.tsx';
import { Page } from '../ui/Shell.tsx';
import { useMe } from '../wallet/session.ts';
import { NoPush, subscribe } from './subscribe.ts';
import { ConnectButton } from '../wallet/WalletButton.tsx';

const channelsQuery = { queryKey: ['channels'], queryFn: () => listChannels(api), refetchInterval: 2_000 };

/** Where a wallet is told of its cover: each channel with what fails, a test, and its end. `code` is of a link that was mailed. */
export function NotificationsPage({ code }: { code: string | undefined }) {
  const { t } = useTranslation('telling');
  const me = useMe();
  const channels = useQuery({ ...channelsQuery, enabled: Boolean(me.data) });
  return (
    <Page>
      <div className="grid max-w-180 gap-6">
        <h1 className="text-4xl">{t('title')}</h1>
        <p className="text-muted">{t('lead')}</p>
        {code !== undefined && <Confirm code={code} />}
        {me.data === null && (
          <div>
            <ConnectButton />
          </div>
        )}
        <ErrorNote error={channels.error} onRetry={() => void channels.refetch()} />
        {me.data && channels.data === undefined && !channels.error && <Skeleton lines={4} />}
        {channels.data?.items.length === 0 && <p className="text-muted">{t('none')}</p>}
        {channels.data && channels.data.items.length > 0 && (
          <ul className="sheet divide-y divide-line">
            {channels.data.items.map((channel) => (
              <OneChannel key={channel.id} channel={channel} />
            ))}
          </ul>
        )}
        {channels.data && <Add kinds={channels.data.kinds} pushKey={channels.data.push_key} />}
      </div>
    </Page>
  );
}

/** A link in a mail is opened by machines too: only a person presses. */
function Confirm({ code }: { code: string }) {
  const { t } = useTranslation('telling');
  const client = useQueryClient();
  const confirm = useMutation({
    mutationFn: () => confirmChannel(api, { code }),
    onSuccess: () => client.invalidateQueries({ queryKey: channelsQuery.queryKey }),
  });
  if (confirm.isSuccess) return <p role="status">{t('confirmed')}</p>;
  return (
    <div className="grid justify-items-start gap-3">
      <Button busy={confirm.isPending} onClick={() => confirm.mutate()}>
        {t('confirm')}
      </Button>
      <ErrorNote error={confirm.error} />
    </div>
  );
}

function OneChannel({ channel }: { channel: ChannelAnswer }) {
  const { t } = useTranslation('telling');
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: channelsQuery.queryKey });
  const change = useMutation({
    mutationFn: () => setChannel(api, channel.id, { on: !channel.on, locale: currentLng() }),
    onSettled,
  });
  const test = useMutation({ mutationFn: () => testChannel(api, channel.id), onSettled });
  const remove = useMutation({ mutationFn: () => removeChannel(api, channel.id), onSettled });
  return (
    <li className="grid gap-2 p-4">
      <p className="font-semibold break-words">
        {t(`kind.${channel.kind}`)} <span className="num text-muted">{channel.shown}</span>
      </p>
      {!channel.confirmed && <p className="text-sm">{t('not_confirmed')}</p>}
      {channel.confirmed && !channel.on && <p className="text-sm text-muted">{t('is_off')}</p>}
      {channel.failing && (
        <p role="status" className="text-sm text-liq">
          {t(`failure.${channel.failing.code}`)} <Instant at={channel.failing.since} />
        </p>
      )}
      {!channel.failing && channel.last_sent_at !== null && (
        <p className="text-sm text-muted">
          {t('last_sent')} <Instant at={channel.last_sent_at} />
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {channel.confirmed && channel.on && (
          <Button kind="quiet" busy={test.isPending} onClick={() => test.mutate()}>
            {t('test')}
          </Button>
        )}
        <Button kind="quiet" busy={change.isPending} onClick={() => change.mutate()}>
          {channel.on ? t('off') : t('on')}
        </Button>
        <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
          {t('remove')}
        </Button>
      </div>
      {test.isSuccess && (
        <p role="status" className="text-sm text-muted">
          {t('test_sent')}
        </p>
      )}
      <ErrorNote error={change.error ?? test.error ?? remove.error} />
    </li>
  );
}

function Add({ kinds, pushKey }: { kinds: readonly ChannelKind[]; pushKey: string | null }) {
  const { t } = useTranslation('telling');
  const client = useQueryClient();
  const [kind, setKind] = useState<ChannelKind>(kinds[0] ?? 'json');
  const [address, setAddress] = useState('');
  const [secret, setSecret] = useState('');
  const add = useMutation({
    mutationFn: async () => {
      const isPush = kind === 'push' && pushKey !== null;
      return addChannel(api, {
        kind,
        locale: currentLng(),
        ...(isPush ? await subscribe(pushKey) : kind === 'telegram' ? {} : { address }),
        ...(secret === '' ? {} : { secret }),
      });
    },
    onSuccess: () => {
      setAddress('');
      setSecret('');
      return client.invalidateQueries({ queryKey: channelsQuery.queryKey });
    },
  });
  const signs = kind === 'feishu' || kind === 'dingtalk' || kind === 'json';
  return (
    <form
      className="sheet grid gap-4 p-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (!add.isPending) add.mutate();
      }}
    >
      <h2 className="text-xl">{t('add')}</h2>
      <Field label={t('by')}>
        {(aria) => (
          <select
            {...aria}
            className="field-box"
            value={kind}
            onChange={(event) => setKind(kinds.find((each) => each === event.target.value) ?? kind)}
          >
            {kinds.map((each) => (
              <option key={each} value={each}>
                {t(`kind.${each}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {kind === 'push' && <p className="text-sm">{t('push_note')}</p>}
      {kind !== 'telegram' && kind !== 'push' && (
        <Field label={kind === 'email' ? t('email') : t('webhook')}>
          {(aria) => (
            <input
              {...aria}
              className="field-box"
              required
              type={kind === 'email' ? 'email' : 'url'}
              autoComplete={kind === 'email' ? 'email' : 'off'}
              value={address}
              onChange={(event) => setAddress(event.target.value)}
            />
          )}
        </Field>
      )}
      {signs && (
        <Field label={t('secret')}>
          {(aria) => (
            <input
              {...aria}
              className="field-box"
              type="password"
              autoComplete="off"
              value={secret}
              onChange={(event) => setSecret(event.target.value)}
            />
          )}
        </Field>
      )}
      {add.error instanceof NoPush ? (
        <p role="alert" className="text-sm text-liq">
          {t(`push_${add.error.why}`)}
        </p>
      ) : (
        <ErrorNote error={add.error} />
      )}
      <div>
        <Button type="submit" busy={add.isPending}>
          {t('add')}
        </Button>
      </div>
      {add.data?.link && (
        <p role="status">
          {t('open_telegram')}{' '}
          <a className="link" href={add.data.link} target="_blank" rel="noreferrer">
            Telegram
          </a>
        </p>
      )}
      {add.data?.channel.kind === 'email' && <p role="status">{t('mail_sent')}</p>}
    </form>
  );
}
