import { VERDICTS, WATCH_CHANGE_KINDS, WATCH_ENDS, WATCH_STATES } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { decimalText } from './verify.ts';
import { hex32, instant } from './wire.ts';

/** PUT /api/purchase-orders/:id/watch: the consent, whole each time. */
export const watchBody = z
  .strictObject({
    /** Whether the position is looked at with the key it was bound with. */
    on: z.boolean(),
    /** Whether a liquidation that was seen is claimed without asking; only while it is on. */
    files_claims: z.boolean(),
  })
  .meta({ id: 'SetWatch' });
export type WatchBody = z.infer<typeof watchBody>;

/** A change by the position's holder. `at` is the exchange's moment of a transfer, else that of the look that saw it. */
export const watchChange = z
  .strictObject({
    kind: z.enum(WATCH_CHANGE_KINDS),
    at: instant,
    before: decimalText.nullable(),
    after: decimalText.nullable(),
    amount: decimalText.nullable(),
  })
  .meta({ id: 'WatchChange' });
export type WatchChange = z.infer<typeof watchChange>;

/** What the watch of an order is and has seen. */
export const watchAnswer = z
  .strictObject({
    /** Whether there is a key to look with. */
    available: z.boolean(),
    state: z.enum(WATCH_STATES),
    files_claims: z.boolean(),
    changed_at: instant.nullable(),
    ended_as: z.enum(WATCH_ENDS).nullable(),
    last_look_at: instant.nullable(),
    next_look_at: instant.nullable(),
    /** Since when, and why, the position cannot be seen. */
    blind: z.strictObject({ since: instant, code: z.string() }).nullable(),
    /** As last seen. */
    position: z
      .strictObject({
        at: instant,
        pos: decimalText,
        margin: decimalText.nullable(),
        lever: decimalText.nullable(),
        liq_px: decimalText.nullable(),
        mark_px: decimalText.nullable(),
      })
      .nullable(),
    /** From when until when it was seen, oldest first: of what lies between them nothing is known. */
    intervals: z.array(z.strictObject({ from: instant, until: instant })),
    changes: z.array(watchChange),
    evidence: z.array(
      z.strictObject({
        kind: z.enum(['GONE', 'CLOSING', 'PARTIAL']),
        at: instant,
        verdict: z.enum(VERDICTS),
        reason: z.string().nullable(),
        evidence_root: hex32.nullable(),
      }),
    ),
  })
  .meta({ id: 'Watch' });
export type WatchAnswer = z.infer<typeof watchAnswer>;
