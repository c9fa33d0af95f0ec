import { Aes256Gcm, CipherSuite, HkdfSha256 } from '@hpke/core';
import { DhkemX25519HkdfSha256 } from '@hpke/dhkem-x25519';

/** HPKE, RFC 9180, base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. */
export const SUITE_NAME = 'X25519-HKDF-SHA256-AES-256-GCM' as const;
export const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

export const VERSION = 1;
export const KEY_ID_BYTES = 8;
export const ENC_BYTES = 32;

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text));
/** What the sealed text is for: a text sealed for anything else does not open here. */
export const INFO = utf8('liqpass/okx-credential/1');
/** Whose it is: sealed for one wallet, it does not open for another. */
export const associatedData = (owner: string): Uint8Array<ArrayBuffer> => utf8(`owner:${owner.toLowerCase()}`);

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The id of a public key: the first 8 bytes of its SHA-256, in hex. */
export async function keyIdOf(publicKey: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', publicKey));
  return toHex(hash.subarray(0, KEY_ID_BYTES));
}
