import { signingKey, type SigningKey } from '@liqpass/evidence/attestation';
import { fromBase64Url } from '@liqpass/kernel/base64url';
import { ConfigError } from '@liqpass/service/environment';
import { randomBytes } from 'node:crypto';

function keyOf(text: string): SigningKey {
  const bytes = fromBase64Url(text);
  if (bytes?.length !== 32)
    throw new ConfigError(
      'ATTESTATION_PRIVATE_KEYS is malformed: give Ed25519 private keys of 32 bytes as base64url, separated by commas',
    );
  return signingKey(bytes);
}

/** The live keys to sign with, the first of which does: two of them while one is rotated out. Without any given, one is made for this run. */
export function attestationKeys(privateTexts: readonly string[]): { keys: SigningKey[]; made: boolean } {
  const texts = privateTexts.length > 0 ? privateTexts : [randomBytes(32).toString('base64url')];
  return { keys: texts.map(keyOf), made: privateTexts.length === 0 };
}
