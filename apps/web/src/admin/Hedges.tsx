import type { AdminClaim } from '@liqpass/api/operators';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { coin, money, shortId } from '../format.ts';
import { Instant } from '../ui/Instant.tsx';
import { Sheet } from '../ui/sheets.tsx';
import type { QueueFilter } from './queueFilter.ts';

/** The claim's cover and the opposite ones at the same time by somebody linked, each with its side; nothing where there is none. */
export function Hedges({
  claim,
  filter,
}: {
  claim: Pick<AdminClaim, 'hedges' | 'side' | 'inst_id' | 'purchase_order' | 'payout_cap_usdc'>;
  filter: QueueFilter;
}) {
  const { t } = useTranslation('admin');
  if (claim.hedges.length === 0) return null;
  const { purchase_order: order } = claim;
  const [from, until] = [order.effective_start_at ?? order.coverage_start_at, order.coverage_end_at];
  const side = order.position?.side ?? claim.side;
  return (
    <Sheet title={t('hedges.title')}>
      <p className="px-4 pt-4 text-sm text-muted">{t('hedges.what')}</p>
      <ul className="divide-y divide-line text-sm">
        <li className="grid gap-1 px-4 py-3">
          <Cover inst={claim.inst_id} side={side} payout={claim.payout_cap_usdc} label={t('hedges.this')} />
          {from !== null && until !== null && (
            <p>
              <Instant at={from} /> <span className="mx-1">–</span> <Instant at={until} />
            </p>
          )}
        </li>
        {claim.hedges.map((hedge) => (
          <li key={hedge.purchase_order_id} className="grid gap-1 px-4 py-3">
            <Cover
              inst={hedge.inst_id}
              side={hedge.side}
              payout={hedge.payout_usdc}
              label={
                hedge.claim ? (
                  <Link to="/admin/claims/$id" params={{ id: hedge.claim.id }} search={filter} className="num link">
                    {shortId(hedge.claim.id)}
                  </Link>
                ) : (
                  <Link to="/admin/policies/$id" params={{ id: hedge.purchase_order_id }} className="num link">
                    {shortId(hedge.purchase_order_id)}
                  </Link>
                )
              }
            />
            <p>
              <Instant at={hedge.cover_start_at} /> <span className="mx-1">–</span> <Instant at={hedge.cover_end_at} />
            </p>
            <p className="text-muted">{hedge.links.map((link) => t(`hedges.link.${link}`)).join(' · ')}</p>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}

function Cover(props: { inst: string | null; side: 'long' | 'short' | null; payout: string; label: React.ReactNode }) {
  const { t } = useTranslation('admin');
  return (
    <p className="flex flex-wrap gap-x-2">
      <span>{props.label}</span>
      <b>
        {props.inst === null ? '–' : coin(props.inst)} {props.side === null ? '–' : t(`side.${props.side}`)}
      </b>
      <span className="num ml-auto">{money(props.payout)} USDC</span>
    </p>
  );
}
