import { markOrderPaid } from '@liqpass/api/operatorCalls';
import { cleanAddress } from '@liqpass/api/pasted';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { isTxHash } from '@liqpass/kernel/ids';
import { isUsdcText } from '@liqpass/kernel/money';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '../data/serverTime.ts';
import { money, shortId, zone } from '../format.ts';
import { Field } from '../ui/fields.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Hash } from '../ui/Money.tsx';
import { Facts, Note } from '../ui/sheets.tsx';
import { Address } from './Address.tsx';
import { api } from './operatorApi.ts';
import { PaymentPreview } from './PaymentPreview.tsx';
import { chainQuery } from './queries.ts';
import { HexField, MomentField } from './stepFields.tsx';
import { StepForm } from './StepForm.tsx';

/** Marks a premium as paid: what came, and with which transaction. */
export function ConfirmPremium({ order, onClose }: { order: PurchaseOrderAnswer; onClose: () => void }) {
  const { t } = useTranslation('admin');
  const client = useQueryClient();
  const chain = useQuery(chainQuery);
  const [amount, setAmount] = useState(order.premium_amount_usdc);
  const [hash, setHash] = useState(order.reported_tx_hash ?? '');
  const [payer, setPayer] = useState('');
  const [paidAt, setPaidAt] = useState('');
  const [note, setNote] = useState('');
  const [wrong, setWrong] = useState({ amount: false, hash: false, paidAt: false });
  const mark = useMutation({
    mutationFn: () =>
      markOrderPaid(api, order.id, {
        premiumAmountUsdc: amount,
        ...(paidAt === '' ? {} : { paidAt: new Date(paidAt).toISOString() }),
        ...(hash === '' ? {} : { txHash: hash }),
        ...(payer === '' ? {} : { payer }),
        ...(note === '' ? {} : { note }),
      }),
    onSuccess: async () => {
      await client.invalidateQueries({
        predicate: (query) => ['admin-orders', 'order-file', 'payouts'].includes(String(query.queryKey[0])),
      });
      onClose();
    },
  });
  return (
    <StepForm
      title={t('payments.confirm_title', { id: shortId(order.id) })}
      why={t('payments.confirm_why')}
      button={t('payments.mark_paid')}
      busy={mark.isPending}
      error={mark.error}
      onClose={onClose}
      onSubmit={() => {
        const bad = {
          amount: !isUsdcText(amount),
          hash: hash !== '' && !isTxHash(hash),
          paidAt: paidAt !== '' && !(Date.parse(paidAt) <= serverNow()),
        };
        setWrong(bad);
        if (!Object.values(bad).includes(true)) mark.mutate();
      }}
    >
      {order.order_number_doubt && (
        <Note tone="wait" title={t(`doubt.${order.order_number_doubt}`)}>
          <span className="num break-all">{order.okx_meta_json?.ordId}</span>
        </Note>
      )}
      {chain.data && (
        <Facts
          rows={[
            hash !== '' && isTxHash(hash)
              ? [
                  t('payments.look_up'),
                  <Hash
                    key="h"
                    value={hash}
                    label={t('payments.transaction')}
                    href={chain.data.explorer_url && `${chain.data.explorer_url}/tx/${hash}`}
                  />,
                ]
              : null,
            [t('payments.token'), `${chain.data.token} · ${chain.data.chain_name} (${chain.data.chain_id})`],
            chain.data.treasury_safe === null
              ? null
              : [
                  t('payments.receiver'),
                  <Address key="r" value={chain.data.treasury_safe} label={t('payments.receiver')} />,
                ],
            order.reported_at === null ? null : [t('payments.reported_at'), <Instant key="a" at={order.reported_at} />],
          ]}
        />
      )}
      {order.okx_meta_json === null && <p className="text-sm text-wait">{t('payments.unbound')}</p>}
      <Field
        label={t('payments.amount')}
        hint={t('payments.amount_hint', { amount: money(order.premium_amount_usdc) })}
        error={wrong.amount ? t('payments.amount_wrong') : undefined}
      >
        {(aria) => (
          <input
            {...aria}
            data-autofocus
            value={amount}
            onChange={(event) => setAmount(event.target.value.trim())}
            inputMode="decimal"
            className="num field-box"
          />
        )}
      </Field>
      <HexField
        label={t('payments.transaction')}
        value={hash}
        onChange={setHash}
        error={wrong.hash ? t('decide.hash_wrong') : undefined}
      />
      <HexField label={t('payments.payer')} value={payer} onChange={(typed) => setPayer(cleanAddress(typed))} />
      <MomentField
        label={t('payments.paid_at', { zone: zone(serverNow()) })}
        hint={
          <>
            {t('payments.paid_at_hint')}
            {order.pay_by !== undefined && (
              <>
                {' '}
                {t('payments.pay_by')} <Instant at={order.pay_by} />
              </>
            )}
          </>
        }
        value={paidAt}
        onChange={setPaidAt}
        error={wrong.paidAt ? t('payments.paid_at_wrong') : undefined}
      />
      <Field label={t('payments.note')}>
        {(aria) => (
          <input
            {...aria}
            value={note}
            onChange={(event) => setNote(event.target.value)}
            maxLength={500}
            className="field-box"
          />
        )}
      </Field>
      <PaymentPreview orderId={order.id} typed={{ amount, hash, payer, paidAt }} />
    </StepForm>
  );
}
