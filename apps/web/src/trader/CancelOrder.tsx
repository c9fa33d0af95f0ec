import { cancelOrder } from '@liqpass/api/orderCalls';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../data/api.ts';
import { orderQuery } from '../data/orderQueries.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Button } from '../ui/kit.tsx';

/** Takes back a cover that was not paid, after one question: its position is then free for another. */
export function CancelOrder({ order }: { order: PurchaseOrderAnswer }) {
  const { t } = useTranslation('trader');
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const cancel = useMutation({
    mutationFn: () => cancelOrder(api, order.id),
    onSuccess: async (answer) => {
      client.setQueryData(orderQuery(order.id).queryKey, answer);
      await client.invalidateQueries({ queryKey: ['positions'] });
    },
  });
  const open = order.status === 'AWAITING_BINDING' || order.status === 'AWAITING_PAYMENT';
  if (!open || order.reported_at !== null) return null;
  if (!asking)
    return (
      <p>
        <button type="button" className="link min-h-6 text-sm" onClick={() => setAsking(true)}>
          {t('cancel.cancel')}
        </button>
      </p>
    );
  return (
    <div className="grid gap-3 border-t border-line pt-4">
      <p className="text-sm">{t('cancel.why')}</p>
      <ErrorNote error={cancel.error} />
      <div className="flex flex-wrap gap-3">
        <Button kind="danger" busy={cancel.isPending} onClick={() => cancel.mutate()}>
          {t('cancel.yes')}
        </Button>
        <Button kind="quiet" onClick={() => setAsking(false)}>
          {t('cancel.no')}
        </Button>
      </div>
    </div>
  );
}
