import { ConfigError } from '@liqpass/service/environment';
import { fromBase64Url } from '@liqpass/kernel/base64url';
import { keyIdOf } from '@liqpass/sealing/suite';
import type { SealingKeyPair } from '@liqpass/sealing/open';
import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';

/** What PKCS #8 puts before the 32 bytes of an X25519 private key (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');

async function pairOf(privateText: string): Promise<SealingKeyPair> {
  const privateKey = fromBase64Url(privateText);
  if (privateKey === null || privateKey.length !== 32)
    throw new ConfigError(
      'SEALING_PRIVATE_KEYS is malformed: give X25519 private keys of 32 bytes as base64url, separated by commas',
    );
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, privateKey]), format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  const publicBytes = fromBase64Url(x);
  if (publicBytes === null) throw new ConfigError('SEALING_PRIVATE_KEYS is malformed: it holds no X25519 key');
  return { keyId: await keyIdOf(publicBytes), publicKey: x, privateKey };
}

/** The live key pairs, the current one first: two of them while one is rotated out. Without any given, one is made for this run. */
export async function sealingKeys(privateTexts: readonly string[]): Promise<{ keys: SealingKeyPair[]; made: boolean }> {
  const texts = privateTexts.length > 0 ? privateTexts : [randomBytes(32).toString('base64url')];
  return { keys: await Promise.all(texts.map(pairOf)), made: privateTexts.length === 0 };
}
