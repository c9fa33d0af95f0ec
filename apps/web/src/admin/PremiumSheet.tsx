import type { OrderFile } from '@liqpass/api/desk';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Instant } from '../ui/Instant.tsx';
import { Button } from '../ui/kit.tsx';
import { Hash, Money } from '../ui/Money.tsx';
import { Facts, Note, Sheet } from '../ui/sheets.tsx';
import { Address } from './Address.tsx';
import { Actor } from './auditWords.tsx';

type Row = readonly [ReactNode, ReactNode] | null;

/** The money that came: what the trader said, what was recorded, by whom, and what was decided on it. */
export function PremiumSheet({
  file: { order, premium, may },
  explorer,
  onConfirm,
  onUndo,
}: {
  file: OrderFile;
  explorer: string | null;
  onConfirm: () => void;
  onUndo: () => void;
}) {
  const { t, i18n } = useTranslation('admin');
  const hash = (value: string) => (
    <Hash value={value} label={t('payments.transaction')} href={explorer && `${explorer}/tx/${value}`} />
  );
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 2 });
  const recorded: Row[] =
    premium === null
      ? []
      : [
          [t('order.came'), <Instant key="p" at={premium.paid_at} />],
          premium.amount_usdc === null
            ? null
            : [t('order.amount'), <Money key="a" usdc={premium.amount_usdc} className="font-semibold" />],
          [t('payments.transaction'), premium.tx_hash === null ? '–' : hash(premium.tx_hash)],
          premium.payer === null
            ? null
            : [
                t('order.payer'),
                <Address key="y" nameable value={premium.payer} label={t('order.payer')} explorer={explorer} />,
              ],
          [t('order.recorded_by'), <Actor key="w" name={premium.recorded_by} />],
          premium.recorded_at === null ? null : [t('order.recorded_at'), <Instant key="e" at={premium.recorded_at} />],
          premium.note === null ? null : [t('payments.note'), premium.note],
          premium.probability === null
            ? null
            : [
                t('order.probability'),
                <span key="q" className="num">
                  {percent.format(premium.probability)}
                </span>,
              ],
          premium.waiting_check === null ? null : [t('order.waiting'), t(`waiting.${premium.waiting_check}`)],
        ];
  return (
    <Sheet title={t('order.premium')}>
      <div className="grid gap-4 p-4">
        {premium?.refund_reason && <Note tone="wait" title={t(`refund.${premium.refund_reason}`)} />}
        <Facts
          rows={[
            [t('order.due'), <Money key="d" usdc={order.amount_due_usdc ?? order.premium_amount_usdc} />],
            order.pay_by === undefined ? null : [t('payments.pay_by'), <Instant key="b" at={order.pay_by} />],
            order.reported_at === null ? null : [t('payments.reported_at'), <Instant key="r" at={order.reported_at} />],
            order.reported_tx_hash === null ? null : [t('order.reported_tx'), hash(order.reported_tx_hash)],
            ...recorded,
          ]}
        />
        {premium === null && <p className="text-sm text-muted">{t('order.unpaid')}</p>}
        {(may.mark_paid || may.undo_paid) && (
          <div className="flex flex-wrap gap-3">
            {may.mark_paid && (
              <Button kind={order.reported_at ? 'solid' : 'quiet'} size="sm" onClick={onConfirm}>
                {t('payments.confirm')}
              </Button>
            )}
            {may.undo_paid && (
              <Button kind="quiet" size="sm" onClick={onUndo}>
                {t('payouts.undo')}
              </Button>
            )}
          </div>
        )}
      </div>
    </Sheet>
  );
}
