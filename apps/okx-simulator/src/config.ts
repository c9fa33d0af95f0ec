import { embeddedSecrets } from '@liqpass/service/embeddedSecrets';
import {
  ConfigError,
  optional,
  serverSettings,
  type Environment,
  type ServerSettings,
} from '@liqpass/service/environment';
import { resolve } from 'node:path';
import type { Trial } from './play/playRoutes.ts';
import type { DefaultKey } from './simulator.ts';

export type Config = ServerSettings & {
  readonly defaultKey: DefaultKey;
  readonly journalPath: string;
  readonly seed: string;
  readonly trial: Trial;
};

/** Reads the settings. The default account's key is OKX_API_KEY and its two, or what the embedded mode keeps in ./data. */
export function readConfig(env: Environment = process.env): Config {
  const names = ['OKX_API_KEY', 'OKX_SECRET_KEY', 'OKX_PASSPHRASE'] as const;
  const [apiKey, secretKey, passphrase] = names.map((name) => optional(env, name));
  const missing = names.find((name) => optional(env, name) === undefined);
  let defaultKey: DefaultKey;
  if (apiKey !== undefined && secretKey !== undefined && passphrase !== undefined)
    defaultKey = { apiKey, secretKey, passphrase };
  else if (apiKey === undefined && secretKey === undefined && passphrase === undefined) {
    const made = embeddedSecrets(resolve('data'));
    defaultKey = { apiKey: made.okxApiKey, secretKey: made.okxSecretKey, passphrase: made.okxPassphrase };
  } else throw new ConfigError(`${missing ?? 'OKX_API_KEY'} is missing: a key has all three of ${names.join(', ')}`);
  const shop = optional(env, 'TRIAL_SHOP_URL') ?? null;
  return {
    trial: { shop, operatorKey: shop === null ? null : embeddedSecrets(resolve('data')).adminApiKey },
    ...serverSettings(env, 8083),
    defaultKey,
    journalPath: resolve(optional(env, 'SIMULATOR_JOURNAL') ?? 'data/simulator.jsonl'),
    seed: optional(env, 'SIMULATOR_SEED') ?? 'liqpass',
  };
}
