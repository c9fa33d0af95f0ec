import { fromBase64 } from '@liqpass/log/base64';
import { COSIGNER_KEY, isKeyName, NOTE_KEY, parseVkey, signerKey } from '@liqpass/log/note';
import { ConfigError, optional, type Environment } from '@liqpass/service/environment';
import { resolve } from 'node:path';
import type { LogSettings } from './services/log/logContext.ts';

const parts = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/**
 * Reads what the public log depends on: LOG_PRIVATE_KEY, LOG_ORIGIN, LOG_STATE, LOG_WITNESSES. Without a key, given or made in
 * the embedded mode, there is no log.
 */
export function readLogSettings(env: Environment, madeKey: string | null): LogSettings | null {
  const keys = parts(optional(env, 'LOG_PRIVATE_KEY'));
  const [first, ...more] = keys.length > 0 ? keys : madeKey === null ? [] : [madeKey];
  const origin = optional(env, 'LOG_ORIGIN') ?? (madeKey === null ? undefined : 'localhost/log');
  if (first === undefined) {
    if (origin !== undefined && madeKey === null)
      throw new ConfigError('LOG_PRIVATE_KEY is missing: LOG_ORIGIN is given, and a log is signed');
    return null;
  }
  if (origin === undefined)
    throw new ConfigError(
      'LOG_ORIGIN is missing: with LOG_PRIVATE_KEY it names the log, as the address it is served at without https:// ("liqpass.example/log")',
    );
  if (!isKeyName(origin) || origin.includes('://'))
    throw new ConfigError('LOG_ORIGIN is malformed: give the address of the log without https://, spaces or a plus');
  const signer = (text: string) => {
    const secret = fromBase64(text);
    if (secret?.length !== 32)
      throw new ConfigError('LOG_PRIVATE_KEY is malformed: give 32 bytes as base64 (openssl rand -base64 32)');
    return signerKey(origin, NOTE_KEY, secret);
  };
  return {
    signers: [signer(first), ...more.map(signer)],
    statePath: resolve(optional(env, 'LOG_STATE') ?? 'data/log-checkpoint'),
    witnesses: parts(optional(env, 'LOG_WITNESSES')).map((text) => {
      const [vkey = '', url = ''] = text.split(/\s+/, 2);
      const key = parseVkey(vkey);
      if (key?.type !== COSIGNER_KEY || !/^https?:\/\//.test(url) || !URL.canParse(url))
        throw new ConfigError(
          "LOG_WITNESSES is malformed: give the witness's vkey, a space and its address, several separated by commas",
        );
      return { key, url };
    }),
  };
}
