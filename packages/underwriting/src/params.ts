// Facts: the fitted numbers of LP-T3 and the rules around it. Nothing is computed here; price.ts says what each is for.

/** Multiples of the average hourly variance by UTC hour of start, 24 each: what is usual at that hour of that kind of day. */
export type Season = {
  readonly weekday: readonly number[];
  readonly saturday: readonly number[];
  readonly sunday: readonly number[];
};

/** Lengths of cover the model was fitted for. Which of them are sold is said in products.ts. */
export type Horizon = '1h' | '4h' | '8h' | '24h' | '7d' | '30d';

/** sigma = exp(a + Σ b_k · ½ ln V_k) · …; gamma: how much a fall already under way raises the danger of longs. */
export type HorizonFit = {
  readonly hours: number;
  readonly a: number;
  readonly b: readonly [number, number, number, number];
  readonly gamma: number;
};

/** One fit of the model: everything that differs between fits. `trainEnd` is the day its data end. */
export type ParamSet = {
  readonly name: string;
  readonly trainEnd: string;
  readonly season: Season;
  readonly horizons: Readonly<Record<Horizon, HorizonFit>>;
};

/** What does not differ between fits. Fractions unless the name says otherwise. */
export const RULES = {
  /** Load on the expected claim: 35 %. */
  theta: 0.35,
  /** Handling cost per USDC of payout. */
  kappa0: 0.0005,
  /** Cost of the capital held behind a payout, per year. */
  cocAnnual: 0.25,
  /** Smallest premium, USDC. */
  minPremium: 0.5,
  /** Highest probability and smallest distance that are sold. */
  pMax: 0.15,
  dMin: 0.01,
  /** A scheduled release weighs as many usual hours. */
  eventHours: 10,
  /** Maintenance margin and liquidation fee of OKX's tier 1 on BTC and ETH. */
  mmr: 0.004,
  liqFee: 0.0005,
  /** Payout per verified margin, at most. */
  maxPayoutToMargin: 0.5,
} as const;

/** Fitted on data before 2022: for out-of-sample checks only. */
export const TESTED_2021: ParamSet = {
  name: 'tested_2021',
  trainEnd: '2022-01-01',
  season: {
    weekday: [
      1.4923, 1.0329, 0.8373, 0.778, 0.8229, 0.78, 0.8301, 0.8827, 1.1156, 1.0261, 1.0743, 1.0319, 1.2903, 1.3275,
      1.4432, 1.3758, 1.6194, 0.9984, 0.9568, 0.9552, 1.2023, 0.988, 1.0625, 1.0579,
    ],
    saturday: [
      1.1417, 0.8389, 0.6301, 0.5626, 0.6252, 0.5579, 0.5743, 0.5388, 0.7222, 0.7634, 0.8671, 0.7616, 0.8661, 0.7479,
      0.76, 0.805, 1.1075, 0.8289, 0.6966, 0.5986, 0.773, 0.7798, 0.7984, 0.8955,
    ],
    sunday: [
      1.0858, 0.6726, 0.5591, 0.6387, 0.6112, 0.6043, 0.6277, 0.5472, 0.7701, 0.7943, 0.7891, 0.9887, 0.956, 0.7893,
      0.953, 0.8892, 1.2802, 0.834, 0.6296, 0.7619, 0.9986, 0.9226, 1.1468, 1.0016,
    ],
  },
  horizons: {
    '1h': { hours: 1, a: -0.5422, b: [0.3729, 0.374, 0.1547, 0.071], gamma: 0.0926 },
    '4h': { hours: 4, a: -0.7149, b: [0.2093, 0.3683, 0.2477, 0.1121], gamma: 0.1436 },
    '8h': { hours: 8, a: -0.9163, b: [0.1718, 0.3046, 0.2827, 0.1345], gamma: 0.1603 },
    '24h': { hours: 24, a: -1.3411, b: [0.1944, 0.0431, 0.3928, 0.1707], gamma: 0.1793 },
    '7d': { hours: 168, a: -2.7023, b: [0.09, 0.1035, 0.0, 0.3095], gamma: 0.1253 },
    '30d': { hours: 720, a: -4.3279, b: [0.0, 0.0, 0.0, 0.1449], gamma: 0.0 },
  },
};

/** Fitted on data until April 2026: what is sold is priced with this. */
export const PROD_2026_04: ParamSet = {
  name: 'prod_2026_04',
  trainEnd: '2026-04-30',
  season: {
    weekday: [
      1.3826, 1.1508, 0.9412, 0.7755, 0.7254, 0.7045, 0.759, 0.837, 0.9875, 0.9075, 0.8958, 0.8918, 1.2499, 1.5862,
      2.0272, 1.7874, 1.6682, 1.2926, 1.2249, 1.1861, 1.2382, 1.0686, 1.0335, 0.9065,
    ],
    saturday: [
      0.8888, 0.6787, 0.5114, 0.4297, 0.4585, 0.4595, 0.4625, 0.4452, 0.5759, 0.544, 0.6217, 0.5445, 0.6185, 0.5872,
      0.6383, 0.674, 0.8315, 0.7017, 0.6098, 0.518, 0.6323, 0.6735, 0.6703, 0.7015,
    ],
    sunday: [
      0.8299, 0.6196, 0.5131, 0.4812, 0.4815, 0.443, 0.4447, 0.4108, 0.5731, 0.5985, 0.5606, 0.687, 0.7038, 0.7228,
      0.8954, 0.7858, 1.0122, 0.8137, 0.6986, 0.7759, 0.9097, 0.9152, 1.4158, 1.0912,
    ],
  },
  horizons: {
    '1h': { hours: 1, a: -0.6997, b: [0.3885, 0.3285, 0.1628, 0.0617], gamma: 0.1076 },
    '4h': { hours: 4, a: -0.8879, b: [0.2429, 0.3183, 0.2349, 0.105], gamma: 0.1499 },
    '8h': { hours: 8, a: -1.0521, b: [0.1854, 0.2922, 0.2506, 0.1382], gamma: 0.167 },
    '24h': { hours: 24, a: -1.4021, b: [0.1518, 0.1428, 0.2986, 0.1993], gamma: 0.1873 },
    '7d': { hours: 168, a: -2.3325, b: [0.0628, 0.1288, 0.0, 0.4027], gamma: 0.1084 },
    '30d': { hours: 720, a: -3.1699, b: [0.0105, 0.0, 0.0, 0.4069], gamma: 0.0 },
  },
};

export const PARAM_SETS: Readonly<Record<string, ParamSet>> = { tested_2021: TESTED_2021, prod_2026_04: PROD_2026_04 };
