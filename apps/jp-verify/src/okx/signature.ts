import { createHmac } from 'node:crypto';
import { formatIso, type EpochMs } from '@liqpass/kernel/time';
import type { OkxCredential } from './credential.ts';

/**
 * The headers of a signed GET: base64(HMAC-SHA256(secret, timestamp + "GET" + target)), the target (path and query) byte
 * for byte as it is sent. Source: OKX v5, REST authentication.
 */
export function signedHeaders(credential: OkxCredential, target: string, nowMs: EpochMs): Record<string, string> {
  const timestamp = formatIso(nowMs);
  return {
    'OK-ACCESS-KEY': credential.apiKey,
    'OK-ACCESS-SIGN': createHmac('sha256', credential.secretKey).update(`${timestamp}GET${target}`).digest('base64'),
    'OK-ACCESS-TIMESTAMP': timestamp,
    'OK-ACCESS-PASSPHRASE': credential.passphrase,
  };
}
