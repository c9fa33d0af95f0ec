import { getPaymentPreviewOf } from '@liqpass/api/operatorCalls';
import { ERROR_CODES } from '@liqpass/api/errors';
import { isTxHash } from '@liqpass/kernel/ids';
import { isUsdcText } from '@liqpass/kernel/money';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '../data/serverTime.ts';
import { shortId } from '../format.ts';
import { Instant } from '../ui/Instant.tsx';
import { Note } from '../ui/sheets.tsx';
import { api } from './operatorApi.ts';

export type TypedPayment = {
  readonly amount: string;
  readonly hash: string;
  readonly payer: string;
  readonly paidAt: string;
};

/** What was typed, once nobody has typed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 300);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** What follows from a payment as it is typed, by the rule that will decide it; before anything is recorded. */
export function PaymentPreview({ orderId, typed }: { orderId: string; typed: TypedPayment }) {
  const { t } = useTranslation('admin');
  const { t: te } = useTranslation('errors');
  const [amount = '', hash = '', payer = '', paidAt = ''] = useSettled(
    [typed.amount, typed.hash, typed.payer, typed.paidAt].join('\n'),
  ).split('\n');
  const readable =
    isUsdcText(amount) && (hash === '' || isTxHash(hash)) && (paidAt === '' || Date.parse(paidAt) <= serverNow());
  const preview = useQuery({
    queryKey: ['payment-preview', orderId, amount, hash, payer, paidAt],
    queryFn: () =>
      getPaymentPreviewOf(api, orderId, {
        premiumAmountUsdc: amount,
        txHash: hash === '' ? undefined : hash,
        payer: /^0x[0-9a-f]{40}$/i.test(payer) ? payer : undefined,
        paidAt: paidAt === '' ? undefined : new Date(paidAt).toISOString(),
      }),
    enabled: readable,
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
  const seen = preview.data;
  if (!readable || !seen) return null;
  const refused = ERROR_CODES.find((code) => code === seen.refusal?.error);
  return (
    <div className="grid gap-2" aria-live="polite">
      {seen.outcome === 'COVERED' && seen.effective_start_at && seen.coverage_end_at ? (
        <Note tone="floor" title={t('preview.COVERED')}>
          <Instant at={seen.effective_start_at} /> {t('preview.until')} <Instant at={seen.coverage_end_at} />
        </Note>
      ) : seen.outcome === 'REFUND' ? (
        <Note tone="liq" title={t('preview.REFUND')}>
          {seen.refund_reason && t(`refund.${seen.refund_reason}`)}
        </Note>
      ) : (
        <Note tone="liq" title={t('preview.REFUSED')}>
          {refused ? te(`code.${refused}`) : seen.refusal?.message}
        </Note>
      )}
      {seen.also_named.length > 0 && (
        <p className="text-sm text-wait">
          {t('preview.also_named')}{' '}
          {seen.also_named.map((other) => (
            <Link key={other.id} to="/admin/policies" search={{ q: other.id }} className="num link mr-2">
              {shortId(other.id)}
            </Link>
          ))}
        </p>
      )}
    </div>
  );
}
