import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import type { Check } from '@liqpass/api/verify';
import { CHECK_CODES, type CheckCode, type CheckResult } from '@liqpass/kernel/vocabulary';
import clsx from 'clsx';
import { useTranslation } from 'react-i18next';
import { bothTimes, shownPrice } from '../format.ts';
import { foremost, isDecisive, okxSays } from './checkFacts.ts';
import { CheckIcon, CrossIcon, SpinnerIcon } from './icons.tsx';
import { MinusIcon, RingIcon } from './pageIcons.tsx';
import { Unbroken } from './Unbroken.tsx';

const LOOK: Record<CheckResult, { icon: typeof CheckIcon; box: string }> = {
  pass: { icon: CheckIcon, box: 'bg-floor-soft text-floor' },
  fail: { icon: CrossIcon, box: 'bg-liq text-on-ink' },
  no_data: { icon: MinusIcon, box: 'bg-wait-soft text-wait' },
};
const COLUMNS = 'grid-cols-[24px_1fr] gap-x-3 sm:grid-cols-[24px_1.2fr_1fr_1fr]';
const at = (instant: string | null): string => (instant === null ? '–' : bothTimes(Date.parse(instant)));
/** What is looked at for a claim, before the answer is there. */
const PLANNED = CHECK_CODES.filter(isDecisive);

/**
 * Rule by rule: what the policy says, what OKX says. The same view for trader and operator; the rules that decide and
 * whatever did not pass come first, the rest is folded away.
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
  selected?: CheckCode | null;
  onSelect?: (code: CheckCode) => void;
}) {
  const { t } = useTranslation('checks');
  const first = foremost(checks);
  const rest = checks.filter((check) => !first.includes(check));
  const planned = checks.length === 0 && running ? PLANNED : [];
  const rule = (code: CheckCode, check: Check | null, spinning: boolean) => (
    <Rule
      key={code}
      code={code}
      check={check}
      running={running}
      spinning={spinning}
      order={order}
      selected={selected === code}
      onSelect={onSelect ?? null}
    />
  );
  return (
    <div className="sheet min-w-0">
      <div aria-hidden="true" className={`hidden border-b border-line px-4 py-2 text-xs text-muted sm:grid ${COLUMNS}`}>
        <span />
        <span />
        <span>{t('policy_says')}</span>
        <span>{t('okx_says')}</span>
      </div>
      <ol className="divide-y divide-line" aria-label={t('title')}>
        {first.map((check) => rule(check.code, check, false))}
        {planned.map((code, index) => rule(code, null, index === 0))}
      </ol>
      {rest.length > 0 && (
        <details className="border-t border-line">
          <summary className="px-4 py-3 text-sm font-medium">{t('more_passed', { count: rest.length })}</summary>
          <ol
            className="divide-y divide-line border-t border-line"
            aria-label={t('more_passed', { count: rest.length })}
          >
            {rest.map((check) => rule(check.code, check, false))}
          </ol>
        </details>
      )}
    </div>
  );
}

function Rule({
  code,
  check,
  running,
  spinning,
  order,
  selected,
  onSelect,
}: {
  code: CheckCode;
  check: Check | null;
  running: boolean;
  spinning: boolean;
  order: PurchaseOrderAnswer;
  selected: boolean;
  onSelect: ((code: CheckCode) => void) | null;
}) {
  const { t } = useTranslation('checks');
  const look = check ? LOOK[check.result] : null;
  const Icon = look?.icon ?? (spinning ? SpinnerIcon : RingIcon);
  const okx = check ? okxSays(t, check) : '';
  const policy = t(`check.${code}.policy`, {
    instId: order.okx_meta_json?.instId ?? '–',
    ordId: order.okx_meta_json?.ordId ?? '–',
    liq: order.position ? shownPrice(order.position.liq_px) : '–',
    from: at(order.effective_start_at),
    until: at(order.coverage_end_at),
    bound: at(order.bound_at),
  });
  const content = (
    <>
      <span className={clsx('grid size-6 place-items-center rounded-sm', look?.box ?? 'text-muted')}>
        <Icon size={look ? 15 : 13} className={spinning ? 'spinning' : undefined} strokeWidth={2.5} />
      </span>
      <span className="min-w-0">
        <span className={clsx('block font-medium', !check && 'text-muted')}>{t(`check.${code}.title`)}</span>
        {check && <span className="sr-only">{t(`result.${check.result}`)}. </span>}
        <span className="block text-muted">{t(`check.${code}.why`)}</span>
      </span>
      <span className="col-start-2 min-w-0 break-words sm:col-start-auto">
        <span className="mr-2 text-xs text-muted sm:sr-only">{t('policy_says')}</span>
        <span className="text-muted">
          <Unbroken text={policy} />
        </span>
      </span>
      <span className="col-start-2 min-w-0 sm:col-start-auto">
        <span className="mr-2 text-xs text-muted sm:sr-only">{t('okx_says')}</span>
        {check === null ? (
          <span className="text-muted">{running ? t('result.running') : '–'}</span>
        ) : (
          <>
            {check.result !== 'pass' && (
              <span className={clsx('block font-medium', check.result === 'fail' ? 'text-liq' : 'text-wait')}>
                {t(`result.${check.result}`)}
              </span>
            )}
            {(okx !== '' || check.result === 'pass') && (
              <span className="num break-words">
                <Unbroken text={okx === '' ? t('result.pass') : okx} />
              </span>
            )}
          </>
        )}
      </span>
    </>
  );
  const row = `grid w-full gap-y-1 px-4 py-3 text-left text-sm ${COLUMNS}`;
  return (
    <li>
      {onSelect ? (
        <button
          type="button"
          aria-pressed={selected}
          onClick={() => onSelect(code)}
          className={clsx(row, 'hover:bg-sunken aria-pressed:bg-sunken aria-pressed:shadow-[inset_3px_0_0_var(--ink)]')}
        >
          {content}
        </button>
      ) : (
        <div className={row}>{content}</div>
      )}
    </li>
  );
}
