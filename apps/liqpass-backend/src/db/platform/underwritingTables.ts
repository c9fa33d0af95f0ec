import type { ExchangeState, ExchangeTrouble, Side } from '@liqpass/kernel/vocabulary';
import type { ColumnType, GeneratedAlways } from 'kysely';

/** numeric: text both ways, so that no amount ever is a float. */
type Numeric = string;
type Timestamp = ColumnType<Date, Date, Date>;

/** What an order covers: as quoted, then as seen at binding. */
export type PositionJson = {
  inst_id: string;
  side: Side;
  leverage: string;
  mark_px: string;
  liq_px: string;
};

export type MarketCandlesTable = {
  inst_id: string;
  at: Timestamp;
  open: Numeric;
  high: Numeric;
  low: Numeric;
  close: Numeric;
};
export type MarketMarksTable = {
  inst_id: string;
  at: Timestamp;
  mark_px: Numeric;
  index_px: Numeric | null;
  index_at: Timestamp | null;
};
/** The exchange's public liquidations, as far as they were heard. */
export type PublicLiquidationsTable = {
  inst_id: string;
  at: Timestamp;
  side: 'buy' | 'sell';
  px: Numeric;
  size: Numeric;
};
export type MarketMinutesTable = {
  inst_id: string;
  at: Timestamp;
  low: Numeric;
  high: Numeric;
  close: Numeric;
};
export type LeasesTable = { name: string; holder: string; until: Timestamp };
export type SalesStopsTable = {
  policy_type: string | null;
  inst_id: string | null;
  side: Side | null;
  reason: string;
  stopped_by: string;
  stopped_at: Timestamp;
};
export type QuotesTable = {
  quote_hash: string;
  policy_type: string;
  inst_id: string;
  side: Side;
  leverage: number;
  mark_px: Numeric;
  liq_px: Numeric;
  probability: number;
  honoured_up_to: number;
  premium_usdc: Numeric;
  payout_usdc: Numeric;
  fixed_price: boolean;
  created_at: Timestamp;
  expires_at: Timestamp;
  purchase_order_id: string | null;
  used_at: Timestamp | null;
};
export type BookRoomsTable = {
  id: string;
  quote_hash: string | null;
  purchase_order_id: string | null;
  policy_type: string;
  inst_id: string | null;
  side: Side | null;
  liq_px: Numeric | null;
  payout_usdc: Numeric;
  probability: number | null;
  main_account: string | null;
  margin_usdt: Numeric | null;
  tentative_of: string | null;
  sold_at: Timestamp;
  held_until: Timestamp;
};
export type BookDaysTable = {
  day: ColumnType<string, string, string>;
  premiums_usdc: Numeric;
  payouts_usdc: Numeric;
  in_force_usdc: Numeric;
  reserve_usdc: Numeric | null;
  finished: boolean;
};

export type ExchangeIntervalsTable = {
  id: GeneratedAlways<string>;
  state: ExchangeState;
  trouble: ExchangeTrouble | null;
  title: string | null;
  from_at: Timestamp;
  until_at: Timestamp;
};

export type UnderwritingTables = {
  market_candles: MarketCandlesTable;
  market_marks: MarketMarksTable;
  market_minutes: MarketMinutesTable;
  public_liquidations: PublicLiquidationsTable;
  exchange_intervals: ExchangeIntervalsTable;
  leases: LeasesTable;
  sales_stops: SalesStopsTable;
  quotes: QuotesTable;
  book_rooms: BookRoomsTable;
  book_days: BookDaysTable;
};
