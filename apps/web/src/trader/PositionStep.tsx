import { standardSchemaResolver } from '@hookform/resolvers/standard-schema';
import { isApiError } from '@liqpass/api/apiClient';
import type { ErrorCode } from '@liqpass/api/errors';
import { createPurchaseOrder } from '@liqpass/api/orderCalls';
import type { Quote } from '@liqpass/api/quotes';
import { cleanAddress, wrongAddress } from '@liqpass/api/pasted';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { api } from '../data/api.ts';
import { paymentInstructionsQuery, productsQuery } from '../data/marketQueries.ts';
import { money } from '../format.ts';
import { Exclusions } from './Exclusions.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Button, Skeleton } from '../ui/kit.tsx';
import { Note } from '../ui/sheets.tsx';
import { Page } from '../ui/Shell.tsx';
import { WhenSeen } from '../ui/WhenSeen.tsx';
import { Steps } from '../ui/Steps.tsx';
import { useMe } from '../wallet/session.ts';
import { carryTyped } from '../wallet/openIn.ts';
import { buyDraft, carried, keepDraft, readDraft, rememberOrder, type BuyDraft } from './draft.ts';
import { PayoutTo } from './PayoutTo.tsx';
import { PositionFields } from './PositionFields.tsx';
import { QuotePanel } from './QuotePanel.tsx';
import { useQuote } from './useQuote.ts';
import { useWide } from '../ui/useWide.ts';

// Without a network there is no chart; the form goes on.
const MarkChart = lazy(() => import('./MarkChart.tsx').catch(() => ({ default: () => null })));

/** Why a quote is refused that was good when it was asked for. */
const STALE: ReadonlySet<ErrorCode> = new Set(['QUOTE_EXPIRED', 'QUOTE_ALREADY_USED', 'QUOTE_NOT_FOUND']);

// What a stored key shows comes after the form, which needs none.
const OpenPositions = lazy(() => import('./OpenPositions.tsx').catch(() => ({ default: () => null })));

const form = buyDraft.superRefine((draft, ctx) => {
  const leverage = Number(draft.leverage);
  if (draft.by === 'leverage' && !(/^\d{1,3}(?:\.\d)?$/.test(draft.leverage) && leverage >= 1 && leverage <= 125))
    ctx.addIssue({ code: 'custom', path: ['leverage'], message: 'buy.leverage_wrong' });
  if (draft.by === 'liqPx' && !/^\d{1,9}(?:\.\d{1,8})?$/.test(draft.liqPx))
    ctx.addIssue({ code: 'custom', path: ['liqPx'], message: 'buy.liq_wrong' });
  if (draft.payTo === 'address' && wrongAddress(cleanAddress(draft.address)))
    ctx.addIssue({ code: 'custom', path: ['address'], message: 'wrong' });
});

/** Step 1: the position first; its chance, its premium, and what would make it cheaper. */
export function PositionStep() {
  const { t } = useTranslation('trader');
  const { t: tc } = useTranslation();
  const navigate = useNavigate();
  const me = useMe();
  const products = useQuery(productsQuery);
  const f = useForm<BuyDraft>({ defaultValues: readDraft(), resolver: standardSchemaResolver(form), mode: 'onChange' });
  const draft = f.watch();
  useEffect(() => keepDraft(draft), [draft]);
  useEffect(() => carryTyped(() => carried(draft)), [draft]);
  const here = products.data?.market.find((m) => m.inst_id === draft.instId)?.mark_px ?? null;
  const quote = useQuote(draft, here === null ? null : Number(here));
  const wide = useWide();
  const product = products.data?.items.find((p) => p.policy_type === draft.policyType);
  const market = products.data?.market.find((m) => m.inst_id === draft.instId);
  const stopped = product?.off_sale_reason ?? market?.sales_stopped_reason ?? null;

  const client = useQueryClient();
  const buy = async (input: { quote: Quote; payoutAddress: string | null }) =>
    createPurchaseOrder(
      api,
      {
        policyType: input.quote.policy_type,
        chainId: (await client.ensureQueryData(paymentInstructionsQuery)).chain_id,
        premiumAmountUsdc: input.quote.premium_usdc,
        policyParams: { payout_fixed_usdc: input.quote.payout_usdc, payout_cap_usdc: input.quote.payout_usdc },
        quoteHash: input.quote.quote_hash,
        ...(input.payoutAddress === null ? {} : { payoutAddress: input.payoutAddress }),
      },
      // One order per quote and address, however often the button is pressed or the line breaks.
      `buy-${input.quote.quote_hash.slice(2, 34)}-${input.payoutAddress?.slice(2, 14).toLowerCase() ?? 'wallet'}`,
    );
  const [renewed, setRenewed] = useState(false);
  const create = useMutation({
    // A quote that ran out on the way is replaced by itself: at the same price the order is made, another one is shown first.
    mutationFn: async (input: { quote: Quote; payoutAddress: string | null }) => {
      try {
        return await buy(input);
      } catch (error) {
        if (!isApiError(error) || !STALE.has(error.code)) throw error;
        const next = await quote.renew();
        if (next === null) throw error;
        if (next.premium_usdc === input.quote.premium_usdc) return buy({ ...input, quote: next });
        return null;
      }
    },
    onSuccess: async (made) => {
      if (made === null) return;
      const { purchaseOrderId } = made;
      rememberOrder(purchaseOrderId);
      await navigate({ to: '/buy', search: { order: purchaseOrderId } });
    },
  });
  // Who is signed in buys for the wallet; another address is signed for on the way to paying.
  const toWallet = draft.payTo === 'wallet' || Boolean(me.data);
  const go = f.handleSubmit(async () => {
    // The price shown is the price charged: where the fresh one differs, it is shown first.
    const shown = quote.data?.premium_usdc;
    const fresh = await quote.current();
    setRenewed(fresh !== null && fresh.premium_usdc !== shown);
    if (fresh && fresh.premium_usdc === shown)
      create.mutate({ quote: fresh, payoutAddress: toWallet ? null : cleanAddress(draft.address) });
  });

  const panel = (
    <QuotePanel
      draft={draft}
      market={market}
      quote={quote}
      onLeverage={(leverage) => {
        f.setValue('by', 'leverage');
        f.setValue('leverage', String(leverage), { shouldValidate: true });
      }}
      onProduct={(policyType) => f.setValue('policyType', policyType)}
      onPayout={(payout) => f.setValue('payout', payout)}
    />
  );

  return (
    <Page>
      <div className="grid items-start gap-8 lg:grid-cols-[1fr_340px] lg:gap-14">
        <form onSubmit={(event) => void go(event)} noValidate className="grid min-w-0 gap-6">
          <Steps at={1} />
          <div className="grid gap-2">
            <h1 className="text-4xl">{t('buy.title')}</h1>
            <p className="max-w-[36em] text-muted">{t('buy.lead')}</p>
          </div>
          {stopped && (
            <Note tone="wait" title={tc(`sales_stop.${stopped}`)}>
              {t('buy.stopped_next')}
            </Note>
          )}
          {me.data && products.data && (
            <Suspense>
              <OpenPositions terms={{ policyType: 'OKX_24H', payout: '50.00' }} />
            </Suspense>
          )}
          <ErrorNote error={products.error} onRetry={() => void products.refetch()} />
          {products.data === undefined && !products.error && <Skeleton lines={6} />}
          {products.data && (
            <PositionFields
              f={f}
              draft={draft}
              products={products.data.items}
              market={products.data.market}
              product={product}
            />
          )}
          {!wide && products.data && panel}
          {market?.mark_px && (
            <WhenSeen>
              <Suspense fallback={<Skeleton lines={4} />}>
                <MarkChart instId={draft.instId} liqPx={quote.data?.liq_px ?? null} hours={product?.hours ?? 24} />
              </Suspense>
            </WhenSeen>
          )}
          {products.data && <PayoutTo f={f} draft={draft} wallet={me.data?.address ?? null} />}
          <ErrorNote error={create.error} />
          {(renewed || create.data === null) && (
            <Note tone="wait" role="status">
              {t('buy.price_renewed')}
            </Note>
          )}
          <div className="sticky bottom-0 -mx-4 flex items-center justify-between gap-4 border-t border-line bg-bg px-4 py-3 sm:static sm:mx-0 sm:justify-start sm:border-0 sm:px-0">
            <p className="sm:hidden">
              <span className="block text-xs text-muted">{t('buy.premium')}</span>
              <span translate="no" className="num text-lg font-semibold">
                {quote.data ? money(quote.data.premium_usdc) : '–'}
              </span>{' '}
              <span className="text-xs">USDC</span>
              {toWallet && !me.data && <span className="block text-xs text-muted">{t('buy.need_wallet')}</span>}
              {quote.data === null && quote.error !== null && (
                <span className="block text-xs text-muted">{t('quote.none')}</span>
              )}
            </p>
            <Button
              type="submit"
              size="lg"
              busy={create.isPending || quote.checking}
              disabled={quote.data === null || (toWallet && !me.data)}
            >
              {t('buy.continue')}
            </Button>
            <p className="hidden text-sm text-muted sm:block">
              {toWallet && !me.data ? t('buy.need_wallet') : t('buy.continue_why')}
            </p>
          </div>
          <Exclusions />
        </form>
        {wide && panel}
      </div>
    </Page>
  );
}
