import { parseDecimal } from '@liqpass/kernel/decimal';
import {
  CHECK_CODES,
  CHECK_RESULTS,
  SNAPSHOT_REASONS,
  VERDICT_FLAGS,
  VERDICT_REASONS,
  VERDICTS,
} from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { address, hex32, instant, instId, ordId } from './wire.ts';

// What jp-verify is asked and answers. The backend's client parses with these too.

/** An exchange amount: a decimal string with every digit the exchange gave. */
export const decimalText = z
  .string()
  .max(130)
  .refine((text) => parseDecimal(text) !== null, 'a decimal number such as "-7.52686752"')
  .meta({ id: 'Decimal', description: 'An exact decimal number, every digit kept', example: '-7.52686752' });
const epochMs = z.int().min(0);

/** A credential sealed to jp-verify's public key: base64url text (see packages/sealing). */
export const sealedText = z
  .string()
  .min(40)
  .max(4_000)
  .regex(/^[A-Za-z0-9_-]+$/, 'sealed text: base64url')
  .meta({ id: 'Sealed', description: 'An exchange key sealed (HPKE) to the public key of GET /sealing-key' });

/** Snapshot fields as the exchange wrote them; "" and null count as not given, a number as its decimal text. */
const givenAs = (number: z.ZodNumber | z.ZodInt) =>
  z
    .union([z.string().max(130), number])
    .nullish()
    .transform((value) => (value === null || value === undefined || value === '' ? undefined : String(value)));
const given = givenAs(z.number());
/** What tells one account or position from another: text. Beyond 2^53 several of them read as one number, so no such number is taken. */
const givenId = givenAs(z.int());

/** What was seen when the order was bound, as POST /snapshot answered it. Fields beyond these are not read. */
export const boundSnapshot = z
  .object({
    uid: givenId,
    mainUid: givenId,
    posId: givenId,
    cTime: givenId,
    liqPx: given,
    lever: given,
    margin: given,
    pos: given,
    avgPx: given,
    mgnMode: given,
    posSide: given,
  })
  .partial()
  .meta({ id: 'BoundSnapshot' });
export type BoundSnapshot = z.infer<typeof boundSnapshot>;

/** Not given: left out, or null. */
const absent = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
/** A sealed credential comes with the wallet it was sealed for; without one jp-verify uses its own key. */
const credentialShape = { credential: absent(sealedText).optional(), owner: absent(address).optional() };

/** POST /verify. The window is the effective one: half-open, from max(coverage start, paid at). */
export const verifyRequest = z
  .strictObject({
    instId,
    ordId,
    boundAt: instant,
    coverageStartAt: instant,
    coverageEndAt: instant,
    snapshot: absent(boundSnapshot).optional(),
    ...credentialShape,
  })
  .meta({ id: 'Verify' });
export type VerifyRequest = z.infer<typeof verifyRequest>;

/** One question and its answer. Screens translate by `code` and `params`; `evidence` says which line of which leaf it rests on. */
export const check = z
  .strictObject({
    code: z.enum(CHECK_CODES),
    result: z.enum(CHECK_RESULTS),
    detail: z.string(),
    params: z.record(z.string(), z.string()).optional(),
    evidence: z.array(z.strictObject({ path: z.string(), pointer: z.string() })).optional(),
  })
  .meta({ id: 'Check' });
export type Check = z.infer<typeof check>;

/** One forced close inside the window. `loss` is what the trader's equity lost by it, whole; `share` the insured part of the size closed. */
export const forcedClose = z
  .strictObject({
    kind: z.enum(['partial_liquidation', 'full_liquidation']),
    time_ms: epochMs,
    ord_id: z.string(),
    bill_id: z.string(),
    size: decimalText,
    px: decimalText.nullable(),
    share: decimalText,
    loss: decimalText,
  })
  .meta({ id: 'ForcedClose' });

export const liquidation = z
  .strictObject({
    /** The last forced close inside the window. */
    liquidation_time_ms: epochMs,
    first_forced_time_ms: epochMs,
    /** The insured part of the size that was closed by force inside the window: "1" for all of it; cut off after 30 digits. */
    share: decimalText,
    loss: z.strictObject({ ccy: z.string(), total: decimalText, insured: decimalText }),
    side: z.enum(['long', 'short']),
    pos_id: z.string(),
    opened_at_ms: epochMs,
    ended_at_ms: epochMs.nullable(),
    avg_open_px: decimalText.nullable(),
    forced: z.array(forcedClose),
  })
  .meta({ id: 'Liquidation' });
export type Liquidation = z.infer<typeof liquidation>;

/** The evidence: its root, its leaves, and the bundle that `npm run evidence -- check` re-checks offline (schema: packages/evidence). */
export const evidence = z
  .strictObject({
    root: hex32,
    leaves: z.array(z.strictObject({ path: z.string(), hash: hex32 })),
    bundle: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Evidence' });
export type Evidence = z.infer<typeof evidence>;

/** What is signed about a reading besides a claim's verdict: whether the position could be insured. */
const SNAPSHOT_VERDICTS = ['INSURABLE', 'NOT_INSURABLE'] as const;

/** What jp-verify states under its signature: canonical JSON (RFC 8785) of exactly these fields. */
export const statement = z
  .strictObject({
    v: z.literal(1),
    /** The exchange that was asked ("https://www.okx.com"). */
    origin: z.string().max(300),
    evidence_root: hex32,
    verdict: z.enum([...VERDICTS, ...SNAPSHOT_VERDICTS]),
    reason: z.string().max(100).nullable(),
    flags: z.array(z.enum(VERDICT_FLAGS)),
    liquidation: liquidation.nullable(),
    inst_id: instId,
    ord_id: ordId,
    /** When the order was bound and what cover was asked about; null in a statement about a snapshot. */
    bound_at: instant.nullable(),
    window: z.strictObject({ start: instant, end: instant }).nullable(),
    /** When it was judged, by the exchange's clock. */
    at: instant,
    /** The version of the proof. */
    rules: z.string().max(60),
  })
  .meta({ id: 'Statement' });
export type Statement = z.infer<typeof statement>;

const base64Url = (bytes: number) =>
  z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$`), `base64url of ${bytes} bytes`);
export const attestationKeyId = z.string().regex(/^[0-9a-f]{16}$/);
export const attestationPublicKey = base64Url(32);

/** A statement, and the Ed25519 signature over it. The public key is there to check with; whose it is, is known from elsewhere. */
export const attestation = z
  .strictObject({
    signed: statement,
    key_id: attestationKeyId,
    public_key: attestationPublicKey,
    signature: base64Url(64),
  })
  .meta({ id: 'Attestation' });
export type Attestation = z.infer<typeof attestation>;

/** GET /attestation-keys: the keys that verdicts and snapshots are signed with. One of them signs; the others are still good to check with. */
export const attestationKeysAnswer = z
  .object({
    keys: z
      .array(
        z.object({
          key_id: attestationKeyId,
          algorithm: z.literal('Ed25519'),
          public_key: attestationPublicKey,
          signs: z.boolean(),
        }),
      )
      .max(100),
    rules: z.string().max(60),
  })
  .meta({ id: 'AttestationKeys' });
export type AttestationKeysAnswer = z.infer<typeof attestationKeysAnswer>;

/** The backend's GET /attestation-keys: jp-verify's keys, passed on, and the public log's, each as its vkey; the first signs. */
export const publishedKeysAnswer = attestationKeysAnswer
  .extend({ log_vkeys: z.array(z.string().max(1_000)).max(100) })
  .meta({ id: 'PublishedKeys' });
export type PublishedKeys = z.infer<typeof publishedKeysAnswer>;

/** What the proof says, before it is wrapped in its evidence. */
export const verdictShape = {
  verdict: z.enum(VERDICTS),
  reason: z.enum(VERDICT_REASONS).nullable(),
  flags: z.array(z.enum(VERDICT_FLAGS)),
  liquidation: liquidation.nullable(),
  checks: z.array(check),
};
export const verifyAnswer = z
  .strictObject({ ...verdictShape, evidence, attestation: attestation.optional() })
  .meta({ id: 'Verified' });
export type VerifyAnswer = z.infer<typeof verifyAnswer>;

/** POST /snapshot */
export const snapshotRequest = z.strictObject({ instId, ordId, ...credentialShape }).meta({ id: 'Snapshot' });
export type SnapshotRequest = z.infer<typeof snapshotRequest>;

/** A position as it stands. Amounts and prices are the exchange's own text; times are epoch milliseconds. */
export const positionSnapshot = z
  .strictObject({
    uid: z.string(),
    /** The main account; equal to uid for one. */
    mainUid: z.string(),
    instId: z.string(),
    ordId: z.string(),
    posId: z.string(),
    cTime: z.string(),
    uTime: z.string().nullable(),
    mgnMode: z.literal('isolated'),
    posSide: z.enum(['long', 'short', 'net']),
    /** The direction of the position, in net mode too. */
    side: z.enum(['long', 'short']),
    /** Contracts; negative for a short in net mode, as the exchange writes it. */
    pos: decimalText,
    /** Contracts of the position that this order opened and that are still open. */
    insuredPos: decimalText,
    avgPx: decimalText,
    lever: decimalText,
    /** Margin of the position, in `ccy`. */
    margin: decimalText,
    ccy: z.string(),
    liqPx: decimalText,
    markPx: decimalText.nullable(),
    /** Size in coins and their worth at the mark; null where the instrument could not be read. */
    notional: decimalText.nullable(),
    coins: decimalText.nullable(),
    /** The exchange's tier for this size ("1", "2", …) and its maintenance margin rate; null where the tiers could not be read. */
    tier: z.string().nullable(),
    mmr: decimalText.nullable(),
    takenAtMs: epochMs,
  })
  .meta({ id: 'PositionSnapshot' });
export type PositionSnapshot = z.infer<typeof positionSnapshot>;

/** What a snapshot says: insurable as far as the exchange can tell (price and limits are the backend's), or why not. */
export const snapshotShape = {
  insurable: z.boolean(),
  reason: z.enum(SNAPSHOT_REASONS).nullable(),
  snapshot: positionSnapshot.nullable(),
  checks: z.array(check),
};
export const snapshotAnswer = z
  .strictObject({ ...snapshotShape, evidence, attestation: attestation.optional() })
  .meta({ id: 'SnapshotTaken' });
export type SnapshotAnswer = z.infer<typeof snapshotAnswer>;
