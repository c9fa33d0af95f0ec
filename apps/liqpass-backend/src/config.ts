import { fromBase64Url } from '@liqpass/kernel/base64url';
import { embeddedSecrets } from '@liqpass/service/embeddedSecrets';
import { parseNamedKeys, type NamedKey } from '@liqpass/service/constantTime';
import {
  ConfigError,
  flag,
  headerText,
  httpUrl,
  isHeaderText,
  oneOf,
  optional,
  required,
  serverSettings,
  whole,
  type Environment,
  type ServerSettings,
} from '@liqpass/service/environment';
import { resolve } from 'node:path';
import { getAddress, isAddress } from 'viem/utils';
import { checkDatabaseAddress } from './db/platform/databaseAddress.ts';
import { unpayable } from './domain/platform/unpayable.ts';
import { readLogSettings } from './logConfig.ts';
import { readPeopleSettings } from './peopleConfig.ts';
import { readChainSettings, readWatchSettings } from './treasuryConfig.ts';
import { readTellingSettings } from './tellingConfig.ts';
import { readUnderwritingSettings } from './underwritingConfig.ts';
import type { Settings } from './services/context.ts';

const ROLES = ['all', 'web', 'worker'] as const;
export type Role = (typeof ROLES)[number];

export type Config = ServerSettings &
  Settings & {
    /** `embedded:<directory>` or a postgres:// address. */
    readonly databaseUrl: string;
    readonly embedded: boolean;
    /** Whether this process answers requests, verifies claims, or both. */
    readonly role: Role;
    readonly internalKeys: readonly NamedKey[];
    readonly adminKeys: readonly NamedKey[];
    readonly jpVerifyBaseUrl: string;
    readonly jpVerifyApiKey: string;
    /** Where the simulated exchange of a trial is: the pages then say that nothing here is real. null: it is no trial. */
    readonly simulatedExchange: string | null;
    /** The only keys whose signatures of jp-verify are taken, base64url; empty: those that it publishes. */
    readonly attestationPublicKeys: readonly string[];
    /** The settings that hold a key short enough to be guessed. */
    readonly shortKeys: readonly string[];
  };

const AUDIT_KEY_LENGTH = 32;
/** A key with fewer characters is accepted, and warned of. */
const SHORT_KEY = 16;

/** AUDIT_KEY: the key that stamps audit rows, and those before it that are still good for checking; `made`: the embedded mode's. */
export function readAuditKeys(env: Environment, made: string | null): string[] {
  const keys = (optional(env, 'AUDIT_KEY') ?? made ?? '').split(',').map((key) => key.trim());
  if (keys.length === 1 && keys[0] === '') return [];
  // It is held against whoever has the database and all the time there is.
  if (keys.some((key) => key.length < AUDIT_KEY_LENGTH))
    throw new ConfigError(
      `AUDIT_KEY is malformed: give a key of ${AUDIT_KEY_LENGTH} characters or more (openssl rand -base64 32), former ones behind it with commas`,
    );
  return keys;
}

function publicKeys(env: Environment): string[] {
  const keys = (optional(env, 'ATTESTATION_PUBLIC_KEYS') ?? '')
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');
  if (keys.some((key) => fromBase64Url(key)?.length !== 32))
    throw new ConfigError(
      'ATTESTATION_PUBLIC_KEYS is malformed: give Ed25519 public keys of 32 bytes as base64url, separated by commas, as jp-verify shows them at /attestation-keys',
    );
  return keys;
}

/** Reads the settings of the contract's section 3; a ConfigError names the one that is missing or malformed. */
export function readConfig(env: Environment = process.env): Config {
  const databaseUrl = optional(env, 'DATABASE_URL');
  if (databaseUrl !== undefined) checkDatabaseAddress(databaseUrl);
  const embedded = databaseUrl === undefined;
  const dataDir = resolve('data');
  const made = embedded ? embeddedSecrets(dataDir) : null;
  const key = (name: string, fallback: string | undefined, why: string): string =>
    optional(env, name) ?? fallback ?? required(env, name, why);
  const shortKeys: string[] = [];
  const named = (name: string, text: string): NamedKey[] => {
    const keys = parseNamedKeys(text, 'default');
    if (keys.length === 0 || keys.some((each) => !isHeaderText(each.key)))
      throw new ConfigError(`${name} is malformed: give a key in plain characters, or several with names (name:key,…)`);
    if (keys.some((each) => each.key.length < SHORT_KEY)) shortKeys.push(name);
    return keys;
  };
  const safe = optional(env, 'TREASURY_SAFE');
  if (safe !== undefined && !isAddress(safe))
    throw new ConfigError('TREASURY_SAFE is not an address with a right checksum');
  const chain = readChainSettings(env);
  const people = readPeopleSettings(env, embedded, chain.chainId);
  const treasurySafe = safe === undefined ? null : getAddress(safe);
  if (treasurySafe !== null && unpayable(treasurySafe, { usdc: chain.usdc, safe: null }) !== null)
    throw new ConfigError('TREASURY_SAFE is no wallet: premiums that are paid to it would be lost');
  const server = serverSettings(env, 3001);
  return {
    ...server,
    databaseUrl: databaseUrl ?? `embedded:${resolve(dataDir, 'database')}`,
    embedded,
    role: oneOf(env, 'ROLE', ROLES, 'all'),
    internalKeys: named(
      'INTERNAL_API_KEY',
      key('INTERNAL_API_KEY', made?.internalApiKey, 'whoever marks money as received must hold it'),
    ),
    adminKeys: named('ADMIN_API_KEY', key('ADMIN_API_KEY', made?.adminApiKey, 'operators review claims with it')),
    jpVerifyBaseUrl: httpUrl(env, 'JP_VERIFY_BASE_URL', 'http://127.0.0.1:8082'),
    jpVerifyApiKey: headerText(
      'JP_VERIFY_API_KEY',
      key('JP_VERIFY_API_KEY', made?.jpVerifyApiKey, 'jp-verify answers only to whoever holds it'),
    ),
    simulatedExchange:
      optional(env, 'SIMULATED_EXCHANGE_URL') === undefined ? null : httpUrl(env, 'SIMULATED_EXCHANGE_URL', ''),
    attestationPublicKeys: publicKeys(env),
    shortKeys,
    auditKeys: readAuditKeys(env, made?.auditKey ?? null),
    treasurySafe,
    contact: readContact(env),
    chain,
    watch: readWatchSettings(env, chain, treasurySafe, people.rpcUrls),
    allowUnattestedBinding: flag(env, 'ALLOW_UNATTESTED_BINDING', embedded),
    verdictWaitMs: 8_000,
    reviewWithinHours: whole(env, 'REVIEW_WITHIN_HOURS', 24, 1, 720),
    underwriting: readUnderwritingSettings(env, made?.quoteSigningKey ?? null),
    people,
    telling: readTellingSettings(env, { publicOrigins: people.publicOrigins, port: server.port }),
    publicLog: readLogSettings(env, made?.logPrivateKey ?? null),
  };
}

/** Where people ask: a page, an address, both or neither. */
function readContact(env: Environment): Config['contact'] {
  const url = optional(env, 'CONTACT_URL') ?? null;
  const email = optional(env, 'CONTACT_EMAIL') ?? null;
  if (url !== null && !/^https?:\/\/\S+$/.test(url))
    throw new ConfigError('CONTACT_URL is no address of a page: it begins with https://');
  if (email !== null && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email))
    throw new ConfigError('CONTACT_EMAIL is no e-mail address, such as help@liqpass.example');
  return { url, email };
}
