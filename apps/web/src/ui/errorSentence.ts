import { isApiError } from '@liqpass/api/apiClient';
import {
  EXPOSURE_LIMITS,
  QUOTE_REFUSALS,
  SALES_STOP_REASONS,
  ELIGIBILITY_REFUSALS,
  SNAPSHOT_REASONS,
} from '@liqpass/kernel/vocabulary';
import type { TFunction } from 'i18next';
import { isOnline } from '../data/useOnline.ts';
import { money, percent } from '../format.ts';
import { OtherNetworkError } from '../wallet/otherNetwork.ts';
import { WalletError } from '../wallet/walletStore.ts';

// Comes with the sentences: neither is for the first page.
export { standTranslation } from './translatedPage.ts';

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
  if (error instanceof OtherNetworkError) return t(`local.wallet_${error.problem}`, { network: error.network });
  if (error instanceof WalletError) return t(`local.wallet_${error.problem}`);
  // Code of the page itself that could not be fetched, say.
  if (!isApiError(error)) return t(isOnline() ? 'local.unknown' : 'local.offline');
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
  const said = t(`code.${error.code}`, { replace: params });
  // A code that is newer than this page has no sentence here.
  return said === `code.${error.code}` ? t('local.unknown') : said;
}

type Reason =
  | `quote.${(typeof QUOTE_REFUSALS)[number]}`
  | `insurable.${(typeof ELIGIBILITY_REFUSALS)[number] | (typeof SNAPSHOT_REASONS)[number]}`;
/** The reason, and what would be acceptable where the server says it. */
function withHelp(t: TFunction<'errors'>, key: Reason, params: Record<string, string>): string {
  const help = [
    params.max_leverage === undefined
      ? params.min_distance === undefined
        ? ''
        : t('help.min_distance', { replace: params })
      : t('help.max_leverage', { replace: params }),
    params.hours === undefined ? '' : t('help.hours', { replace: params }),
    params.max_payout === undefined ? '' : t('help.max_payout', { replace: params }),
    params.min_margin === undefined ? '' : t('help.min_margin', { replace: params }),
  ];
  return [t(key, { replace: params }), ...help].filter(Boolean).join(' ');
}
