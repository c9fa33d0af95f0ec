import { putSales } from '@liqpass/api/operatorCalls';
import type { Settings } from '@liqpass/api/operators';
import { SIDES, type Side } from '@liqpass/kernel/vocabulary';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { productsQuery } from '../data/marketQueries.ts';
import { coin } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Button } from '../ui/kit.tsx';
import { Sheet } from '../ui/sheets.tsx';
import { Field } from '../ui/fields.tsx';
import { Actor } from './auditWords.tsx';
import { api } from './operatorApi.ts';
import { settingsQuery } from './queries.ts';
import { ReasonField } from './ReasonField.tsx';
import { useMay } from './useOperator.ts';

/** What is on sale, what was stopped by whom and why, and the switch. */
export function SalesSwitch({ settings }: { settings: Settings }) {
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
              <Pick
                label={t('settings.product')}
                every={t('settings.every_product')}
                value={policyType}
                onChange={setPolicyType}
                options={(products.data?.items ?? []).map(({ policy_type }) => [policy_type, policy_type])}
              />
              <Pick
                label={t('settings.instrument')}
                every={t('settings.every_inst')}
                value={instId}
                onChange={setInstId}
                options={(products.data?.market ?? []).map(({ inst_id }) => [inst_id, inst_id])}
              />
              <Pick
                label={t('settings.side')}
                every={t('settings.both_sides')}
                value={side}
                onChange={(picked) => setSide(SIDES.find((each) => each === picked) ?? '')}
                options={SIDES.map((each) => [each, t(`side.${each}`)])}
              />
            </div>
            <ReasonField value={reason} onChange={setReason} />
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

/** One of these, or all of them. */
function Pick({
  label,
  every,
  value,
  onChange,
  options,
}: {
  label: string;
  every: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly (readonly [value: string, name: string])[];
}) {
  return (
    <Field label={label}>
      {(aria) => (
        <select {...aria} className="field-box" value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">{every}</option>
          {options.map(([each, name]) => (
            <option key={each} value={each}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
