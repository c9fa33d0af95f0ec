import { OKX_REGIONS } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { cleaned } from './pasted.ts';
import { decimalText, sealedText } from './verify.ts';
import { address } from './wire.ts';

// jp-verify's routes about exchange keys, beyond the contract's /verify and /snapshot.

/** GET /sealing-key: the X25519 public key that exchange keys are sealed to, base64url, and the id the sealed text carries. */
export const sealingKeyAnswer = z
  .strictObject({ keyId: z.string(), publicKey: z.string(), suite: z.literal('X25519-HKDF-SHA256-AES-256-GCM') })
  .meta({ id: 'SealingKey' });
export type SealingKeyAnswer = z.infer<typeof sealingKeyAnswer>;

/** What is sealed. It exists in the clear where it is entered and inside jp-verify, nowhere else. */
export const exchangeKey = z.strictObject({
  apiKey: z.string().transform(cleaned).pipe(z.string().min(4).max(200)),
  secretKey: z.string().transform(cleaned).pipe(z.string().min(4).max(200)),
  passphrase: z.string().min(1).max(200),
  region: z.enum(OKX_REGIONS),
});
export type ExchangeKey = z.infer<typeof exchangeKey>;

/** POST /credential-check; refuses with KEY_NOT_READ_ONLY, KEY_WRONG_PASSPHRASE, KEY_WRONG_REGION, KEY_IP_NOT_ALLOWED … (422). */
export const credentialCheckRequest = z
  .strictObject({ sealed: sealedText, owner: address })
  .meta({ id: 'CredentialCheck' });
export type CredentialCheckRequest = z.infer<typeof credentialCheckRequest>;
export const credentialCheckAnswer = z
  .strictObject({
    uid: z.string(),
    mainUid: z.string(),
    perm: z.string(),
    /** The addresses the key is bound to at the exchange; empty when it is bound to none. */
    ip: z.string(),
    label: z.string().nullable(),
    region: z.enum(OKX_REGIONS),
    keyId: z.string(),
  })
  .meta({ id: 'CredentialChecked' });
export type CredentialCheckAnswer = z.infer<typeof credentialCheckAnswer>;

/** POST /positions: what is open on the account, to pick from. */
export const positionsRequest = z
  .strictObject({ credential: sealedText, owner: address })
  .meta({ id: 'ListPositions' });
export type PositionsRequest = z.infer<typeof positionsRequest>;
export const openPosition = z
  .strictObject({
    instId: z.string(),
    posId: z.string(),
    cTime: z.string(),
    mgnMode: z.enum(['isolated', 'cross']),
    posSide: z.enum(['long', 'short', 'net']),
    side: z.enum(['long', 'short']),
    pos: decimalText,
    avgPx: decimalText.nullable(),
    lever: decimalText.nullable(),
    margin: decimalText.nullable(),
    liqPx: decimalText.nullable(),
    markPx: decimalText.nullable(),
    upl: decimalText.nullable(),
    /** Orders that opened or enlarged it, newest first; the one to bind. */
    orders: z.array(
      z.strictObject({ ordId: z.string(), filledSz: decimalText, avgPx: decimalText.nullable(), timeMs: z.int() }),
    ),
  })
  .meta({ id: 'OpenPosition' });
export const positionsAnswer = z.strictObject({ positions: z.array(openPosition) }).meta({ id: 'OpenPositions' });
export type PositionsAnswer = z.infer<typeof positionsAnswer>;
