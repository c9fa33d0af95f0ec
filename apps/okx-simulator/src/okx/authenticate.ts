import { createHmac } from 'node:crypto';
import { parseIso, type EpochMs } from '@liqpass/kernel/time';
import type { OkxRegion } from '@liqpass/kernel/vocabulary';
import { sameSecret } from '@liqpass/service/constantTime';
import type { Account, Exchange } from '../domain/exchange.ts';
import * as refuse from './okxError.ts';

/** What of a request is signed and looked at. `target` is path and query byte for byte as sent. */
export type SignedRequest = {
  readonly method: string;
  readonly target: string;
  readonly body: string;
  readonly ip: string;
  readonly host: string;
  header(name: string): string;
};

const MAX_SKEW_MS = 30_000;
const KEY = /^[A-Za-z0-9_-]{8,128}$/;
const HEADERS = ['OK-ACCESS-KEY', 'OK-ACCESS-SIGN', 'OK-ACCESS-TIMESTAMP', 'OK-ACCESS-PASSPHRASE'];

/** base64(HMAC-SHA256(secret, timestamp + METHOD + target + body)). */
export const signatureOf = (
  secretKey: string,
  timestamp: string,
  method: string,
  target: string,
  body: string,
): string => createHmac('sha256', secretKey).update(`${timestamp}${method}${target}${body}`).digest('base64');

/** The region whose accounts a host knows: us.… and eea.… their own, any other name the global ones. */
export function regionOfHost(host: string): OkxRegion {
  const [first = ''] = host.toLowerCase().split(/[.:]/, 1);
  return first === 'us' || first === 'eea' ? first : 'global';
}

/** The account of a request, or the exchange's refusal of it. `nowMs` is the exchange's own clock. */
export function authenticate(exchange: Exchange, request: SignedRequest, nowMs: EpochMs): Account {
  for (const name of HEADERS) if (request.header(name) === '') throw refuse.headerEmpty(name);
  if (request.header('x-simulated-trading') === '1') throw refuse.wrongEnvironment();
  const key = request.header('OK-ACCESS-KEY');
  if (!KEY.test(key)) throw refuse.invalidKey();

  const timestamp = request.header('OK-ACCESS-TIMESTAMP');
  const sentMs = parseIso(timestamp);
  if (sentMs === null || !timestamp.includes('.')) throw refuse.timestampInvalid();
  if (Math.abs(nowMs - sentMs) > MAX_SKEW_MS) throw refuse.timestampExpired();

  const account = [...exchange.accounts.values()].find((each) => each.apiKey === key);
  if (!account || account.region !== regionOfHost(request.host)) throw refuse.noSuchKey();
  const expected = signatureOf(account.secretKey, timestamp, request.method, request.target, request.body);
  if (!sameSecret(request.header('OK-ACCESS-SIGN'), expected)) throw refuse.signatureInvalid();
  if (!sameSecret(request.header('OK-ACCESS-PASSPHRASE'), account.passphrase)) throw refuse.passphraseWrong();
  const ip = request.ip.replace(/^::ffff:/, '');
  if (account.ip.length > 0 && !account.ip.includes(ip)) throw refuse.ipNotListed(ip);
  if (!account.perm.includes('read_only')) throw refuse.noPermission();
  return account;
}
