import type { PayoutAnswer } from '@liqpass/api/payouts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { hexGroups, shortId } from '../format.ts';
import { CopyButton } from '../ui/kit.tsx';
import { Hash, Money } from '../ui/Money.tsx';
import { Tag } from '../ui/sheets.tsx';
import { Instant } from '../ui/Instant.tsx';
import { AddressTag, useAddressName } from './Address.tsx';
import { chainQuery } from './queries.ts';

/** What is to be paid, or was: for what, to whom, how much; and beside it what stands about it, and what can be done. */
export function PayoutRow({ item, children }: { item: PayoutAnswer; children?: ReactNode }) {
  const { t } = useTranslation('admin');
  const { t: tk } = useTranslation('checks');
  const name = useAddressName(item.to ?? '');
  return (
    <li className="grid items-center gap-x-6 gap-y-1 px-4 py-3 text-sm lg:grid-cols-[11rem_1fr_auto_14rem]">
      <span className="flex flex-wrap items-center gap-2">
        {item.claim_id === null ? (
          <Link to="/admin/policies/$id" params={{ id: item.purchase_order_id }} className="num link font-semibold">
            {shortId(item.purchase_order_id)}
          </Link>
        ) : (
          <Link to="/admin/claims/$id" params={{ id: item.claim_id }} search={{}} className="num link font-semibold">
            {shortId(item.claim_id)}
          </Link>
        )}
        <Tag tone={item.kind === 'claim' ? 'plain' : 'wait'}>{t(`payout_kind.${item.kind}`)}</Tag>
        {item.refund_reason && <span className="w-full text-muted">{t(`refund.${item.refund_reason}`)}</span>}
      </span>
      {item.to === null ? (
        <span className="text-wait">{t('payouts.no_address')}</span>
      ) : (
        <span className="flex min-w-0 flex-wrap items-center gap-x-2">
          {name !== null && <AddressTag name={name} />}
          <span className="num flex flex-wrap gap-x-1.5" translate="no">
            {hexGroups(item.to).map((part, index) => (
              <span key={index}>{part}</span>
            ))}
          </span>
          <CopyButton text={item.to} label={t('payouts.address')} />
        </span>
      )}
      <span className="flex items-center justify-end">
        <Money usdc={item.amount_usdc} className="font-semibold" />
        <CopyButton text={item.amount_usdc} label={t('payouts.amount')} />
      </span>
      <span className="grid justify-items-start gap-1 text-muted">
        {item.to_entered_by !== null && (
          <span className="text-wait">
            {t('payouts.entered_by', { name: item.to_entered_by.replace(/^[a-z]+:/, ''), why: item.to_reason })}
          </span>
        )}
        {item.payee_doubts?.map((doubt) => (
          <span key={doubt} className="text-liq">
            {tk(`payee.${doubt}`)}
          </span>
        ))}
        {item.told && <Told told={item.told} />}
        {!item.attested && item.kind === 'claim' && <span className="text-wait">{t('claim.unattested')}</span>}
        {children}
      </span>
    </li>
  );
}

/** A transaction that somebody has named and that counts for nothing yet: which, by whom, and what it waits for. */
function Told({ told }: { told: NonNullable<PayoutAnswer['told']> }) {
  const { t } = useTranslation('admin');
  const explorer = useQuery(chainQuery).data?.explorer_url ?? null;
  return (
    <span className="text-wait">
      <Hash value={told.tx_hash} label={t('claim.transaction')} href={explorer && `${explorer}/tx/${told.tx_hash}`} />{' '}
      {t('payouts.told', { name: told.by.replace(/^[a-z]+:/, '') })} <Instant at={told.at} seconds={false} />.{' '}
      {told.block_number === null
        ? t('payouts.told_unseen')
        : t('payouts.told_block', { block: told.block_number, final: told.final_block ?? '–' })}
    </span>
  );
}
