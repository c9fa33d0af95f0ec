import { z } from 'zod';
import { decimalText, sealedText } from './verify.ts';
import { address, hex32, instant, instId } from './wire.ts';

// jp-verify's POST /observe: how one position stands now, for whoever watches it. It decides nothing.

const digits = z.string().regex(/^[1-9]\d{0,29}$/, 'digits only');
const epochMs = z.int().min(0);

/** The lifetime of a position is (posId, cTime), cTime in epoch milliseconds. The ledger is read from `since` on. */
export const observeRequest = z
  .strictObject({
    instId,
    posId: digits,
    cTime: digits,
    since: instant,
    credential: sealedText,
    owner: address,
  })
  .meta({ id: 'Observe' });
export type ObserveRequest = z.infer<typeof observeRequest>;

/** The position as the exchange writes it; null where it does not say. `pos` is negative for a short in net mode. */
export const observedPosition = z
  .strictObject({
    pos: decimalText,
    margin: decimalText.nullable(),
    lever: decimalText.nullable(),
    avgPx: decimalText.nullable(),
    liqPx: decimalText.nullable(),
    markPx: decimalText.nullable(),
    ccy: z.string(),
  })
  .meta({ id: 'ObservedPosition' });
export type ObservedPosition = z.infer<typeof observedPosition>;

/** Margin that its holder put in (positive) or took out (negative) of an isolated position of the instrument. */
export const marginTransfer = z
  .strictObject({ billId: z.string(), timeMs: epochMs, amount: decimalText, ccy: z.string() })
  .meta({ id: 'MarginTransfer' });
export type MarginTransfer = z.infer<typeof marginTransfer>;

/** unknown: what the exchange answered cannot be read, or came too soon after another: neither open nor gone. */
export const OBSERVED_STATES = ['open', 'absent', 'unknown'] as const;

/** What is observed, before it is wrapped in its evidence. */
export const observationShape = {
  state: z.enum(OBSERVED_STATES),
  /** Where it is open. */
  position: observedPosition.nullable(),
  /** Since `since`, oldest first; null: the ledger could not be read to its end, so that there may be others. */
  marginTransfers: z.array(marginTransfer).nullable(),
};

/** POST /observe. `absent` is said of a position that was absent twice, five seconds apart, in answers without an error. */
export const observeAnswer = z
  .strictObject({
    ...observationShape,
    seenAtMs: epochMs,
    evidence: z.strictObject({
      root: hex32,
      leaves: z.array(z.strictObject({ path: z.string(), hash: hex32 })),
      /** What was asked and answered, as packages/evidence writes it (recordedExchange). */
      exchanges: z.array(z.record(z.string(), z.unknown())),
    }),
  })
  .meta({ id: 'Observed' });
export type ObserveAnswer = z.infer<typeof observeAnswer>;
