import { ELIGIBILITY_REFUSALS, OKX_REGIONS, SIDES, SNAPSHOT_REASONS } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { sealedText } from './verify.ts';
import { visibleName } from './visibleName.ts';
import { instId, instant, ordId, uuid } from './wire.ts';

// Exchange keys: sealed where they are typed in, stored and forwarded as they are, opened by jp-verify alone.

/** GET /api/sealing-key. `public_key` is base64url of the X25519 key; `allow_ip` is the address to add to the key's IP list. */
export const sealingKeyAnswer = z
  .strictObject({
    key_id: z.string(),
    public_key: z.string(),
    algorithm: z.string(),
    allow_ip: z.string().nullable(),
  })
  .meta({ id: 'SealingKeyShown' });
export type SealingKey = z.infer<typeof sealingKeyAnswer>;

/** POST /api/okx-credentials: `sealed` is what packages/sealing makes of an exchange key (exchangeKeys.ts). */
export const registerCredentialBody = z
  .strictObject({
    sealed: sealedText,
    region: z.enum(OKX_REGIONS),
    label: visibleName(60),
  })
  .meta({ id: 'RegisterOkxCredential' });
export const credentialAnswer = z
  .strictObject({
    id: uuid,
    /** Account numbers with all but their ends hidden: "4471…08". */
    uid_masked: z.string(),
    main_uid_masked: z.string(),
    region: z.enum(OKX_REGIONS),
    label: z.string(),
    created_at: instant,
    /** Whether a live cover still needs it. */
    in_use: z.boolean(),
  })
  .meta({ id: 'OkxCredential' });
export type Credential = z.infer<typeof credentialAnswer>;
export const credentialList = z.strictObject({ items: z.array(credentialAnswer) }).meta({ id: 'OkxCredentialList' });
export const credentialParams = z.strictObject({ id: uuid });

/** DELETE /api/okx-credentials/:id: gone at once, or when the last cover that needs it ends; exactly one instant is given. */
export const deleteCredentialAnswer = z
  .strictObject({
    ok: z.literal(true),
    deleted_at: instant.nullable(),
    deletes_when_cover_ends: instant.nullable(),
  })
  .meta({ id: 'OkxCredentialDeleted' });

/** Exchange amounts as decimal strings with every digit OKX gave; null where OKX gives none. */
const amount = z.string().nullable();
/** GET /api/okx-credentials/:id/positions: what is open now, and of which orders it is made (newest first). */
export const positionAnswer = z
  .strictObject({
    inst_id: instId,
    pos_side: z.enum(['long', 'short', 'net']),
    side: z.enum(SIDES),
    mgn_mode: z.string(),
    lever: amount,
    pos: z.string(),
    avg_px: amount,
    liq_px: amount,
    mark_px: amount,
    margin: amount,
    ord_ids: z.array(ordId),
    insurable: z.boolean(),
    /** Why not, when it is not. */
    reason: z.enum([...new Set([...ELIGIBILITY_REFUSALS, ...SNAPSHOT_REASONS])]).nullable(),
    /** The wallet's own order that has it; null where there is none. */
    order_id: uuid.nullable(),
    /** From when the next cover would go on from the one in order_id, which may be bought now by naming it in `follows`; left out where none can. */
    next_from: instant.optional(),
  })
  .meta({ id: 'OkxPosition' });
export type OkxPosition = z.infer<typeof positionAnswer>;
export const positionList = z.strictObject({ items: z.array(positionAnswer) }).meta({ id: 'OkxPositionList' });
