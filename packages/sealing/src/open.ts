import { exchangeKey, type ExchangeKey } from '@liqpass/api/exchangeKeys';
import { fromBase64Url } from '@liqpass/kernel/base64url';
import { associatedData, ENC_BYTES, INFO, KEY_ID_BYTES, suite, toHex, VERSION } from './suite.ts';

/** One key pair of the recipient; both keys raw, 32 bytes. */
export type SealingKeyPair = {
  readonly keyId: string;
  readonly publicKey: string;
  readonly privateKey: Uint8Array<ArrayBuffer>;
};

const SHORTEST = 1 + KEY_ID_BYTES + ENC_BYTES + 16;

/** The id of the key that a text was sealed to; null for what is no sealed text of this version. */
export function sealedTo(sealed: string): string | null {
  const bytes = fromBase64Url(sealed);
  if (bytes === null || bytes.length < SHORTEST || bytes[0] !== VERSION) return null;
  return toHex(bytes.subarray(1, 1 + KEY_ID_BYTES));
}

/**
 * Opens a sealed exchange key. null when it was sealed to none of the keys, for another owner or purpose, or was changed:
 * which of these, the text does not tell.
 */
export async function openExchangeKey(
  sealed: string,
  owner: string,
  keys: readonly SealingKeyPair[],
): Promise<ExchangeKey | null> {
  const pair = keys.find((each) => each.keyId === sealedTo(sealed));
  const bytes = fromBase64Url(sealed);
  if (!pair || bytes === null) return null;
  const encAt = 1 + KEY_ID_BYTES;
  try {
    const recipient = await suite.createRecipientContext({
      recipientKey: await suite.kem.deserializePrivateKey(pair.privateKey),
      enc: bytes.slice(encAt, encAt + ENC_BYTES),
      info: INFO,
    });
    const plaintext = await recipient.open(bytes.slice(encAt + ENC_BYTES), associatedData(owner));
    return exchangeKey.parse(JSON.parse(new TextDecoder().decode(plaintext)));
  } catch {
    return null; // Not authentic, or not a key: the same answer for both, and nothing of the error, which may hold the text.
  }
}
