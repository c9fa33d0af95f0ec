import { isLiqPriceOf } from '@liqpass/kernel/liqPrice';
import type { MarketNow, Product } from '@liqpass/api/quotes';
import { cleanLeverage, cleanNumber } from '@liqpass/api/pasted';
import { Controller, type FieldErrors, type UseFormReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { coin, money, shownPrice } from '../format.ts';
import { Choice, Field } from '../ui/fields.tsx';
import { coverPeriod } from './coverPeriod.ts';
import type { BuyDraft } from './draft.ts';

type T = ReturnType<typeof useTranslation<'trader'>>['t'];
const MESSAGES = ['buy.leverage_wrong', 'buy.liq_wrong'] as const;
/** A field's complaint in the reader's language; schemas name it by its key. */
function message(t: T, errors: FieldErrors<BuyDraft>, name: keyof BuyDraft): string | undefined {
  const key = MESSAGES.find((known) => known === errors[name]?.message);
  return key ? t(key) : undefined;
}

/** Which position it is, for how long, and how much is paid. */
export function PositionFields({
  f,
  draft,
  products,
  market,
  product,
}: {
  f: UseFormReturn<BuyDraft>;
  draft: BuyDraft;
  products: readonly Product[];
  market: readonly MarketNow[];
  product: Product | undefined;
}) {
  const { t } = useTranslation('trader');
  const { t: tc } = useTranslation();
  const { errors } = f.formState;
  const here = market.find((m) => m.inst_id === draft.instId)?.mark_px ?? null;
  const other = here !== null && draft.liqPx !== '' && !isLiqPriceOf(Number(draft.liqPx), Number(here));
  // What was pasted counts as it was meant at once, and is shown so once the field is left.
  const cleaning = (name: 'leverage' | 'liqPx', clean: (text: string) => string) => ({
    setValueAs: (text: unknown) => (typeof text === 'string' ? clean(text) : ''),
    onBlur: () => f.setValue(name, f.getValues(name)),
  });
  const payouts = [
    ...new Set([
      ...(product?.fixed_price ? [product.fixed_price.payout_usdc] : []),
      ...(product?.payout_choices ?? []),
    ]),
  ].toSorted((a, b) => Number(a) - Number(b));
  return (
    <>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label={t('buy.instrument')}>
          {(aria) => (
            <select {...aria} {...f.register('instId')} className="num field-box">
              {market.map((m) => (
                <option key={m.inst_id} value={m.inst_id}>
                  {m.inst_id}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Controller
          control={f.control}
          name="side"
          render={({ field }) => (
            <Choice
              legend={t('buy.side')}
              name="side"
              value={field.value}
              onChange={field.onChange}
              options={[
                { value: 'long', label: <span className="capitalize">{t('side.long')}</span> },
                { value: 'short', label: <span className="capitalize">{t('side.short')}</span> },
              ]}
            />
          )}
        />
      </div>
      <div className="grid gap-5 sm:grid-cols-2">
        <Controller
          control={f.control}
          name="by"
          render={({ field }) => (
            <Choice
              legend={t('buy.by')}
              name="by"
              value={field.value}
              onChange={field.onChange}
              options={[
                { value: 'leverage', label: t('buy.by_leverage') },
                { value: 'liqPx', label: t('buy.by_liq') },
              ]}
            />
          )}
        />
        {draft.by === 'leverage' ? (
          <Field label={t('buy.leverage')} error={message(t, errors, 'leverage')}>
            {(aria) => (
              <div className="grid gap-2">
                <div className="relative">
                  <input
                    {...aria}
                    {...f.register('leverage', cleaning('leverage', cleanLeverage))}
                    inputMode="decimal"
                    autoComplete="off"
                    className="num field-box pr-8"
                  />
                  <span aria-hidden="true" className="absolute top-2.5 right-3 text-muted">
                    ×
                  </span>
                </div>
                <input
                  type="range"
                  aria-label={t('buy.leverage_slider')}
                  className="h-6 w-full"
                  min={2}
                  max={50}
                  step={1}
                  value={Math.min(50, Math.max(2, Number(draft.leverage) || 2))}
                  onChange={(event) => f.setValue('leverage', event.target.value, { shouldValidate: true })}
                />
              </div>
            )}
          </Field>
        ) : (
          <Field
            label={t('buy.liq')}
            hint={t('buy.liq_hint')}
            error={
              message(t, errors, 'liqPx') ?? (other ? t('buy.liq_other', { mark: shownPrice(here ?? '') }) : undefined)
            }
          >
            {(aria) => (
              <input
                {...aria}
                {...f.register('liqPx', cleaning('liqPx', cleanNumber))}
                inputMode="decimal"
                autoComplete="off"
                className="num field-box"
              />
            )}
          </Field>
        )}
      </div>
      <div className="grid gap-5 sm:grid-cols-2">
        <Controller
          control={f.control}
          name="policyType"
          render={({ field }) => (
            <Choice
              legend={t('buy.period')}
              name="policyType"
              value={field.value}
              onChange={field.onChange}
              options={products
                .toSorted((a, b) => a.hours - b.hours)
                .map((p) => ({ value: p.policy_type, label: coverPeriod(tc, p.hours) }))}
            />
          )}
        />
        <Field label={t('buy.payout')} hint={t('buy.payout_hint', { coin: coin(draft.instId) })}>
          {(aria) => (
            <select {...aria} {...f.register('payout')} className="num field-box">
              {payouts.map((payout) => (
                <option key={payout} value={payout}>
                  {money(payout)} USDC
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
    </>
  );
}
