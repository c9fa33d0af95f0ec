import type { Decimal } from '@liqpass/kernel/decimal';
import { DAY_MS, type EpochMs } from '@liqpass/kernel/time';
import type { OkxRegion } from '@liqpass/kernel/vocabulary';
import { newMarket, type Market } from '../market/market.ts';
import { newIdSource, nextId, type IdSource } from './ids.ts';
import { INSTRUMENTS, instrumentOf, type Instrument } from './instruments.ts';
import type { Stored } from './okxRow.ts';
import type { Order } from './order.ts';
import type { MarginMode, Position, PosSide } from './position.ts';
import { found } from './refusal.ts';

export type PosMode = 'long_short_mode' | 'net_mode';
/** A position that is only shown: a recording played again. Its states in order; of size 0 when it is over. */
export type Ghost = {
  readonly slot: string;
  readonly states: readonly { readonly atMs: EpochMs; readonly position: Position }[];
  readonly marks: readonly { readonly atMs: EpochMs; readonly px: Decimal }[];
};

export type Account = {
  readonly uid: string;
  mainUid: string;
  label: string;
  apiKey: string;
  secretKey: string;
  passphrase: string;
  /** read_only, trade, withdraw */
  perm: string[];
  /** Addresses the key works from; none: from everywhere. */
  ip: string[];
  region: OkxRegion;
  posMode: PosMode;
  balance: Decimal;
  /** What was put in from outside: balance + margins = deposited + everything realized. */
  deposited: Decimal;
  /** Leverage set, by slot. */
  readonly levers: Map<string, Decimal>;
  readonly slots: Map<string, { posId: string; flatSinceMs: EpochMs | null }>;
  readonly positions: Map<string, Position>;
  /** Orders that rest in the book. */
  readonly resting: Map<string, Order>;
  readonly orders: Map<string, Stored>;
  readonly fills: Map<string, Stored>;
  readonly bills: Map<string, Stored>;
  /** Every state of every row, by posId, cTime and uTime: the latest published one is shown. */
  readonly history: Map<string, Stored>;
  readonly ghosts: Ghost[];
};

/** A row of the public channel `liquidation-orders`: side of the forced order, bankruptcy price, contracts, epoch ms, all as text. */
export type PublicLiquidation = Readonly<Record<'instId' | 'side' | 'posSide' | 'bkPx' | 'sz' | 'ts', string>>;
const LIQUIDATIONS_KEPT = 5_000;

/** Tells everybody of a liquidation. */
export function publishLiquidation({ liquidations }: Exchange, row: PublicLiquidation): void {
  liquidations.count += 1;
  liquidations.rows.push(row);
  if (liquidations.rows.length > 2 * LIQUIDATIONS_KEPT) liquidations.rows.splice(0, LIQUIDATIONS_KEPT);
}

export type Exchange = {
  readonly seed: string;
  readonly ids: IdSource;
  readonly markets: ReadonlyMap<string, Market>;
  readonly tradeIds: Map<string, number>;
  readonly accounts: Map<string, Account>;
  /** The last instant written into a row: time never goes back, even when the clock stands still. */
  lastMs: EpochMs;
  /** The latest liquidations, as the exchange tells everybody, and how many there were in all. */
  readonly liquidations: { count: number; rows: PublicLiquidation[] };
  /** Until when marks were held against liquidation prices and resting orders. */
  scannedMs: EpochMs;
};

export function newExchange(seed: string, nowMs: EpochMs): Exchange {
  return {
    seed,
    ids: newIdSource(),
    markets: new Map(INSTRUMENTS.map((instrument) => [instrument.instId, newMarket(seed, instrument)])),
    tradeIds: new Map(INSTRUMENTS.map((instrument) => [instrument.instId, instrument.firstTradeId])),
    accounts: new Map(),
    liquidations: { count: 0, rows: [] },
    lastMs: 0,
    scannedMs: nowMs,
  };
}

export type AccountSettings = Pick<
  Account,
  'uid' | 'mainUid' | 'label' | 'apiKey' | 'secretKey' | 'passphrase' | 'perm' | 'ip' | 'region' | 'posMode' | 'balance'
>;

export function newAccount(settings: AccountSettings): Account {
  return {
    ...settings,
    deposited: settings.balance,
    levers: new Map(),
    slots: new Map(),
    positions: new Map(),
    resting: new Map(),
    orders: new Map(),
    fills: new Map(),
    bills: new Map(),
    history: new Map(),
    ghosts: [],
  };
}

export const marketOf = (exchange: Exchange, instId: string): Market =>
  found(exchange.markets.get(instId), 'INSTRUMENT_UNKNOWN', `${instId} is not traded here`);
export const knownInstrument = (instId: string): Instrument =>
  found(instrumentOf(instId), 'INSTRUMENT_UNKNOWN', `${instId} is not traded here`);

/** The slot a position lives in: margin mode, side and instrument (the currency is always the instrument's own). */
export const slotKey = (instId: string, mgnMode: MarginMode, posSide: PosSide): string =>
  `${mgnMode}/${posSide}/${instId}`;

/** Slots keep their posId, until they were empty for 30 days. */
const SLOT_KEPT_MS = 30 * DAY_MS;
export function slotPosId(exchange: Exchange, account: Account, slot: string, atMs: EpochMs): string {
  const known = account.slots.get(slot);
  if (known && (known.flatSinceMs === null || atMs - known.flatSinceMs < SLOT_KEPT_MS)) return known.posId;
  const posId = nextId(exchange.ids, 'position', atMs);
  account.slots.set(slot, { posId, flatSinceMs: null });
  return posId;
}

/** A public trade's number: counted per instrument. */
export function nextTradeId(exchange: Exchange, instId: string): string {
  const next = (exchange.tradeIds.get(instId) ?? 0) + 1;
  exchange.tradeIds.set(instId, next);
  return String(next);
}

/** The instant of a new event: now, but never before what has happened already. */
export const eventTime = (exchange: Exchange, nowMs: EpochMs): EpochMs => Math.max(nowMs, exchange.lastMs);
