import { isApiError } from '@liqpass/api/apiClient';
import {
  EXPOSURE_LIMITS,
  QUOTE_REFUSALS,
  SALES_STOP_REASONS,
  ELIGIBILITY_REFUSALS,
  SNAPSHOT_REASONS,
} from '@liqpass/kernel/vocabulary';
import type { TFunction } from 'i18next';
import { useEffect, useReducer } from 'react';
import { useTranslation } from 'react-i18next';
import { money, percent } from '../format.ts';
import { loadNamespace } from '../i18n.ts';
import { WalletError } from '../wallet/walletStore.ts';
import { AlertIcon, RefreshIcon } from './icons.tsx';
import { Button, CopyButton } from './kit.tsx';

const pick = <T extends string>(list: readonly T[], text: string | undefined): T | undefined =>
  list.find((item) => item === text);

/** What the server gives beside a code, in the form the page shows numbers. */
function shown(params: Readonly<Record<string, string>>): Record<string, string> {
  const out: Record<string, string> = { ...params };
  for (const [key, value] of Object.entries(params)) {
    if (/(?:distance|probability|p_max)$/.test(key) && !Number.isNaN(Number(value))) out[key] = percent(Number(value));
    if (/(?:payout|premium|room|margin)(?:_usdc|_usdt)?$/.test(key)) out[key] = money(value);
  }
  return out;
}

/** The sentence for a failure in the reader's language: what happened, and what to do next. */
export function errorSentence(t: TFunction<'errors'>, error: unknown): string {
  if (error instanceof WalletError) return t(`local.wallet_${error.problem}`);
  // Code of the page itself that could not be fetched, say.
  if (!isApiError(error)) return t(navigator.onLine ? 'local.unknown' : 'local.offline');
  if (error.reached === 'no') return t('local.offline');
  const params = shown(error.params ?? {});
  const reason = error.params?.reason;
  if (error.code === 'QUOTE_REFUSED') {
    const known = pick(QUOTE_REFUSALS, reason);
    if (known) return withHelp(t, `quote.${known}`, params);
  }
  if (error.code === 'POSITION_NOT_INSURABLE') {
    const known = pick([...ELIGIBILITY_REFUSALS, ...SNAPSHOT_REASONS], reason);
    if (known) return withHelp(t, `insurable.${known}`, params);
  }
  if (error.code === 'SALES_STOPPED') {
    const known = pick(SALES_STOP_REASONS, reason);
    if (known) return t(`sales.${known}`, { replace: params });
  }
  if (error.code === 'EXPOSURE_LIMIT_REACHED') {
    const known = pick(EXPOSURE_LIMITS, error.params?.limit);
    if (known) return t(`limit.${known}`, { replace: params });
  }
  return t(`code.${error.code}`, { replace: params });
}

type Reason =
  | `quote.${(typeof QUOTE_REFUSALS)[number]}`
  | `insurable.${(typeof ELIGIBILITY_REFUSALS)[number] | (typeof SNAPSHOT_REASONS)[number]}`;
/** The reason, and what would be acceptable where the server says it. */
function withHelp(t: TFunction<'errors'>, key: Reason, params: Record<string, string>): string {
  const help = [
    params.max_leverage === undefined ? '' : t('help.max_leverage', { replace: params }),
    params.min_distance === undefined ? '' : t('help.min_distance', { replace: params }),
    params.max_payout === undefined ? '' : t('help.max_payout', { replace: params }),
    params.min_margin === undefined ? '' : t('help.min_margin', { replace: params }),
  ];
  return [t(key, { replace: params }), ...help].filter(Boolean).join(' ');
}

/** Loads the sentences of failures and draws again once they are there. */
export function useErrorTexts(): TFunction<'errors'> {
  const { t, i18n } = useTranslation('errors');
  const [, again] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    if (!i18n.hasResourceBundle(i18n.language, 'errors')) void loadNamespace('errors').then(again, () => undefined);
  }, [i18n, i18n.language]);
  return t;
}

/** A failure, honestly: what happened, whether anything was sent, the request id, and a way on. */
export function ErrorNote({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t, i18n } = useTranslation();
  const te = useErrorTexts();
  if (error === null || error === undefined) return null;
  const ready = i18n.hasResourceBundle(i18n.language, 'errors');
  const api = isApiError(error) ? error : null;
  return (
    <div
      role="alert"
      data-code={api?.code}
      className="grid gap-2 rounded-md border-l-3 border-liq bg-liq-soft px-4 py-3 text-sm"
    >
      <p className="flex items-start gap-2 font-semibold text-liq">
        <AlertIcon className="mt-0.5 shrink-0" size={16} />
        <span>{ready ? errorSentence(te, error) : t('failed')}</span>
      </p>
      {ready && api && api.reached !== 'yes' && <p>{te(`reached.${api.reached}`)}</p>}
      {ready && error instanceof WalletError && error.problem !== 'failed' && <p>{te('reached.no')}</p>}
      {(api?.requestId || onRetry) && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          {api?.requestId && (
            <span className="inline-flex items-center text-muted">
              {t('request_id')}&nbsp;<code className="num break-all text-ink">{api.requestId}</code>
              <CopyButton text={api.requestId} label={t('request_id')} />
            </span>
          )}
          {onRetry && (
            <Button kind="quiet" size="sm" onClick={onRetry}>
              <RefreshIcon size={16} />
              {t('try_again')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
