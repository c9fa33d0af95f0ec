import { z } from 'zod';
import { instant, usdcText } from './wire.ts';

// The public log, for the owner of an order: what it tells of it, and what opens that. The entries' own form is packages/log's.

const hash = z.string().regex(/^0x[0-9a-f]{64}$/);
const jsonObject = z.record(z.string(), z.unknown());

export const ownLogAnswer = z
  .strictObject({
    items: z.array(
      z.strictObject({
        index: z.int().min(0),
        /** Exactly as it is in the log: its canonical JSON is the leaf. */
        entry: jsonObject,
        /** What the entry commits to. */
        opening: jsonObject,
      }),
    ),
  })
  .meta({ id: 'OwnLogEntries' });

/** Where an order's liability stands in the sum tree of what is owed. */
export const liabilityPathAnswer = z
  .strictObject({
    subject: hash,
    amount: usdcText,
    path: z.array(z.strictObject({ side: z.enum(['left', 'right']), hash, sum: usdcText })),
    root: hash,
    total: usdcText,
    at: instant,
  })
  .meta({ id: 'LiabilityPath' });

export const liabilitiesAnswer = z
  .strictObject({ root: hash, total: usdcText, count: z.int().min(0), at: instant, log_index: z.int().min(0) })
  .meta({ id: 'Liabilities' });
export type Liabilities = z.infer<typeof liabilitiesAnswer>;
