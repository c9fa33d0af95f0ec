import type { OrderFile } from '@liqpass/api/desk';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { coin, money, shortId } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Skeleton } from '../ui/kit.tsx';
import { Hash, Money } from '../ui/Money.tsx';
import { ChevronLeftIcon } from '../ui/pageIcons.tsx';
import { Page } from '../ui/Shell.tsx';
import { Facts, Note, Sheet, Tag } from '../ui/sheets.tsx';
import { claimTone, orderTone } from '../ui/statusTone.ts';
import { Address } from './Address.tsx';
import { AuditSheet } from './AuditSheet.tsx';
import { ConfirmPremium } from './ConfirmPremium.tsx';
import { NotesSheet, OpenElsewhere } from './NotesSheet.tsx';
import { PayoutRow } from './PayoutRow.tsx';
import { PremiumSheet } from './PremiumSheet.tsx';
import { chainQuery, orderFileQuery } from './queries.ts';
import { snapshotRows } from './TermsAndFacts.tsx';
import { UndoPremium } from './UndoPremium.tsx';
import { WatchSheet } from './WatchSheet.tsx';

/** Everything about one order: what was bought, seen, paid, decided, claimed and paid out; who did it, and what operators wrote. */
export function OrderPage({ id }: { id: string }) {
  const { t } = useTranslation('admin');
  const { t: ts } = useTranslation('shared');
  const query = useQuery({ ...orderFileQuery(id), refetchInterval: 10_000 });
  const explorer = useQuery(chainQuery).data?.explorer_url ?? null;
  const [step, setStep] = useState<'confirm' | 'undo' | null>(null);
  const file = query.data;
  if (!file)
    return (
      <Page wide>
        {query.error ? <ErrorNote error={query.error} onRetry={() => void query.refetch()} /> : <Skeleton lines={10} />}
      </Page>
    );
  const { order } = file;
  return (
    <Page wide>
      <Link
        to="/admin/policies"
        search={{}}
        className="inline-flex min-h-9 items-center gap-1 self-start text-sm text-muted no-underline hover:text-ink"
      >
        <ChevronLeftIcon size={16} /> {t('policies.title')}
      </Link>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="flex flex-wrap items-center gap-3">
          <h1 className="num text-2xl">{shortId(order.id)}</h1>
          <Tag tone={orderTone[order.status]}>{ts(`order_status.${order.status}`)}</Tag>
          <span>
            {order.position
              ? `${coin(order.position.inst_id)} ${t(`side.${order.position.side}`)} ${order.position.leverage}×`
              : (order.okx_meta_json?.instId ?? '')}
          </span>
        </div>
        <span className="num text-xl">
          {money(order.premium_amount_usdc)} → <Money usdc={order.policy_params_json.payout_fixed_usdc} />
        </span>
      </div>
      <ErrorNote error={query.error} onRetry={() => void query.refetch()} />
      <OpenElsewhere orderId={id} />
      {order.order_number_doubt && (
        <Note tone="wait" title={t(`doubt.${order.order_number_doubt}`)}>
          <span className="num break-all">{order.okx_meta_json?.ordId}</span>
        </Note>
      )}
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <CoverSheet file={file} explorer={explorer} />
        <PremiumSheet
          file={file}
          explorer={explorer}
          onConfirm={() => setStep('confirm')}
          onUndo={() => setStep('undo')}
        />
        <BindingSheet file={file} />
        <NotesSheet orderId={id} />
        <WatchSheet orderId={id} />
      </div>
      <MoneyOut file={file} />
      <AuditSheet rows={file.audit} />
      {step === 'confirm' && <ConfirmPremium order={order} onClose={() => setStep(null)} />}
      {step === 'undo' && <UndoPremium order={order} onClose={() => setStep(null)} />}
    </Page>
  );
}

/** What was bought, by whom, and from when until when it covers. */
function CoverSheet({ file: { order }, explorer }: { file: OrderFile; explorer: string | null }) {
  const { t } = useTranslation('admin');
  const instant = (at: string | null) => (at === null ? '–' : <Instant at={at} />);
  return (
    <Sheet title={t('order.cover')}>
      <div className="p-4">
        <Facts
          rows={[
            [
              t('order.id'),
              <span key="i" className="num break-all">
                {order.id}
              </span>,
            ],
            [t('order.product'), order.policy_type],
            [t('order.made'), <Instant key="m" at={order.created_at} />],
            [
              t('claim.terms'),
              <span key="t" className="num">
                {money(order.policy_params_json.payout_fixed_usdc)} /{' '}
                <Money usdc={order.policy_params_json.payout_cap_usdc} />
              </span>,
            ],
            [t('order.window_from'), instant(order.coverage_start_at)],
            [t('order.window_until'), instant(order.coverage_end_at)],
            [t('claim.window_from'), instant(order.effective_start_at ?? null)],
            [
              t('claim.owner'),
              order.owner ? (
                <Address key="o" nameable value={order.owner} label={t('claim.owner')} explorer={explorer} />
              ) : (
                t('claim.no_owner')
              ),
            ],
            [
              t('order.pays_to'),
              order.payout_address ? (
                <Address key="p" nameable value={order.payout_address} label={t('order.pays_to')} explorer={explorer} />
              ) : (
                '–'
              ),
            ],
            order.quote_hash === null
              ? null
              : [t('order.quote'), <Hash key="q" value={order.quote_hash} label={t('order.quote')} />],
            order.cancelled_at === undefined ? null : [t('action.cancel'), <Instant key="c" at={order.cancelled_at} />],
          ]}
        />
      </div>
    </Sheet>
  );
}

/** Which position it is bound to, and what was seen of it. */
function BindingSheet({ file: { order, snapshot } }: { file: OrderFile }) {
  const { t } = useTranslation('admin');
  const { okx_meta_json: bound } = order;
  return (
    <Sheet title={t('claim.binding')}>
      <div className="p-4">
        {bound === null ? (
          <p className="text-sm text-muted">{t('payments.unbound')}</p>
        ) : (
          <Facts
            rows={[
              [
                t('claim.order'),
                <span key="n" className="num">
                  {bound.ordId} <span className="inline-block">{bound.instId}</span>
                </span>,
              ],
              order.bound_at === null ? null : [t('timeline.BOUND'), <Instant key="b" at={order.bound_at} />],
              [t('order.seen'), order.attested ? t('claim.attested') : t('claim.unattested')],
              ...snapshotRows(t, snapshot),
            ]}
          />
        )}
      </div>
    </Sheet>
  );
}

/** The claim on it, and what it owes or has paid. */
function MoneyOut({ file: { claim, payouts } }: { file: OrderFile }) {
  const { t } = useTranslation('admin');
  const { t: ts } = useTranslation('shared');
  const explorer = useQuery(chainQuery).data?.explorer_url ?? null;
  return (
    <Sheet title={t('order.out')}>
      {claim === null && payouts.length === 0 && <p className="p-4 text-sm text-muted">{t('order.nothing_out')}</p>}
      {claim !== null && (
        <p className="flex flex-wrap items-center gap-3 px-4 py-3 text-sm">
          {t('order.claim')}
          <Link to="/admin/claims/$id" params={{ id: claim.id }} search={{}} className="num link font-semibold">
            {shortId(claim.id)}
          </Link>
          <Tag tone={claimTone[claim.status]}>{ts(`claim_status.${claim.status}`)}</Tag>
          {claim.payout_amount_usdc !== null && <Money usdc={claim.payout_amount_usdc} />}
        </p>
      )}
      {payouts.length > 0 && (
        <ul className="divide-y divide-line border-t border-line">
          {payouts.map((payout) => (
            <PayoutRow key={payout.id} item={payout}>
              <span>{t(`payout_status.${payout.status}`)}</span>
              {payout.tx_hash !== null && (
                <Hash
                  value={payout.tx_hash}
                  label={t('claim.transaction')}
                  href={explorer && `${explorer}/tx/${payout.tx_hash}`}
                />
              )}
            </PayoutRow>
          ))}
        </ul>
      )}
    </Sheet>
  );
}
