import { putOnePersonShop, putOperator, putSales, removeOperator } from '@liqpass/api/operatorCalls';
import type { Settings } from '@liqpass/api/operators';
import { address as addressShape } from '@liqpass/api/wire';
import { OPERATOR_ROLES, SIDES, type OperatorRole, type Side } from '@liqpass/kernel/vocabulary';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { productsQuery } from '../data/marketQueries.ts';
import { coin } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Button, Skeleton } from '../ui/kit.tsx';
import { Facts, Sheet } from '../ui/sheets.tsx';
import { Field } from '../ui/fields.tsx';
import { Hash, Money } from '../ui/Money.tsx';
import { Page } from '../ui/Shell.tsx';
import { Actor } from './auditWords.tsx';
import { api } from './operatorApi.ts';
import { operatorsQuery, settingsQuery } from './queries.ts';
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
          <Sales settings={settings.data} />
          <Sheet title={t('settings.installation')}>
            <div className="p-4">
              <Facts
                rows={[
                  [
                    t('settings.treasury'),
                    settings.data.treasury_safe ? (
                      <Hash key="s" value={settings.data.treasury_safe} label={t('settings.treasury')} />
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
          <Operators />
          <OnePerson settings={settings.data} />
        </div>
      )}
    </Page>
  );
}

function Sales({ settings }: { settings: Settings }) {
  const { t } = useTranslation('admin');
  const { t: tc } = useTranslation();
  const client = useQueryClient();
  const products = useQuery(productsQuery);
  const mayChange = useMay('admin');
  const [policyType, setPolicyType] = useState('');
  const [instId, setInstId] = useState('');
  const [side, setSide] = useState<Side | ''>('');
  const [reason, setReason] = useState('');
  const put = useMutation({
    mutationFn: (body: Parameters<typeof putSales>[1]) => putSales(api, body),
    onSuccess: async (answer) => {
      client.setQueryData(settingsQuery.queryKey, answer);
      setReason('');
      await client.invalidateQueries({ queryKey: ['products'] });
    },
  });
  const scopeName = (stop: { policy_type: string | null; inst_id: string | null; side: Side | null }): string =>
    [
      stop.policy_type ?? t('settings.every_product'),
      stop.inst_id ? coin(stop.inst_id) : t('settings.every_inst'),
      stop.side ? t(`side.${stop.side}`) : t('settings.both_sides'),
    ].join(' · ');
  return (
    <Sheet title={t('settings.sales')}>
      <div className="grid gap-4 p-4">
        <ul className="grid gap-1 text-sm">
          {products.data?.items.map((product) => (
            <li key={product.policy_type} className="flex justify-between gap-3">
              <span className="num">{product.policy_type}</span>
              <span className={product.on_sale ? 'text-floor' : 'text-wait'}>
                {product.on_sale
                  ? t('settings.on_sale')
                  : product.off_sale_reason
                    ? tc(`sales_stop.${product.off_sale_reason}`)
                    : t('settings.off_sale')}
              </span>
            </li>
          ))}
        </ul>
        {settings.sales_stops.length > 0 && (
          <ul className="grid gap-3 border-t border-line pt-3 text-sm">
            {settings.sales_stops.map((stop) => (
              <li key={scopeName(stop)} className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1">
                <span>
                  <span className="font-medium text-wait">{t('settings.stopped')}</span> {scopeName(stop)}
                  <span className="block text-muted">
                    {stop.reason} · <Actor name={stop.by} /> · <Instant at={stop.at} seconds={false} />
                  </span>
                </span>
                {mayChange && (
                  <Button
                    kind="quiet"
                    size="sm"
                    busy={put.isPending}
                    onClick={() =>
                      put.mutate({
                        stopped: false,
                        reason: t('settings.resumed'),
                        ...(stop.policy_type ? { policyType: stop.policy_type } : {}),
                        ...(stop.inst_id ? { instId: stop.inst_id } : {}),
                        ...(stop.side ? { side: stop.side } : {}),
                      })
                    }
                  >
                    {t('settings.resume')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
        {mayChange && (
          <form
            className="grid gap-3 border-t border-line pt-4"
            onSubmit={(event) => {
              event.preventDefault();
              put.mutate({
                stopped: true,
                reason,
                ...(policyType ? { policyType } : {}),
                ...(instId ? { instId } : {}),
                ...(side ? { side } : {}),
              });
            }}
          >
            <div className="grid gap-3 sm:grid-cols-3">
              <Field label={t('settings.product')}>
                {(aria) => (
                  <select
                    {...aria}
                    className="field-box"
                    value={policyType}
                    onChange={(event) => setPolicyType(event.target.value)}
                  >
                    <option value="">{t('settings.every_product')}</option>
                    {products.data?.items.map((p) => (
                      <option key={p.policy_type}>{p.policy_type}</option>
                    ))}
                  </select>
                )}
              </Field>
              <Field label={t('settings.instrument')}>
                {(aria) => (
                  <select
                    {...aria}
                    className="field-box"
                    value={instId}
                    onChange={(event) => setInstId(event.target.value)}
                  >
                    <option value="">{t('settings.every_inst')}</option>
                    {products.data?.market.map((m) => (
                      <option key={m.inst_id}>{m.inst_id}</option>
                    ))}
                  </select>
                )}
              </Field>
              <Field label={t('settings.side')}>
                {(aria) => (
                  <select
                    {...aria}
                    className="field-box"
                    value={side}
                    onChange={(event) => setSide(SIDES.find((s) => s === event.target.value) ?? '')}
                  >
                    <option value="">{t('settings.both_sides')}</option>
                    {SIDES.map((s) => (
                      <option key={s} value={s}>
                        {t(`side.${s}`)}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
            </div>
            <Field label={t('decide.text')}>
              {(aria) => (
                <input
                  {...aria}
                  className="field-box"
                  value={reason}
                  maxLength={500}
                  onChange={(event) => setReason(event.target.value)}
                />
              )}
            </Field>
            <ErrorNote error={put.error} />
            <div>
              <Button type="submit" kind="danger" busy={put.isPending} disabled={reason.trim() === ''}>
                {t('settings.stop')}
              </Button>
            </div>
          </form>
        )}
      </div>
    </Sheet>
  );
}

function Operators() {
  const { t } = useTranslation('admin');
  const client = useQueryClient();
  const operators = useQuery(operatorsQuery);
  const mayChange = useMay('admin');
  const [address, setAddress] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<OperatorRole>('viewer');
  const again = () =>
    client.invalidateQueries({ predicate: (query) => ['operators', 'settings'].includes(String(query.queryKey[0])) });
  const add = useMutation({
    mutationFn: () => putOperator(api, address, { role, name }),
    onSuccess: async () => {
      setAddress('');
      setName('');
      await again();
    },
  });
  const remove = useMutation({ mutationFn: (who: string) => removeOperator(api, who), onSuccess: again });
  return (
    <Sheet title={t('settings.operators')}>
      <div className="grid gap-4 p-4">
        <ErrorNote error={operators.error ?? remove.error} />
        <ul className="grid gap-2 text-sm">
          {operators.data?.items.map((operator) => (
            <li
              key={operator.address}
              className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1 sm:grid-cols-[1.3fr_1fr_1.4fr_auto]"
            >
              <span className="font-medium">{operator.name}</span>{' '}
              <span className="max-sm:justify-self-end">{t(`role.${operator.role}`)}</span>
              <Hash value={operator.address} label={operator.name} />
              {mayChange && (
                <Button
                  kind="bare"
                  size="sm"
                  className="-mr-3 justify-self-end"
                  busy={remove.isPending}
                  onClick={() => remove.mutate(operator.address)}
                >
                  {t('settings.remove')}
                </Button>
              )}
            </li>
          ))}
        </ul>
        {mayChange && (
          <form
            className="grid gap-3 border-t border-line pt-4"
            onSubmit={(event) => {
              event.preventDefault();
              add.mutate();
            }}
          >
            <Field label={t('settings.address')}>
              {(aria) => (
                <input
                  {...aria}
                  className="num field-box text-sm"
                  value={address}
                  autoComplete="off"
                  spellCheck={false}
                  placeholder="0x…"
                  onChange={(event) => setAddress(event.target.value.trim())}
                />
              )}
            </Field>
            <div className="grid gap-3 sm:grid-cols-2">
              <Field label={t('settings.name')}>
                {(aria) => (
                  <input
                    {...aria}
                    className="field-box"
                    value={name}
                    maxLength={60}
                    onChange={(event) => setName(event.target.value)}
                  />
                )}
              </Field>
              <Field label={t('settings.role')}>
                {(aria) => (
                  <select
                    {...aria}
                    className="field-box"
                    value={role}
                    onChange={(event) => setRole(OPERATOR_ROLES.find((r) => r === event.target.value) ?? 'viewer')}
                  >
                    {OPERATOR_ROLES.map((r) => (
                      <option key={r} value={r}>
                        {t(`role.${r}`)}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
            </div>
            <ErrorNote error={add.error} />
            <div>
              <Button
                type="submit"
                kind="quiet"
                busy={add.isPending}
                disabled={!addressShape.safeParse(address).success || name.trim() === ''}
              >
                {t('settings.add')}
              </Button>
            </div>
          </form>
        )}
      </div>
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
            {' '}
            <Field label={t('decide.text')}>
              {(aria) => (
                <input
                  {...aria}
                  className="field-box"
                  value={reason}
                  maxLength={500}
                  onChange={(event) => setReason(event.target.value)}
                />
              )}
            </Field>
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
