import { HOUR_MS } from '@liqpass/kernel/time';
import { usdc, type Usdc } from '@liqpass/kernel/money';
import type { Side } from '@liqpass/kernel/vocabulary';
import type { BookPolicy } from '../src/book.ts';
import type { BindingFacts } from '../src/decideBinding.ts';
import { PROD_2026_04 } from '../src/params.ts';
import type { Market } from '../src/market.ts';
import { liquidationPriceAt } from '../src/price.ts';
import { OKX_24H } from '../src/products.ts';
import type { CoverRequest } from '../src/quoteCover.ts';

export const NOW = Date.UTC(2026, 2, 4, 9, 30); // a Wednesday without a release
export const money = (amount: number): Usdc => usdc(BigInt(Math.round(amount * 1e6)));

/** A calm market: sigma over 24 h is about 1.7 %. */
export function aMarket(over: Partial<Market> = {}): Market {
  const v = 1.2e-5;
  return {
    coin: 'BTC',
    mark: 60_000,
    markAtMs: NOW,
    candlesUntilMs: NOW - (NOW % HOUR_MS),
    features: { v1: v, V4: v, V24: v, V168: v, V720: v, rally: 0, x: 0 },
    lastHourVariance: v,
    ...over,
  };
}

export function aRequest(over: Partial<CoverRequest> & { leverage?: number } = {}): CoverRequest {
  const side: Side = over.side ?? 'long';
  const market = over.market ?? aMarket();
  const leverage = over.leverage ?? 8;
  return {
    set: PROD_2026_04,
    product: OKX_24H,
    market,
    side,
    leverage,
    liqPx: liquidationPriceAt(market.mark, leverage, side),
    payout: money(50),
    startMs: NOW,
    nEvents: 0,
    fixedPrice: false,
    ...over,
  };
}

export function aBinding(
  over: Partial<Omit<BindingFacts, 'position'>> & { position?: Partial<BindingFacts['position']> } = {},
): BindingFacts {
  const { position, ...rest } = over;
  const market = rest.market ?? aMarket();
  const side = position?.side ?? 'long';
  const leverage = position?.leverage ?? 8;
  return {
    set: PROD_2026_04,
    product: OKX_24H,
    market,
    payout: money(50),
    startMs: NOW,
    nEvents: 0,
    fixedPrice: false,
    quoted: null,
    otherCovers: [],
    ...rest,
    position: {
      instId: 'BTC-USDT-SWAP',
      marginMode: 'isolated',
      side,
      leverage,
      margin: money(200),
      liqPx: liquidationPriceAt(market.mark, leverage, side),
      ledger: null,
      tier: 1,
      ...position,
    },
  };
}

export function aPolicy(over: Partial<BookPolicy> = {}): BookPolicy {
  return {
    coin: 'BTC',
    side: 'long',
    liqPx: 50_000,
    horizon: '24h',
    payout: money(50),
    mainAccount: null,
    soldAtMs: NOW - 3 * HOUR_MS,
    ...over,
  };
}
