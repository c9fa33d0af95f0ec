import { compare, decimal, type Decimal } from '@liqpass/kernel/decimal';

/** One tier of position sizes: up to `maxSz` contracts, maintenance margin rate `mmr`, at most `maxLever`. */
export type Tier = {
  readonly tier: number;
  readonly minSz: Decimal;
  readonly maxSz: Decimal;
  readonly mmr: Decimal;
  readonly maxLever: Decimal;
};

export type Instrument = {
  readonly instId: string;
  readonly family: string;
  readonly base: string;
  readonly settleCcy: string;
  /** Coins in one contract. */
  readonly ctVal: Decimal;
  readonly tickSz: Decimal;
  readonly lotSz: Decimal;
  readonly maxLever: Decimal;
  readonly tiers: readonly Tier[];
  /** What the exchange lists of it beside: the fields of public/instruments that nothing is computed from. */
  readonly listing: { readonly listTime: string; readonly instIdCode: number; readonly maxMktSz: string };
  /** Where the made-up market lives: a typical price (USDT) and daily volatility. */
  readonly typicalPx: number;
  readonly dailyVolatility: number;
  readonly firstTradeId: number;
};

export const TAKER_FEE = decimal('0.0005');
export const MAKER_FEE = decimal('0.0002');

/** Tier 1 is OKX's (0.4 %, 100x); the steps above it are made up in OKX's manner. */
function tiers(step: number): Tier[] {
  const steps: [mmr: string, lever: string][] = [
    ['0.004', '100'],
    ['0.005', '75'],
    ['0.0065', '50'],
    ['0.0075', '40'],
    ['0.01', '30'],
    ['0.015', '25'],
    ['0.02', '20'],
    ['0.03', '10'],
  ];
  return steps.map(([mmr, lever], at) => ({
    tier: at + 1,
    minSz: decimal(at === 0 ? '0' : `${at * step}.01`),
    maxSz: decimal(String((at + 1) * step)),
    mmr: decimal(mmr),
    maxLever: decimal(lever),
  }));
}

export const INSTRUMENTS: readonly Instrument[] = [
  {
    instId: 'BTC-USDT-SWAP',
    family: 'BTC-USDT',
    base: 'BTC',
    settleCcy: 'USDT',
    ctVal: decimal('0.01'),
    tickSz: decimal('0.1'),
    lotSz: decimal('0.01'),
    maxLever: decimal('100'),
    tiers: tiers(3_000),
    listing: { listTime: '1573557408000', instIdCode: 10_459, maxMktSz: '12000' },
    typicalPx: 90_000,
    dailyVolatility: 0.02,
    firstTradeId: 1_802_000_000,
  },
  {
    instId: 'ETH-USDT-SWAP',
    family: 'ETH-USDT',
    base: 'ETH',
    settleCcy: 'USDT',
    ctVal: decimal('0.1'),
    tickSz: decimal('0.01'),
    lotSz: decimal('0.01'),
    maxLever: decimal('100'),
    tiers: tiers(5_000),
    listing: { listTime: '1573557408000', instIdCode: 10_461, maxMktSz: '20000' },
    typicalPx: 3_000,
    dailyVolatility: 0.0265,
    firstTradeId: 1_402_000_000,
  },
];

export const instrumentOf = (instId: string): Instrument | undefined =>
  INSTRUMENTS.find((instrument) => instrument.instId === instId);

/** The tier that a position of `size` contracts is in; the last one for anything larger. */
export function tierOf(instrument: Instrument, size: Decimal): Tier {
  const tier = instrument.tiers.find((each) => compare(size, each.maxSz) <= 0) ?? instrument.tiers.at(-1);
  if (!tier) throw new Error(`no tiers for ${instrument.instId}`);
  return tier;
}
