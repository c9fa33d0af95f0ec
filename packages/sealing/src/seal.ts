import { exchangeKey, type ExchangeKey } from '@liqpass/api/exchangeKeys';
import { fromBase64Url, toBase64Url } from '@liqpass/kernel/base64url';
import { associatedData, ENC_BYTES, INFO, KEY_ID_BYTES, keyIdOf, suite, VERSION } from './suite.ts';

/**
 * Seals an exchange key so that only the holder of jp-verify's private key can read it, and only for this owner. Runs where
 * the key is typed in: the browser, or a terminal. Text: base64url of version (1 byte), key id (8), enc (32), ciphertext.
 * @param publicKey base64url, of GET /sealing-key
 * @param owner the wallet it belongs to, 0x and 40 hex digits
 */
export async function sealExchangeKey(publicKey: string, owner: string, key: ExchangeKey): Promise<string> {
  const bytes = fromBase64Url(publicKey);
  if (bytes === null || bytes.length !== ENC_BYTES) throw new TypeError('the sealing key is not an X25519 public key');
  const sender = await suite.createSenderContext({
    recipientPublicKey: await suite.kem.deserializePublicKey(bytes),
    info: INFO,
  });
  const plaintext = new TextEncoder().encode(JSON.stringify(exchangeKey.parse(key)));
  const ciphertext = new Uint8Array(await sender.seal(new Uint8Array(plaintext), associatedData(owner)));
  const enc = new Uint8Array(sender.enc);
  const keyId = fromHex(await keyIdOf(bytes));
  const sealed = new Uint8Array(1 + KEY_ID_BYTES + ENC_BYTES + ciphertext.length);
  sealed.set([VERSION]);
  sealed.set(keyId, 1);
  sealed.set(enc, 1 + KEY_ID_BYTES);
  sealed.set(ciphertext, 1 + KEY_ID_BYTES + ENC_BYTES);
  return toBase64Url(sealed);
}

const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
