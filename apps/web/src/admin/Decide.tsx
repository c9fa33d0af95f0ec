import { approveClaim, markClaimPaid, rejectClaim, releaseClaimHold, takeBackClaim } from '@liqpass/api/operatorCalls';
import type { AdminClaim } from '@liqpass/api/operators';
import { isTxHash } from '@liqpass/kernel/ids';
import { REJECTION_CODES, type RejectionCode } from '@liqpass/kernel/vocabulary';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { useStored } from '../data/stored.ts';
import { serverNow } from '../data/serverTime.ts';
import { localTime, money, shortHex, zone } from '../format.ts';
import { Field } from '../ui/fields.tsx';
import { api } from './operatorApi.ts';
import { HexField, MomentField, TextField } from './stepFields.tsx';
import { StepForm } from './StepForm.tsx';

export type Decision = 'approve' | 'reject' | 'take_back' | 'release' | 'paid';

/** The last word before something happens: what exactly, and why. What is typed survives a reload. */
export function Decide({
  claim,
  decision,
  onClose,
  onDone,
}: {
  claim: AdminClaim;
  decision: Decision;
  onClose: () => void;
  onDone: () => Promise<void>;
}) {
  const { t } = useTranslation('admin');
  const { t: tk } = useTranslation('checks');
  const [text, setText] = useStored(`lp.decide.${claim.id}.${decision}`, z.string(), '');
  const [code, setCode] = useStored<RejectionCode>(
    `lp.decide.${claim.id}.code`,
    z.enum(REJECTION_CODES),
    'NOT_COVERED_BY_POLICY',
  );
  const [wrong, setWrong] = useState(false);
  const [paidAt, setPaidAt] = useState(() => localTime(serverNow()).replace(' ', 'T'));
  const paidAtMs = Date.parse(paidAt);
  const isPaidAtWrong = decision === 'paid' && !(paidAtMs <= serverNow());
  const client = useQueryClient();
  const amount = claim.payout_amount_usdc === null ? '–' : money(claim.payout_amount_usdc);
  const act = useMutation({
    mutationFn: async () => {
      if (decision === 'approve') return approveClaim(api, claim.id, {});
      if (decision === 'reject') return rejectClaim(api, claim.id, { code, reason: text });
      if (decision === 'take_back') return takeBackClaim(api, claim.id, { reason: text });
      if (decision === 'release') return releaseClaimHold(api, claim.id, { reason: text });
      return markClaimPaid(api, claim.id, { multisigTxHash: text, paidAtSec: Math.floor(paidAtMs / 1000) });
    },
    onSuccess: async () => {
      setText('');
      await onDone();
    },
    // Where the line broke it may have been done: the claim itself tells.
    onError: () => client.invalidateQueries({ queryKey: ['admin-claim'] }),
  });
  const [before] = useState(claim.status);
  const overtaken = act.isError && claim.status !== before;
  useEffect(() => {
    if (overtaken) onClose();
  }, [overtaken, onClose]);
  const needsText = decision !== 'approve';
  return (
    <StepForm
      title={t(`decide.${decision}`, { amount, to: shortHex(claim.claimant) })}
      why={t(`decide.${decision}_why`)}
      danger={decision === 'reject'}
      asksNothing={!needsText}
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onSubmit={() => {
        const bad = decision === 'paid' ? !isTxHash(text) : needsText && text.trim() === '';
        setWrong(bad);
        if (!bad && !isPaidAtWrong) act.mutate();
      }}
    >
      {decision === 'approve' && <p className="num text-sm break-all">{claim.claimant}</p>}
      {decision === 'reject' && (
        <Field label={t('decide.code')}>
          {(aria) => (
            <select
              {...aria}
              data-autofocus
              className="field-box"
              value={code}
              onChange={(event) => setCode(REJECTION_CODES.find((known) => known === event.target.value) ?? 'OTHER')}
            >
              {REJECTION_CODES.map((known) => (
                <option key={known} value={known}>
                  {tk(`rejection.${known}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      {decision === 'paid' ? (
        <HexField
          first
          label={t('decide.hash')}
          value={text}
          onChange={setText}
          error={wrong ? t('decide.hash_wrong') : undefined}
        />
      ) : (
        needsText && (
          <TextField
            first={decision !== 'reject'}
            label={decision === 'reject' ? t('decide.text_seen') : t('decide.text')}
            value={text}
            onChange={setText}
            error={wrong ? t('decide.text_needed') : undefined}
          />
        )
      )}
      {decision === 'paid' && (
        <MomentField
          label={t('payouts.paid_at', { zone: zone(serverNow()) })}
          value={paidAt}
          onChange={setPaidAt}
          error={isPaidAtWrong ? t('payments.paid_at_wrong') : undefined}
        />
      )}
    </StepForm>
  );
}
