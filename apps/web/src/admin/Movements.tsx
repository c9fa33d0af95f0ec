import type { ChainTransfer } from '@liqpass/api/treasury';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { price, shortId } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Choice } from '../ui/fields.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Button, Skeleton } from '../ui/kit.tsx';
import { Hash, Money } from '../ui/Money.tsx';
import { Sheet, Tag } from '../ui/sheets.tsx';
import { movementsQuery, type MovementKind } from './treasuryQueries.ts';

const KINDS = ['all', 'in', 'out', 'vanished'] as const satisfies readonly MovementKind[];

/** What came to the treasury and left it, newest first. */
export function Movements({ explorer }: { explorer: string | null }) {
  const { t } = useTranslation('admin');
  const { t: tt } = useTranslation('treasury');
  const [kind, setKind] = useState<MovementKind>('all');
  const transfers = useInfiniteQuery(movementsQuery(kind));
  const items = transfers.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Sheet title={tt('movements')}>
      <div className="border-b border-line p-4">
        <div className="max-w-120">
          <Choice
            legend={tt('show')}
            name="movements"
            value={kind}
            onChange={setKind}
            options={KINDS.map((value) => ({ value, label: tt(`kind.${value}`) }))}
          />
        </div>
      </div>
      {transfers.error ? (
        <div className="p-4">
          <ErrorNote error={transfers.error} onRetry={() => void transfers.refetch()} />
        </div>
      ) : transfers.isPending ? (
        <div className="p-4">
          <Skeleton lines={4} />
        </div>
      ) : items.length === 0 ? (
        <p className="p-4 text-sm text-muted">{tt('none_moved')}</p>
      ) : (
        <ul className="divide-y divide-line">
          {items.map((transfer) => (
            <TransferLine key={transfer.id} transfer={transfer} explorer={explorer} />
          ))}
        </ul>
      )}
      {transfers.hasNextPage && (
        <div className="border-t border-line p-3">
          <Button kind="quiet" busy={transfers.isFetchingNextPage} onClick={() => void transfers.fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
    </Sheet>
  );
}

/** What a movement was, in one word. */
function meaning(
  each: ChainTransfer,
): 'vanished' | 'payout' | 'unproven' | 'premium' | 'second' | 'other' | 'unmatched' {
  if (each.vanished) return 'vanished';
  if (each.direction === 'out') return each.payout_id === null ? 'unproven' : 'payout';
  if (each.counted_as === 'premium') return 'premium';
  if (each.counted_as === 'second_payment') return 'second';
  return each.purchase_order_id === null && each.counted_as === null ? 'unmatched' : 'other';
}
const TONES = {
  vanished: 'liq',
  unproven: 'wait',
  unmatched: 'wait',
  second: 'wait',
  payout: 'plain',
  premium: 'floor',
  other: 'plain',
} as const;

/** One movement: what it was, how much, with whom, in which block; and whose it is, and who said so. */
export function TransferLine({
  transfer: each,
  explorer,
  children,
}: {
  transfer: ChainTransfer;
  explorer: string | null;
  children?: ReactNode;
}) {
  const { t } = useTranslation('admin');
  const { t: tt } = useTranslation('treasury');
  const what = meaning(each);
  return (
    <li className="grid gap-x-6 gap-y-1 px-4 py-3 text-sm lg:grid-cols-[13rem_minmax(0,1fr)_auto]">
      <span className="flex flex-wrap items-center gap-2 self-start">
        <Tag tone={TONES[what]}>{tt(`meaning.${what}`)}</Tag>
        {each.purchase_order_id !== null && (
          <Link to="/admin/policies" search={{ q: each.purchase_order_id }} className="num link">
            {shortId(each.purchase_order_id)}
          </Link>
        )}
        {each.matched_by !== null && <span className="text-muted">{tt(`by.${each.matched_by}`)}</span>}
      </span>
      <span className="grid min-w-0 gap-1">
        <span className="flex flex-wrap items-center gap-x-4">
          <span>
            {each.direction === 'in' ? tt('from') : tt('to')}{' '}
            <Hash value={each.party} label={tt('party')} href={explorer && `${explorer}/address/${each.party}`} />
          </span>
          <span>
            {t('claim.transaction')}{' '}
            <Hash
              value={each.tx_hash}
              label={t('claim.transaction')}
              href={explorer && `${explorer}/tx/${each.tx_hash}`}
            />
          </span>
        </span>
        <span className="text-muted">
          {tt('block', { block: price(String(each.block_number)) })} <Instant at={each.block_time} />
        </span>
        {each.assigned_by !== null && (
          <span className="text-muted">
            {tt('assigned', {
              name: each.assigned_by.replace(/^[a-z]+:/, ''),
              why: each.assigned_reason ?? '',
            })}
          </span>
        )}
        {children}
      </span>
      <span className="num self-start font-semibold lg:text-right">
        {each.direction === 'in' ? '+' : '−'}
        <Money usdc={each.amount_usdc} />
      </span>
    </li>
  );
}
