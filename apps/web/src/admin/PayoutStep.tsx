import { approvePayout, dropBatch, setPayee, takeBackPayout, undoPayoutPaid } from '@liqpass/api/payoutCalls';
import type { BatchSummary, PayoutAnswer } from '@liqpass/api/payouts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { money, shortHex } from '../format.ts';
import { api } from './operatorApi.ts';
import { HexField, TextField } from './stepFields.tsx';
import { StepForm } from './StepForm.tsx';

/** A step that is asked about once: which, and of what. */
export type Asked =
  | { readonly step: 'approve' | 'payee' | 'take_back' | 'undo'; readonly payout: PayoutAnswer }
  | { readonly step: 'drop'; readonly batch: BatchSummary };

/** The last word before something happens to a payout or a batch: what exactly, and why. */
export function PayoutStep({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  const { t } = useTranslation('admin');
  const { t: tk } = useTranslation('checks');
  const client = useQueryClient();
  const [to, setTo] = useState('');
  const [reason, setReason] = useState('');
  const [wrong, setWrong] = useState(false);
  const act = useMutation({
    mutationFn: async (): Promise<unknown> => {
      switch (asked.step) {
        case 'approve':
          return approvePayout(api, asked.payout.id, asked.payout.to === null ? {} : { to: asked.payout.to });
        case 'payee':
          return setPayee(api, asked.payout.id, { to, reason });
        case 'take_back':
          return takeBackPayout(api, asked.payout.id, { reason });
        case 'undo':
          return undoPayoutPaid(api, asked.payout.id, { reason });
        case 'drop':
          return dropBatch(api, asked.batch.id, { reason });
      }
    },
    onSuccess: async () => {
      await client.invalidateQueries({
        predicate: (query) =>
          ['payouts', 'admin-claims', 'admin-claim', 'admin-orders', 'order-file'].includes(String(query.queryKey[0])),
      });
      onClose();
    },
  });
  const needsReason = asked.step !== 'approve';
  const values =
    asked.step === 'drop'
      ? { amount: money(asked.batch.total_usdc), to: String(asked.batch.count) }
      : { amount: money(asked.payout.amount_usdc), to: asked.payout.to === null ? '–' : shortHex(asked.payout.to) };
  return (
    <StepForm
      title={t(`payout_step.${asked.step}`, values)}
      why={t(`payout_step.${asked.step}_why`)}
      danger={asked.step === 'drop' || asked.step === 'undo'}
      asksNothing={!needsReason}
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onSubmit={() => {
        const bad = (needsReason && reason.trim() === '') || (asked.step === 'payee' && to === '');
        setWrong(bad);
        if (!bad) act.mutate();
      }}
    >
      {asked.step === 'approve' && (
        <>
          <p className="num text-sm break-all">{asked.payout.to}</p>
          {asked.payout.payee_doubts?.map((doubt) => (
            <p key={doubt} className="text-sm text-liq">
              {tk(`payee.${doubt}`)}
            </p>
          ))}
        </>
      )}
      {asked.step === 'payee' && (
        <HexField
          first
          label={t('payouts.payee')}
          value={to}
          onChange={setTo}
          error={wrong && to === '' ? t('decide.text_needed') : undefined}
        />
      )}
      {needsReason && (
        <TextField
          first={asked.step !== 'payee'}
          label={t('decide.text')}
          value={reason}
          onChange={setReason}
          error={wrong && reason.trim() === '' ? t('decide.text_needed') : undefined}
        />
      )}
    </StepForm>
  );
}
