import { isApiError } from '@liqpass/api/apiClient';
import { requestQuote } from '@liqpass/api/marketCalls';
import { bindOkx, cancelOrder, createPurchaseOrder, listMyPurchaseOrders } from '@liqpass/api/orderCalls';
import type { OkxPosition } from '@liqpass/api/credentials';
import type { Quote } from '@liqpass/api/quotes';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../data/api.ts';
import { paymentInstructionsQuery } from '../data/marketQueries.ts';
import { coin, money, price, shownPrice } from '../format.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Instant } from '../ui/Instant.tsx';
import { Button } from '../ui/kit.tsx';
import { NextBegins } from './NextBegins.tsx';
import { orderToUse } from './orderToUse.ts';

/** What is priced. */
export type Terms = { readonly policyType: string; readonly payout: string };

/**
 * An open position with its price of this moment: one tap makes the order, binds the position as it stands, and leads to paying. Where it
 * is covered still, until when; in that cover's last hour the next one, from its end.
 */
export function CoverPosition({
  position,
  credentialId,
  terms,
  coveredUntil = null,
}: {
  position: OkxPosition;
  credentialId: string;
  terms: Terms;
  coveredUntil?: number | null;
}) {
  const { t } = useTranslation('trader');
  const navigate = useNavigate();
  const client = useQueryClient();
  const liqPx = position.liq_px ?? '';
  const nextFrom = position.order_id === null ? undefined : position.next_from;
  const ask = () =>
    requestQuote(api, {
      policyType: terms.policyType,
      instId: position.inst_id,
      side: position.side,
      payoutUsdc: terms.payout,
      liqPx,
      ...(nextFrom === undefined ? {} : { coverageStartAt: nextFrom }),
    });
  const quote = useQuery({
    queryKey: ['open-quote', position.inst_id, position.side, liqPx, terms.policyType, terms.payout, nextFrom],
    queryFn: ask,
    staleTime: 20_000,
    refetchInterval: 20_000,
  });
  const cover = useMutation({
    // A price of this moment, for the order that is bound in the same go: what is shown is asked for again.
    mutationFn: async () => {
      const [now, { chain_id: chainId }, unbound] = await Promise.all([
        ask(),
        client.ensureQueryData(paymentInstructionsQuery),
        listMyPurchaseOrders(api, { status: 'AWAITING_BINDING', limit: 100 }),
      ]);
      const again = orderToUse(unbound.items, now, position);
      const id = again?.id ?? (await make(now, chainId));
      try {
        await bindOkx(api, id, { ordId: position.ord_ids[0] ?? '', instId: position.inst_id, credentialId });
      } catch (error) {
        // Its price is of another moment: the next try is for an order of its own, and this one is in nobody's list.
        if (isApiError(error) && error.code === 'PRICE_MOVED') await cancelOrder(api, id).catch(() => undefined);
        throw error;
      }
      return id;
    },
    onSuccess: (id) => navigate({ to: '/pay/$id', params: { id } }),
    // It may have been closed, or bound without our hearing of it: look again.
    onError: () => client.invalidateQueries({ queryKey: ['positions'] }),
  });
  const make = async (now: Quote, chainId: number): Promise<string> => {
    const { purchaseOrderId } = await createPurchaseOrder(
      api,
      {
        policyType: now.policy_type,
        chainId,
        premiumAmountUsdc: now.premium_usdc,
        policyParams: { payout_fixed_usdc: now.payout_usdc, payout_cap_usdc: now.payout_usdc },
        quoteHash: now.quote_hash,
        ...(nextFrom === undefined || position.order_id === null ? {} : { follows: position.order_id }),
      },
      `buy-${now.quote_hash.slice(2, 34)}-position`,
    );
    return purchaseOrderId;
  };
  return (
    <div className="grid gap-2 p-4 sm:grid-cols-[1fr_auto] sm:items-center">
      <div className="min-w-0">
        <p className="font-semibold">
          {coin(position.inst_id)} {t(`side.${position.side}`)} {position.lever}×
        </p>
        <p className="num flex flex-wrap gap-x-4 text-sm text-muted">
          <span>
            {t('positions.liq')} {shownPrice(liqPx)}
          </span>
          {position.margin !== null && <span>{price(position.margin, 2)} USDT</span>}
        </p>
      </div>
      {quote.data && coveredUntil !== null && (
        <p className="text-sm">
          <span translate="no" className="num block text-lg font-semibold">
            {money(quote.data.premium_usdc)} → {money(quote.data.payout_usdc)} USDC
          </span>
          {t('again.from')} <Instant at={coveredUntil} seconds={false} />
        </p>
      )}
      {quote.data && coveredUntil === null && (
        <Button kind="quiet" busy={cover.isPending} onClick={() => cover.mutate()}>
          {t('open.cover', { premium: money(quote.data.premium_usdc), payout: money(quote.data.payout_usdc) })}
        </Button>
      )}
      <div className="sm:col-span-2">
        {nextFrom !== undefined && <NextBegins at={nextFrom} />}
        <ErrorNote error={cover.error ?? quote.error} />
      </div>
    </div>
  );
}
