import { fromBase64Url, toBase64Url } from '@liqpass/kernel/base64url';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson, hasCanonicalForm } from './canonical.ts';

// A statement and an Ed25519 signature (RFC 8032) over its canonical JSON (RFC 8785). The statement stands whole beside its signature, so
// that whoever has both and the key needs nothing else. The same in a browser and in Node.

/** What goes around with what was stated. Keys and signatures are base64url; `public_key` is there to check with, not to be believed. */
export type Signed<T> = {
  readonly signed: T;
  readonly key_id: string;
  readonly public_key: string;
  readonly signature: string;
};

/** A key pair to sign with. `privateKey` is the 32 bytes of RFC 8032, 5.1.5. */
export type SigningKey = { readonly keyId: string; readonly publicKey: string; readonly privateKey: Uint8Array };

/** The name of a public key: the first 8 bytes of its SHA-256, as 16 hex digits. */
export const keyIdOf = (publicKey: Uint8Array): string => bytesToHex(sha256(publicKey).subarray(0, 8));

/** The key pair of a private key. */
export function signingKey(privateKey: Uint8Array): SigningKey {
  const publicKey = ed25519.getPublicKey(privateKey);
  return { keyId: keyIdOf(publicKey), publicKey: toBase64Url(publicKey), privateKey };
}

/** Signs the canonical JSON of a statement. */
export function signStatement<T extends object>(statement: T, key: SigningKey): Signed<T> {
  const signature = ed25519.sign(utf8ToBytes(canonicalJson(statement)), key.privateKey);
  return { signed: statement, key_id: key.keyId, public_key: key.publicKey, signature: toBase64Url(signature) };
}

/** Whether the signature is of this public key (base64url) over exactly this statement. Whatever it is given, it answers. */
export function holdsSignature(signed: Signed<unknown>, publicKey: string): boolean {
  const key = fromBase64Url(publicKey);
  const signature = fromBase64Url(signed.signature);
  if (key?.length !== 32 || signature?.length !== 64 || keyIdOf(key) !== signed.key_id) return false;
  if (!hasCanonicalForm(signed.signed)) return false;
  try {
    // As RFC 8032 has it, not as ZIP 215: no second spelling of a signature, no key of small order.
    return ed25519.verify(signature, utf8ToBytes(canonicalJson(signed.signed)), key, { zip215: false });
  } catch {
    return false; // No point on the curve: not a key, or not a signature.
  }
}
