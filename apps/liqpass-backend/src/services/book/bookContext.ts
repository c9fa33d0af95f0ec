import type { Usdc } from '@liqpass/kernel/money';
import type { AuditContext } from '../audit/auditContext.ts';
import type { ExchangeStanding } from './exchangeStanding.ts';
import type { MarketState } from './market.ts';
import type { MarketClient } from './marketClient.ts';
import type { PastState } from './pastState.ts';
import type { QuoteSigner } from './quoteSigner.ts';
import type { SalesStops } from './salesStops.ts';

export type UnderwritingSettings = {
  /** What the treasury can pay: the limits of the book follow from it. */
  readonly capital: Usdc;
  /** Whether orders without a quote and without a key count against the book too: only where an operator named the capital. */
  readonly countsEveryOrder: boolean;
  /** Signs quotes; null: a key of this process. */
  readonly quoteSigningKey: `0x${string}` | null;
};

/** What pricing and selling touch besides: the market, and what is off sale. Of people the book knows nothing. */
export type BookContext = AuditContext & {
  /** Prices, as last read. */
  readonly market: MarketState;
  /** The last year, for what covers would have done. */
  readonly past: PastState;
  readonly marketClient: MarketClient;
  readonly quoteSigner: QuoteSigner;
  readonly sales: SalesStops;
  /** How the exchange is, as last read. */
  readonly exchange: ExchangeStanding;
  readonly settings: {
    readonly underwriting: UnderwritingSettings;
    /** Whether cover is sold for an order that nobody looked at with a key. */
    readonly allowUnattestedBinding: boolean;
  };
};
