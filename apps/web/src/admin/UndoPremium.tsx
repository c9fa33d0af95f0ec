import { undoPremium } from '@liqpass/api/deskCalls';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { money } from '../format.ts';
import { api } from './operatorApi.ts';
import { TextField } from './stepFields.tsx';
import { StepForm } from './StepForm.tsx';

/** Takes the record of a premium back that was a mistake: the order is unpaid again. */
export function UndoPremium({ order, onClose }: { order: PurchaseOrderAnswer; onClose: () => void }) {
  const { t } = useTranslation('admin');
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [wrong, setWrong] = useState(false);
  const undo = useMutation({
    mutationFn: () => undoPremium(api, order.id, { reason }),
    onSuccess: async () => {
      await client.invalidateQueries({
        predicate: (query) => ['admin-orders', 'order-file', 'payouts'].includes(String(query.queryKey[0])),
      });
      onClose();
    },
  });
  return (
    <StepForm
      danger
      title={t('undo_premium.title', { amount: money(order.paid_amount_usdc ?? order.premium_amount_usdc) })}
      why={t('undo_premium.why')}
      busy={undo.isPending}
      error={undo.error}
      onClose={onClose}
      onSubmit={() => {
        setWrong(reason.trim() === '');
        if (reason.trim() !== '') undo.mutate();
      }}
    >
      <TextField
        first
        label={t('decide.text')}
        value={reason}
        onChange={setReason}
        error={wrong ? t('decide.text_needed') : undefined}
      />
    </StepForm>
  );
}
