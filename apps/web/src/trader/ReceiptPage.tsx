import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { claimQuery } from '../data/claimQueries.ts';
import { paymentInstructionsQuery } from '../data/marketQueries.ts';
import { orderQuery } from '../data/orderQueries.ts';
import { shortId } from '../format.ts';
import { ProofPanel } from '../proof/ProofPanel.tsx';
import { Logo } from '../ui/icons.tsx';
import { ChevronLeftIcon, PrintIcon } from '../ui/pageIcons.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Button, Skeleton } from '../ui/kit.tsx';
import { Facts, Note } from '../ui/sheets.tsx';
import { ExchangeAmount, Money } from '../ui/Money.tsx';
import { Page } from '../ui/Shell.tsx';
import { OrderError } from './OrderError.tsx';
import { useOrderTitle } from './OrderSummary.tsx';

/** What was bought and what was paid out, on one printable page. */
export function ReceiptPage({ id }: { id: string }) {
  const { t } = useTranslation('trader');
  const title = useOrderTitle();
  const order = useQuery(orderQuery(id));
  const claim = useQuery({ ...claimQuery(id), enabled: Boolean(order.data?.claim_id) });
  const to = useQuery(paymentInstructionsQuery);
  const o = order.data;
  const c = claim.data?.claim;
  if (!o)
    return (
      <Page>
        {order.error ? <OrderError error={order.error} onRetry={() => void order.refetch()} /> : <Skeleton lines={8} />}
      </Page>
    );
  const mono = (text: string | null) => <span className="num break-all">{text ?? '–'}</span>;
  const explorer = to.data?.explorer_url ?? null;
  const transaction = (hash: string | null) =>
    hash === null || explorer === null ? (
      mono(hash)
    ) : (
      <a className="link num break-all" href={`${explorer}/tx/${hash}`} target="_blank" rel="noreferrer">
        {hash}
      </a>
    );
  const instant = (at: string | null) => (at === null ? '–' : <Instant at={at} />);
  return (
    <Page>
      <div className="mx-auto grid w-full max-w-180 gap-6">
        <p className="no-print">
          <Link
            to="/policies/$id"
            params={{ id }}
            className="inline-flex min-h-9 items-center gap-1 text-sm text-muted no-underline hover:text-ink"
          >
            <ChevronLeftIcon size={16} /> {t('policy.of', { id: shortId(id) })}
          </Link>
        </p>
        <div className="flex items-center justify-between">
          <p className="flex items-center gap-2 font-semibold">
            <Logo /> LiqPass
          </p>
          <Button kind="quiet" className="no-print" onClick={() => window.print()}>
            <PrintIcon /> {t('receipt.print')}
          </Button>
        </div>
        <h1 className="text-4xl">{c?.status === 'PAID' ? t('receipt.payout_title') : t('receipt.premium_title')}</h1>
        {o.paid_at === null && <Note tone="wait" title={t('receipt.unpaid')} />}
        <section className="sheet grid gap-4 p-5">
          <Facts
            rows={[
              [t('receipt.policy'), mono(o.id)],
              [t('receipt.covered'), title(o)],
              [t('order.okx_order'), mono(o.okx_meta_json?.ordId ?? null)],
              [t('buy.premium'), <Money key="p" usdc={o.paid_amount_usdc ?? o.premium_amount_usdc} />],
              [t('history.paid'), instant(o.paid_at)],
              [t('receipt.premium_tx'), transaction(o.payment_tx_hash)],
              [t('policy.from'), instant(o.effective_start_at)],
              [t('policy.until'), instant(o.coverage_end_at)],
            ]}
          />
        </section>
        {c && (
          <section className="sheet grid gap-4 p-5">
            {c.payout_amount_usdc !== null && c.status === 'PAID' && (
              <p className="num text-2xl font-semibold text-floor">
                +<Money usdc={c.payout_amount_usdc} />
              </p>
            )}
            <Facts
              rows={[
                [t('receipt.claim'), mono(c.id)],
                claim.data?.liquidation
                  ? [
                      t('claim.loss'),
                      <ExchangeAmount
                        key="s"
                        amount={claim.data.liquidation.loss.insured}
                        ccy={claim.data.liquidation.loss.ccy}
                      />,
                    ]
                  : null,
                claim.data?.liquidation
                  ? [t('history.liquidated'), <Instant key="l" at={claim.data.liquidation.liquidation_time_ms} />]
                  : null,
                [t('receipt.to'), mono(c.claimant)],
                [t('receipt.safe'), mono(c.multisig_safe)],
                [t('claim.transaction'), transaction(c.multisig_tx_hash)],
                [t('history.payout'), instant(c.paid_at)],
                [
                  t('receipt.root'),
                  c.evidence_root === null ? (
                    '–'
                  ) : (
                    <Link key="e" className="link num break-all" to="/policies/$id/evidence" params={{ id }}>
                      {c.evidence_root}
                    </Link>
                  ),
                ],
              ]}
            />
          </section>
        )}
        {o.paid_at !== null && <ProofPanel order={o} claim={c} />}
        <p className="text-xs text-muted">
          {t('receipt.note', { id: shortId(o.id) })}{' '}
          {to.data && `${to.data.chain_name} (${to.data.chain_id}), ${to.data.token} ${to.data.token_address}`}
        </p>
      </div>
    </Page>
  );
}
