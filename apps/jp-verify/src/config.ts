import { embeddedSecrets } from '@liqpass/service/embeddedSecrets';
import {
  ConfigError,
  headerText,
  httpUrl,
  isHeaderText,
  optional,
  required,
  serverSettings,
  type Environment,
  type ServerSettings,
} from '@liqpass/service/environment';
import { resolve } from 'node:path';
import type { OkxCredential } from './okx/credential.ts';

export type Config = ServerSettings & {
  readonly jpVerifyApiKey: string;
  readonly okxBaseUrl: string;
  /** The exchange's public WebSocket, whose liquidations are listened to; null: nobody listens. */
  readonly liquidationFeedUrl: string | null;
  /** jp-verify's own exchange key; null: only sealed ones are used. */
  readonly ownCredential: OkxCredential | null;
  /** X25519 private keys, base64url, the current one first; empty: one is made at the start. */
  readonly sealingPrivateKeys: readonly string[];
  /** Ed25519 private keys, base64url; the first signs, the others may still be checked with; empty: one is made at the start. */
  readonly attestationPrivateKeys: readonly string[];
};

const SIMULATOR = 'http://127.0.0.1:8083';
const OKX_NAMES = ['OKX_API_KEY', 'OKX_SECRET_KEY', 'OKX_PASSPHRASE'] as const;

function ownCredential(env: Environment): OkxCredential | null {
  const [apiKey, secretKey, passphrase] = OKX_NAMES.map((name) => optional(env, name));
  if (apiKey === undefined && secretKey === undefined && passphrase === undefined) return null;
  const missing = OKX_NAMES.find((name) => optional(env, name) === undefined);
  if (missing !== undefined || apiKey === undefined || secretKey === undefined || passphrase === undefined)
    throw new ConfigError(
      `${missing ?? 'OKX_API_KEY'} is missing: ${OKX_NAMES.join(', ')} belong together; give all three or none`,
    );
  for (const [name, value] of [
    ['OKX_API_KEY', apiKey],
    ['OKX_PASSPHRASE', passphrase],
  ] as const)
    if (!isHeaderText(value))
      throw new ConfigError(`${name} is malformed: it holds characters that no key of the exchange has`);
  return { apiKey, secretKey, passphrase };
}

function liquidationFeedUrl(env: Environment): string | null {
  const given = optional(env, 'LIQUIDATION_FEED_URL');
  if (given === undefined) return null;
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || (url.protocol !== 'wss:' && url.protocol !== 'ws:') || url.username !== '' || url.password !== '')
    throw new ConfigError('LIQUIDATION_FEED_URL is malformed: it must look like wss://ws.okx.com:8443/ws/v5/public');
  return given;
}

const listOf = (env: Environment, name: string): string[] =>
  (optional(env, name) ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** Reads the settings of the contract's section 3; a ConfigError names the one that is missing or malformed. */
export function readConfig(env: Environment = process.env, dataDir = resolve('data')): Config {
  const embedded = optional(env, 'OKX_BASE_URL') === undefined;
  const okxBaseUrl = httpUrl(env, 'OKX_BASE_URL', SIMULATOR);
  const { username, password, search, hash } = new URL(okxBaseUrl);
  if (username !== '' || password !== '' || search !== '' || hash !== '')
    throw new ConfigError('OKX_BASE_URL holds more than an address: it must look like https://www.okx.com');
  const given = ownCredential(env);
  const apiKey = optional(env, 'JP_VERIFY_API_KEY');
  const sealing = listOf(env, 'SEALING_PRIVATE_KEYS');
  const attestation = listOf(env, 'ATTESTATION_PRIVATE_KEYS');
  const made = embedded ? embeddedSecrets(dataDir) : null;
  return {
    ...serverSettings(env, 8082),
    jpVerifyApiKey: headerText(
      'JP_VERIFY_API_KEY',
      apiKey ??
        made?.jpVerifyApiKey ??
        required(env, 'JP_VERIFY_API_KEY', 'with OKX_BASE_URL given, jp-verify answers only to whoever holds it'),
    ),
    okxBaseUrl,
    liquidationFeedUrl: liquidationFeedUrl(env),
    ownCredential:
      given ?? (made && { apiKey: made.okxApiKey, secretKey: made.okxSecretKey, passphrase: made.okxPassphrase }),
    sealingPrivateKeys: sealing.length === 0 && made ? [made.sealingPrivateKey] : sealing,
    attestationPrivateKeys: attestation.length === 0 && made ? [made.attestationPrivateKey] : attestation,
  };
}
