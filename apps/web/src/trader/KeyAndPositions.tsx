import { standardSchemaResolver } from '@hookform/resolvers/standard-schema';
import type { Credential, OkxPosition } from '@liqpass/api/credentials';
import { exchangeKey } from '@liqpass/api/exchangeKeys';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import type { WatchBody } from '@liqpass/api/watch';
import { getSealingKey, registerCredential } from '@liqpass/api/credentialCalls';
import { OKX_REGIONS } from '@liqpass/kernel/vocabulary';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { api } from '../data/api.ts';
import { credentialsQuery, positionsQuery } from '../data/credentialQueries.ts';
import { onceTouched } from '../data/oncePageStands.ts';
import { readStored, useStored, writeStored } from '../data/stored.ts';
import { coin, price, shownPrice } from '../format.ts';
import { ErrorNote, useErrorTexts } from '../ui/ErrorNote.tsx';
import { LockIcon } from '../ui/pageIcons.tsx';
import { Button, CopyButton, Skeleton } from '../ui/kit.tsx';
import { Field } from '../ui/fields.tsx';
import { Note } from '../ui/sheets.tsx';
import { Contact } from './Contact.tsx';
import { DeleteKey } from './DeleteKey.tsx';
import { NOT_WATCHED, WatchConsent } from './WatchConsent.tsx';

type Bind = (body: { ordId: string; instId: string; credentialId: string }, watch: WatchBody) => void;

/** A read-only key, sealed in this browser; then the open positions to pick from. */
export function KeyAndPositions({
  owner,
  order,
  busy,
  onBind,
}: {
  owner: string;
  order: PurchaseOrderAnswer;
  busy: boolean;
  onBind: Bind;
}) {
  const { t } = useTranslation('trader');
  const keys = useQuery(credentialsQuery);
  const [chosen, setChosen] = useState<string | null>(null);
  const [adding, setAdding] = useState(false);
  if (keys.error && !keys.data) return <ErrorNote error={keys.error} onRetry={() => void keys.refetch()} />;
  if (!keys.data) return <Skeleton lines={3} />;
  const current = keys.data.items.find((key) => key.id === chosen) ?? keys.data.items[0];
  if (!current || adding)
    return (
      <NewKey
        owner={owner}
        onAdded={(key) => {
          setChosen(key.id);
          setAdding(false);
        }}
        onCancel={current ? () => setAdding(false) : null}
      />
    );
  return (
    <div className="grid gap-5">
      <div className="grid gap-3 sm:grid-cols-[1fr_auto] sm:items-end">
        <Field label={t('key.use')}>
          {(aria) => (
            <select
              {...aria}
              className="field-box"
              value={current.id}
              onChange={(event) => setChosen(event.target.value)}
            >
              {keys.data.items.map((key) => (
                <option key={key.id} value={key.id}>
                  {key.label} · {key.uid_masked} · {t(`region.${key.region}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <div className="flex gap-2">
          <Button kind="quiet" onClick={() => setAdding(true)}>
            {t('key.add_another')}
          </Button>
          <DeleteKey credential={current} />
        </div>
      </div>
      <PickPosition credential={current} order={order} busy={busy} onBind={onBind} />
    </div>
  );
}

const keyForm = exchangeKey.extend({ label: z.string().trim().min(1).max(60) });
type KeyForm = z.infer<typeof keyForm>;
/** All that is kept of a key that is being entered. Its three secrets live in the page alone, until they are sealed. */
const KEPT = 'lp.key';
const keptOfKey = keyForm.pick({ region: true, label: true });

function NewKey({
  owner,
  onAdded,
  onCancel,
}: {
  owner: string;
  onAdded: (key: Credential) => void;
  onCancel: (() => void) | null;
}) {
  const { t } = useTranslation('trader');
  const client = useQueryClient();
  const sealing = useQuery({ queryKey: ['sealing-key'], queryFn: () => getSealingKey(api), staleTime: 60_000 });
  const f = useForm<KeyForm>({
    defaultValues: {
      apiKey: '',
      secretKey: '',
      passphrase: '',
      ...readStored(KEPT, keptOfKey, { region: 'global', label: t('key.label_default') }),
    },
    resolver: standardSchemaResolver(keyForm),
  });
  const [region, label] = f.watch(['region', 'label']);
  useEffect(() => writeStored(KEPT, { region, label }), [region, label]);
  // Fetched while the key is typed, so that sealing itself needs nothing from the network.
  useEffect(() => onceTouched(() => import('./sealInBrowser.ts').catch(() => undefined)), []);
  const add = useMutation({
    mutationFn: async ({ label, ...key }: KeyForm) => {
      // The secret leaves this function only sealed: what is sent, nobody but jp-verify can open.
      const target = await getSealingKey(api);
      const { sealExchangeKey } = await import('./sealInBrowser.ts');
      const sealed = await sealExchangeKey(target, owner, key);
      return registerCredential(api, { sealed, region: key.region, label });
    },
    onSuccess: (key) => {
      f.reset();
      onAdded(key);
    },
    // Where the line broke it may have arrived: then it is in the list.
    onSettled: () => client.invalidateQueries({ queryKey: credentialsQuery.queryKey }),
  });
  const { errors } = f.formState;
  return (
    <form
      className="grid gap-5"
      noValidate
      autoComplete="off"
      onSubmit={(event) => void f.handleSubmit((key) => add.mutate(key))(event)}
    >
      <Note
        title={
          <span className="inline-flex items-center gap-2">
            <LockIcon size={16} /> {t('key.sealed_title')}
          </span>
        }
      >
        {t('key.sealed_note')}
      </Note>
      <p className="text-sm">
        <Link to="/help/okx-key" className="link">
          {t('key.help')}
        </Link>
      </p>
      {sealing.data?.allow_ip && (
        <div className="flex items-center gap-2 text-sm">
          <span>{t('key.allow_ip')}</span> <code className="num">{sealing.data.allow_ip}</code>
          <CopyButton text={sealing.data.allow_ip} label="IP" />
        </div>
      )}
      <Field label={t('key.api_key')} error={errors.apiKey ? t('key.needed') : undefined}>
        {(aria) => (
          <input {...aria} {...f.register('apiKey')} autoComplete="off" spellCheck={false} className="num field-box" />
        )}
      </Field>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label={t('key.secret')} error={errors.secretKey ? t('key.needed') : undefined}>
          {(aria) => (
            <input
              {...aria}
              {...f.register('secretKey')}
              type="password"
              autoComplete="off"
              className="num field-box"
            />
          )}
        </Field>
        <Field
          label={t('key.passphrase')}
          error={errors.passphrase ? t('key.needed') : undefined}
          hint={t('key.passphrase_hint')}
        >
          {(aria) => (
            <input
              {...aria}
              {...f.register('passphrase')}
              type="password"
              autoComplete="off"
              className="num field-box"
            />
          )}
        </Field>
      </div>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label={t('key.region')} hint={t('key.region_hint')}>
          {(aria) => (
            <select {...aria} {...f.register('region')} className="field-box">
              {OKX_REGIONS.map((region) => (
                <option key={region} value={region}>
                  {t(`region.${region}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('key.label')} error={errors.label ? t('key.needed') : undefined}>
          {(aria) => <input {...aria} {...f.register('label')} autoComplete="off" className="field-box" />}
        </Field>
      </div>
      <ErrorNote error={add.error} />
      <div className="flex gap-3">
        <Button type="submit" size="lg" busy={add.isPending}>
          {t('key.seal_and_check')}
        </Button>
        {onCancel && (
          <Button kind="quiet" size="lg" onClick={onCancel}>
            {t('key.cancel')}
          </Button>
        )}
      </div>
    </form>
  );
}

function PickPosition({
  credential,
  order,
  busy,
  onBind,
}: {
  credential: Credential;
  order: PurchaseOrderAnswer;
  busy: boolean;
  onBind: Bind;
}) {
  const { t } = useTranslation('trader');
  const te = useErrorTexts();
  const positions = useQuery(positionsQuery(credential.id));
  const [picked, setPicked] = useStored(`lp.pick.${order.id}`, z.string().nullable(), null);
  const [watch, setWatch] = useState(NOT_WATCHED);
  if (positions.error && !positions.data)
    return <ErrorNote error={positions.error} onRetry={() => void positions.refetch()} />;
  if (!positions.data) return <Skeleton lines={4} />;
  const { items } = positions.data;
  const keyOf = (p: OkxPosition): string => p.ord_ids[0] ?? `${p.inst_id}-${p.pos_side}`;
  const fits = (p: OkxPosition): boolean =>
    order.position === undefined || (p.inst_id === order.position.inst_id && p.side === order.position.side);
  const chosen = items.find((p) => keyOf(p) === picked);
  if (items.length === 0)
    return (
      <Note tone="wait" title={t('positions.none')}>
        <p>{t('positions.none_next')}</p>
        <Button kind="quiet" size="sm" className="mt-2" onClick={() => void positions.refetch()}>
          {t('positions.again')}
        </Button>
      </Note>
    );
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-2 text-sm font-semibold">{t('positions.pick')}</legend>
      {items.map((p) => {
        // In its last hour a cover has a next one, but only by an order that was made as that.
        const held = p.next_from !== undefined && p.order_id !== order.follows;
        const reason = held ? 'ALREADY_INSURED' : p.reason;
        const usable = reason === null && p.insurable && fits(p) && p.ord_ids.length > 0;
        const id = keyOf(p);
        return (
          <label
            key={id}
            className={`sheet relative grid gap-2 p-4 has-checked:border-floor has-checked:bg-floor-soft has-focus-visible:outline-2 has-focus-visible:outline-floor ${usable ? '' : 'opacity-80'}`}
          >
            <span className="flex items-center gap-3">
              <input
                type="radio"
                name="position"
                value={id}
                disabled={!usable}
                checked={picked === id}
                onChange={() => setPicked(id)}
                className="size-5 accent-[var(--floor)]"
              />
              <span className="font-semibold">
                {coin(p.inst_id)} {t(`side.${p.side}`)} {p.lever}×
              </span>
              <span className="num ml-auto text-sm text-muted">
                {p.margin === null ? '' : `${price(p.margin, 2)} USDT`}
              </span>
            </span>
            <span className="num flex flex-wrap gap-x-4 pl-8 text-sm text-muted">
              <span>
                {t('positions.entry')} {p.avg_px ? shownPrice(p.avg_px) : '–'}
              </span>
              <span>
                {t('positions.liq')} {p.liq_px ? shownPrice(p.liq_px) : '–'}
              </span>
              <span>
                {t('positions.size')} {p.pos}
              </span>
            </span>
            {reason && (
              <span className="pl-8 text-sm text-liq">
                {te(`insurable.${reason}`)}{' '}
                {p.order_id && (
                  <Link className="link relative" to="/policies/$id" params={{ id: p.order_id }}>
                    {t('positions.by_own')}
                  </Link>
                )}
              </span>
            )}
            {p.reason === 'EVIDENCE_CONTRADICTS' && (
              <span className="relative pl-8">
                <Contact />
              </span>
            )}
            {reason === null && !fits(p) && <span className="pl-8 text-sm text-wait">{t('positions.other')}</span>}
          </label>
        );
      })}
      {order.attested !== true && <WatchConsent value={watch} onChange={setWatch} />}
      <div>
        <Button
          size="lg"
          busy={busy}
          disabled={!chosen}
          onClick={() => {
            const ordId = chosen?.ord_ids[0];
            if (chosen && ordId !== undefined)
              onBind({ ordId, instId: chosen.inst_id, credentialId: credential.id }, watch);
          }}
        >
          {t('positions.bind')}
        </Button>
      </div>
    </fieldset>
  );
}
