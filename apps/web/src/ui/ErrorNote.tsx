import { isApiError } from '@liqpass/api/apiClient';
import type { TFunction } from 'i18next';
import { useEffect, useReducer } from 'react';
import { useTranslation } from 'react-i18next';
import { loadNamespace } from '../i18n.ts';
import { WalletError } from '../wallet/walletStore.ts';
import type { errorSentence } from './errorSentence.ts';
import { AlertIcon, RefreshIcon } from './icons.tsx';
import { Button, CopyButton } from './kit.tsx';

/** Which sentence a failure has, and all of them in the reader's language: fetched together, and not for the first page. */
let sentenceOf: typeof errorSentence | null = null;
export async function loadErrorTexts(): Promise<void> {
  const [found] = await Promise.all([import('./errorSentence.ts'), loadNamespace('errors')]);
  found.standTranslation();
  sentenceOf = found.errorSentence;
}

/** Loads the sentences of failures, where they are needed, and draws again once they are there. */
export function useErrorTexts(needed = true): TFunction<'errors'> {
  const { t, i18n } = useTranslation('errors');
  const [, again] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    if (needed && (sentenceOf === null || !i18n.hasResourceBundle(i18n.language, 'errors')))
      void loadErrorTexts().then(again, () => undefined);
  }, [i18n, i18n.language, needed]);
  return t;
}

/** A failure, honestly: what happened, whether anything was sent, and a way on; where the fault is ours, the request id to quote. */
export function ErrorNote({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t, i18n } = useTranslation();
  const te = useErrorTexts(error !== null && error !== undefined);
  if (error === null || error === undefined) return null;
  const sentence = i18n.hasResourceBundle(i18n.language, 'errors') ? sentenceOf : null;
  const ready = sentence !== null;
  const api = isApiError(error) ? error : null;
  const toQuote = api !== null && api.status >= 500 ? api.requestId : null;
  return (
    <div
      role="alert"
      data-code={api?.code}
      className="grid gap-2 rounded-md border-l-3 border-liq bg-liq-soft px-4 py-3 text-sm"
    >
      <p className="flex items-start gap-2 font-semibold text-liq">
        <AlertIcon className="mt-0.5 shrink-0" size={16} />
        <span>{sentence ? sentence(te, error) : t('failed')}</span>
      </p>
      {ready && api && api.reached !== 'yes' && <p>{te(`reached.${api.reached}`)}</p>}
      {ready && error instanceof WalletError && !error.perhapsSent && <p>{te('reached.no')}</p>}
      {(toQuote || onRetry) && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          {toQuote && (
            <span className="inline-flex items-center text-muted">
              {t('request_id')}&nbsp;<code className="num break-all text-ink">{toQuote}</code>
              <CopyButton text={toQuote} label={t('request_id')} />
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
