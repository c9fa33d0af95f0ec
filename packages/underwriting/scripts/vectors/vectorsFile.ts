import { z } from 'zod';

const number = z.number();
const name = z.string().min(1).max(40);
const side = z.enum(['long', 'short']);
const seasonHours = z.array(number).length(24);

export const vectorCase = z.object({
  id: z.union([z.number(), z.string()]),
  input: z.object({
    paramSet: name,
    symbol: name,
    startTs: z.int(),
    side,
    leverage: number.positive(),
    entry: number.positive(),
    mark: number.positive(),
    liqPx: number.nonnegative(),
    horizon: z.enum(['1h', '4h', '8h', '24h', '7d', '30d']),
    payout: number.positive(),
    nEvents: z.int().min(0),
    V4: number.positive(),
    V24: number.positive(),
    V168: number.positive(),
    V720: number.positive(),
    x: number,
  }),
  expected: z.object({
    d: number,
    SH: number,
    sigma: number,
    p: number,
    rate: number,
    premium: number,
    accepted: z.boolean(),
  }),
});

/** The shape of golden_vectors.json. Only `cases` and the tolerance must be there; fields beyond these are not read. */
export const vectorsFile = z.object({
  toleranceRel: number.positive().max(0.01),
  rules: z.record(z.string(), number).optional(),
  paramsFile: z.string().optional(),
  cases: z.array(vectorCase).min(1),
  syntheticFeatures: z
    .object({
      first: z.array(number).length(5),
      last: z.array(number).length(5),
      V: z.array(number).length(4),
      x: number,
    })
    .optional(),
  liquidationPrice: z
    .array(z.object({ entry: number.positive(), leverage: number.positive(), side, liqPx: number, d: number }))
    .optional(),
  inverse: z.array(z.object({ pTarget: number.positive().lt(1), sigma: number.positive(), minD: number })).optional(),
});
export type Vectors = z.infer<typeof vectorsFile>;
export type VectorCase = z.infer<typeof vectorCase>;

/** The shape of params.json. */
export const paramsFile = z.object({
  sets: z.record(
    z.string(),
    z.object({
      train_end: z.string(),
      season: z.object({ weekday: seasonHours, saturday: seasonHours, sunday: seasonHours }),
      horizons: z.record(
        z.string(),
        z.object({ hours: number, a: number, b: z.array(number).length(4), gamma: number }),
      ),
    }),
  ),
});
