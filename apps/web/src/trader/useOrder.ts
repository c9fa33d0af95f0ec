import { TRADER_EVENT, traderEventData } from '@liqpass/api/events';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useLive, type LiveState } from '../data/liveClient.ts';
import { claimQuery } from '../data/claimQueries.ts';
import { orderQuery } from '../data/orderQueries.ts';

/** An order as it changes: by server-sent events, and by asking every few seconds while they do not come. */
export function useOrder(id: string): {
  order: PurchaseOrderAnswer | undefined;
  error: unknown;
  refetch: () => void;
  live: LiveState;
} {
  const client = useQueryClient();
  const live = useLive(
    `/api/purchase-orders/${encodeURIComponent(id)}/events`,
    TRADER_EVENT,
    traderEventData,
    useCallback(
      (event) => {
        // What is read of one order alone stays: the stream does not tell it.
        client.setQueryData(orderQuery(id).queryKey, (known) => ({
          ...event.purchase_order,
          ...(known?.excess === undefined ? {} : { excess: known.excess }),
        }));
        if (event.claim) void client.invalidateQueries({ queryKey: claimQuery(id).queryKey });
        // A look leaves something here too, and what it saw may have been told.
        for (const what of ['watch', 'messages']) void client.invalidateQueries({ queryKey: [what, id] });
      },
      [client, id],
    ),
  );
  const query = useQuery({ ...orderQuery(id), refetchInterval: live === 'live' ? 60_000 : 4_000 });
  return { order: query.data, error: query.error, refetch: () => void query.refetch(), live };
}
