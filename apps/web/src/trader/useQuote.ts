import { isLiqPriceOf } from '@liqpass/kernel/liqPrice';
import { requestQuote } from '@liqpass/api/marketCalls';
import type { Quote } from '@liqpass/api/quotes';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../data/api.ts';
import { serverNow } from '../data/serverTime.ts';
import type { BuyDraft } from './draft.ts';

const SETTLE_MS = 300;
/** A quote this close to its end is fetched anew before it is bought. */
const TOO_LATE_MS = 4_000;

export type LiveQuote = {
  data: Quote | null;
  error: unknown;
  loading: boolean;
  /** A fresh quote is fetched before the order is made. */
  checking: boolean;
  /** The quote to buy with: this one, or a new one where this is about to end; null where none is given. */
  current: () => Promise<Quote | null>;
  /** A new quote in place of one that was refused; null where none is given. */
  renew: () => Promise<Quote | null>;
};

type Asked = {
  policyType: string;
  instId: string;
  side: 'long' | 'short';
  payoutUsdc: string;
  leverage?: number;
  liqPx?: string;
};
function asked(draft: BuyDraft, mark: number | null): Asked | null {
  const common = { policyType: draft.policyType, instId: draft.instId, side: draft.side, payoutUsdc: draft.payout };
  if (draft.by === 'liqPx')
    return /^\d{1,9}(?:\.\d{1,8})?$/.test(draft.liqPx) && (mark === null || isLiqPriceOf(Number(draft.liqPx), mark))
      ? { ...common, liqPx: draft.liqPx }
      : null;
  const leverage = Number(draft.leverage);
  return /^\d{1,3}(?:\.\d)?$/.test(draft.leverage) && leverage >= 1 && leverage <= 125 ? { ...common, leverage } : null;
}

/** The price of what is filled in, asked again when that changes and before it runs out. */
export function useQuote(draft: BuyDraft, mark: number | null): LiveQuote {
  const now = JSON.stringify(asked(draft, mark));
  const [settled, setSettled] = useState(now);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(now), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [now]);
  const query = useQuery({
    queryKey: ['quote', settled],
    queryFn: ({ signal }) => {
      const body = asked(draft, mark);
      if (body === null) throw new Error('nothing to ask');
      return requestQuote(api, body, signal);
    },
    enabled: settled !== 'null' && settled === now,
    placeholderData: (previous) => previous,
    refetchInterval: (q) => {
      const quote = q.state.data;
      return quote ? Math.max(2_000, Date.parse(quote.expires_at) - serverNow() - TOO_LATE_MS) : 20_000;
    },
    staleTime: 0,
  });
  const [checking, setChecking] = useState(false);
  const usable = now !== 'null' && query.data !== undefined && query.error === null;
  const renew = async (): Promise<Quote | null> => {
    setChecking(true);
    try {
      return (await query.refetch()).data ?? null;
    } finally {
      setChecking(false);
    }
  };
  return {
    data: usable ? query.data : null,
    error: now === 'null' ? null : query.error,
    // From the first key on: the price on the page is of what stood there before.
    loading: query.isFetching || settled !== now,
    checking,
    renew,
    current: async () => {
      if (
        usable &&
        !query.isPlaceholderData &&
        settled === now &&
        Date.parse(query.data.expires_at) - serverNow() > TOO_LATE_MS
      )
        return query.data;
      return renew();
    },
  };
}
