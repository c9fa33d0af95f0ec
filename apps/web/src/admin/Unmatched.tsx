import type { ChainTransfer } from '@liqpass/api/treasury';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { shortId } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Button, Skeleton } from '../ui/kit.tsx';
import { Sheet } from '../ui/sheets.tsx';
import { AssignTransfer } from './AssignTransfer.tsx';
import { TransferLine } from './Movements.tsx';
import { transfersQuery } from './treasuryQueries.ts';
import { useMay } from './useOperator.ts';

/** Money that came and is nobody's, with the orders that it may be for: one press each says whose. */
export function Unmatched({ explorer }: { explorer: string | null }) {
  const { t: tt } = useTranslation('treasury');
  const transfers = useQuery({ ...transfersQuery('unmatched'), refetchInterval: 15_000 });
  const [chosen, setChosen] = useState<{ transfer: ChainTransfer; order: string | null } | null>(null);
  const mayAssign = useMay('treasurer');
  const items = transfers.data?.items ?? [];
  return (
    <Sheet
      title={
        <>
          {tt('whose')} <span className="num">{items.length}</span>
        </>
      }
    >
      {transfers.error ? (
        <div className="p-4">
          <ErrorNote error={transfers.error} onRetry={() => void transfers.refetch()} />
        </div>
      ) : transfers.isPending ? (
        <div className="p-4">
          <Skeleton lines={3} />
        </div>
      ) : items.length === 0 ? (
        <p className="p-4 text-sm text-muted">{tt('none_unmatched')}</p>
      ) : (
        <>
          <p className="border-b border-line px-4 py-2 text-sm text-muted">{tt('whose_why')}</p>
          <ul className="divide-y divide-line">
            {items.map((transfer) => (
              <TransferLine key={transfer.id} transfer={transfer} explorer={explorer}>
                <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
                  <span className="text-muted">
                    {transfer.candidates.length === 0 ? tt('no_candidates') : tt('candidates')}
                  </span>
                  {transfer.candidates.map((id) =>
                    mayAssign ? (
                      <Button
                        key={id}
                        kind="quiet"
                        size="sm"
                        aria-label={tt('assign_to', { id: shortId(id) })}
                        onClick={() => setChosen({ transfer, order: id })}
                      >
                        <span className="num">{shortId(id)}</span>
                      </Button>
                    ) : (
                      <Link key={id} to="/admin/policies" search={{ q: id }} className="num link">
                        {shortId(id)}
                      </Link>
                    ),
                  )}
                  {mayAssign && (
                    <Button kind="bare" size="sm" onClick={() => setChosen({ transfer, order: null })}>
                      {tt('another_order')}
                    </Button>
                  )}
                </div>
              </TransferLine>
            ))}
          </ul>
        </>
      )}
      {chosen && <AssignTransfer {...chosen} explorer={explorer} onClose={() => setChosen(null)} />}
    </Sheet>
  );
}
