import type { AdminClaim } from '@liqpass/api/operators';
import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { money, shownPrice, shortId } from '../format.ts';
import { Instant } from '../ui/Instant.tsx';
import { Facts, Sheet } from '../ui/sheets.tsx';
import { Address } from './Address.tsx';
import { ExchangeAmount, Hash, Money } from '../ui/Money.tsx';

/** The position as it was seen at binding, row by row; none where nobody saw it. */
export function snapshotRows(t: TFunction<'admin'>, seen: AdminClaim['snapshot']): [string, ReactNode][] {
  if (!seen) return [];
  const mono = (text: string) => <span className="num break-all">{text}</span>;
  return [
    [t('claim.account'), mono(`${seen.uid_masked} (${seen.main_uid_masked})`)],
    [t('claim.entry'), mono(shownPrice(seen.avg_px))],
    [t('claim.liq_px'), mono(shownPrice(seen.liq_px))],
    [t('claim.margin'), <ExchangeAmount key="g" amount={seen.margin} ccy="USDT" />],
    [t('claim.size'), mono(`${seen.pos} · ${seen.lever}×`)],
  ];
}

/** The policy's terms and what was seen at binding, side by side. */
export function TermsAndFacts({ claim: c, explorer }: { claim: AdminClaim; explorer: string | null }) {
  const { t } = useTranslation('admin');
  const { t: tk } = useTranslation('checks');
  const o = c.purchase_order;
  const s = c.snapshot;
  const verdict = (
    ['LIQUIDATED', 'PARTIALLY_LIQUIDATED', 'NOT_LIQUIDATED', 'STILL_OPEN', 'INELIGIBLE', 'INCONCLUSIVE'] as const
  ).find((v) => v === c.verdict);
  const mono = (text: string | null | undefined) => <span className="num break-all">{text ?? '–'}</span>;
  return (
    <Sheet title={t('claim.facts')}>
      <div className="p-4">
        <Facts
          rows={[
            [t('claim.verdict'), verdict ? tk(`verdict.${verdict}`) : '–'],
            [
              t('claim.policy'),
              <Link key="p" to="/admin/policies/$id" params={{ id: o.id }} className="num link">
                {shortId(o.id)} · {c.policy_type}
              </Link>,
            ],
            [t('claim.premium'), <Money key="m" usdc={o.paid_amount_usdc ?? o.premium_amount_usdc} />],
            [
              t('claim.terms'),
              <span key="t" className="num">
                {money(o.policy_params_json.payout_fixed_usdc)} / <Money usdc={o.policy_params_json.payout_cap_usdc} />
              </span>,
            ],
            [t('claim.window_from'), <Instant key="f" at={c.coverage_window_start} />],
            [t('claim.window_until'), <Instant key="u" at={c.coverage_window_end} />],
            [
              t('claim.liquidated_at'),
              c.liquidation_time_ms === null ? '–' : <Instant key="l" at={c.liquidation_time_ms} />,
            ],
            [
              t('claim.loss'),
              c.liquidation ? (
                <span key="s">
                  <ExchangeAmount amount={c.liquidation.loss.insured} /> /{' '}
                  <ExchangeAmount amount={c.liquidation.loss.total} ccy={c.liquidation.loss.ccy} />
                </span>
              ) : (
                '–'
              ),
            ],
            [t('claim.order'), mono(o.okx_meta_json?.ordId)],
            [t('claim.binding'), c.attested ? t('claim.attested') : t('claim.unattested')],
            [
              t('claim.owner'),
              o.owner ? <Address key="o" value={o.owner} label={t('claim.owner')} /> : t('claim.no_owner'),
            ],
            [
              t('claim.premium_tx'),
              o.payment_tx_hash ? (
                <Hash
                  key="x"
                  value={o.payment_tx_hash}
                  label={t('claim.premium_tx')}
                  href={explorer && `${explorer}/tx/${o.payment_tx_hash}`}
                />
              ) : (
                '–'
              ),
            ],
            ...snapshotRows(t, s),
            [
              t('claim.attempts'),
              <span key="a" className="num">
                {c.attempts}
              </span>,
            ],
            [t('claim.root'), c.evidence_root ? <Hash key="r" value={c.evidence_root} label={t('claim.root')} /> : '–'],
          ]}
        />
      </div>
    </Sheet>
  );
}
