import { approvePayout, dropBatch, setPayee, takeBackPayout, undoPayoutPaid } from '@liqpass/api/payoutCalls';
import type { BatchSummary, PayoutAnswer } from '@liqpass/api/payouts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { money, shortHex } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Field } from '../ui/fields.tsx';
import { Button } from '../ui/kit.tsx';
import { Modal } from '../ui/Modal.tsx';
import { api } from './operatorApi.ts';

/** A step that is asked about once: which, and of what. */
export type Asked =
  | { readonly step: 'approve' | 'payee' | 'take_back' | 'undo'; readonly payout: PayoutAnswer }
  | { readonly step: 'drop'; readonly batch: BatchSummary };

/** The last word before something happens to a payout or a batch: what exactly, and why. */
export function PayoutStep({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  const { t } = useTranslation('admin');
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
          ['payouts', 'admin-claims', 'admin-claim', 'admin-orders', 'admin-order'].includes(String(query.queryKey[0])),
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
    <Modal title={t(`payout_step.${asked.step}`, values)} onClose={onClose}>
      <form
        className="grid gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const bad = (needsReason && reason.trim() === '') || (asked.step === 'payee' && to.trim() === '');
          setWrong(bad);
          if (!bad && !act.isPending) act.mutate();
        }}
      >
        <p className="text-sm text-muted">{t(`payout_step.${asked.step}_why`)}</p>
        {asked.step === 'approve' && <p className="num text-sm break-all">{asked.payout.to}</p>}
        {asked.step === 'payee' && (
          <Field label={t('payouts.payee')} error={wrong && to.trim() === '' ? t('decide.text_needed') : undefined}>
            {(aria) => (
              <input
                {...aria}
                data-autofocus
                value={to}
                onChange={(event) => setTo(event.target.value)}
                className="num field-box text-sm"
                autoComplete="off"
                spellCheck={false}
                placeholder="0x…"
              />
            )}
          </Field>
        )}
        {needsReason && (
          <Field label={t('decide.text')} error={wrong && reason.trim() === '' ? t('decide.text_needed') : undefined}>
            {(aria) => (
              <textarea
                {...aria}
                {...(asked.step === 'payee' ? {} : { 'data-autofocus': true })}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
                rows={2}
                maxLength={500}
                className="field-box py-2"
              />
            )}
          </Field>
        )}
        <ErrorNote error={act.error} />
        <div className="flex justify-end gap-3">
          <Button kind="quiet" onClick={onClose}>
            {t('decide.cancel')}
          </Button>
          <Button
            type="submit"
            busy={act.isPending}
            kind={asked.step === 'drop' || asked.step === 'undo' ? 'danger' : 'solid'}
            {...(needsReason ? {} : { 'data-autofocus': true })}
          >
            {t('decide.confirm')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
