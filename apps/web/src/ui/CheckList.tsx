import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import type { Check } from '@liqpass/api/verify';
import { CHECK_CODES, type CheckResult } from '@liqpass/kernel/vocabulary';
import clsx from 'clsx';
import { useTranslation } from 'react-i18next';
import { localTime, price, utcTime } from '../format.ts';
import { CheckIcon, CrossIcon, MinusIcon, RingIcon, SpinnerIcon } from './icons.tsx';

const LOOK: Record<CheckResult, { icon: typeof CheckIcon; box: string }> = {
  pass: { icon: CheckIcon, box: 'bg-floor-soft text-floor' },
  fail: { icon: CrossIcon, box: 'bg-liq text-on-ink' },
  no_data: { icon: MinusIcon, box: 'bg-wait-soft text-wait' },
};

/** A parameter as a person reads it: instants as times, prices grouped. */
function said(value: string): string {
  if (/^\d{4}-\d{2}-\d{2}T/.test(value)) {
    const ms = Date.parse(value);
    return `${localTime(ms)} (${utcTime(ms)} UTC)`;
  }
  return /^-?\d{5,9}(?:\.\d+)?$/.test(value) ? price(value) : value;
}

/** What OKX says, as facts: "category full_liquidation". */
export const okxSays = (check: Check): string =>
  Object.entries(check.params ?? {})
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name} ${said(value)}`)
    .join(' · ');

/**
 * Rule by rule: what the policy says, what OKX says. The same view for trader and operator. While the verification runs,
 * every rule that will be looked at is listed.
 */
export function CheckList({
  checks,
  running = false,
  order,
  selected = null,
  onSelect,
}: {
  checks: readonly Check[];
  running?: boolean;
  order: PurchaseOrderAnswer;
  selected?: number | null;
  onSelect?: (index: number) => void;
}) {
  const { t } = useTranslation('checks');
  const codes = checks.length > 0 ? checks.map((check) => check.code) : running ? PLANNED : [];
  const vars = {
    instId: order.okx_meta_json?.instId ?? '–',
    ordId: order.okx_meta_json?.ordId ?? '–',
    liq: order.position ? price(order.position.liq_px) : '–',
    from: order.effective_start_at ? localTime(Date.parse(order.effective_start_at), false) : '–',
    until: order.coverage_end_at ? localTime(Date.parse(order.coverage_end_at), false) : '–',
    bound: order.bound_at ? localTime(Date.parse(order.bound_at)) : '–',
  };
  return (
    <ol className="sheet divide-y divide-line" aria-label={t('title')}>
      <li
        aria-hidden="true"
        className="hidden grid-cols-[24px_1.2fr_1fr_1fr] gap-x-3 px-4 py-2 text-xs text-muted sm:grid"
      >
        <span />
        <span />
        <span>{t('policy_says')}</span>
        <span>{t('okx_says')}</span>
      </li>
      {codes.map((code, index) => {
        const check = checks[index];
        const look = check ? LOOK[check.result] : null;
        const Icon = look?.icon ?? (running && index === 0 ? SpinnerIcon : RingIcon);
        const okx = check ? okxSays(check) : '';
        const content = (
          <>
            <span className={clsx('grid size-6 place-items-center rounded-sm', look?.box ?? 'text-muted')}>
              <Icon size={look ? 15 : 13} className={Icon === SpinnerIcon ? 'spinning' : undefined} strokeWidth={2.5} />
            </span>
            <span className="min-w-0">
              <span className={clsx('block font-medium', !check && 'text-muted')}>{t(`check.${code}.title`)}</span>
              {check && <span className="sr-only">{t(`result.${check.result}`)}. </span>}
              <span className="block text-muted">{t(`check.${code}.why`)}</span>
            </span>
            <span className="col-start-2 min-w-0 sm:col-start-auto">
              <span className="mr-2 text-xs text-muted sm:sr-only">{t('policy_says')}</span>
              <span className="text-muted">{t(`check.${code}.policy`, vars)}</span>
            </span>
            <span className="col-start-2 min-w-0 sm:col-start-auto">
              <span className="mr-2 text-xs text-muted sm:sr-only">{t('okx_says')}</span>
              {check ? (
                <>
                  {check.result !== 'pass' && (
                    <span className={clsx('block font-medium', check.result === 'fail' ? 'text-liq' : 'text-wait')}>
                      {t(`result.${check.result}`)}
                    </span>
                  )}
                  <span className="num break-words">{okx === '' ? t(`result.${check.result}`) : okx}</span>
                </>
              ) : (
                <span className="text-muted">{running ? t('result.running') : '–'}</span>
              )}
            </span>
          </>
        );
        const row =
          'grid w-full grid-cols-[24px_1fr] gap-x-3 gap-y-1 px-4 py-3 text-left text-sm sm:grid-cols-[24px_1.2fr_1fr_1fr]';
        return (
          <li key={code}>
            {onSelect ? (
              <button
                type="button"
                aria-pressed={selected === index}
                onClick={() => onSelect(index)}
                className={clsx(
                  row,
                  'hover:bg-sunken aria-pressed:bg-sunken aria-pressed:shadow-[inset_3px_0_0_var(--ink)]',
                )}
              >
                {content}
              </button>
            ) : (
              <div className={row}>{content}</div>
            )}
          </li>
        );
      })}
    </ol>
  );
}

/** What is looked at for a claim, before the answer is there (the last four are asked at binding only). */
const PLANNED = CHECK_CODES.slice(0, -4);
