import { LOCAL_CHAIN_ID } from '@liqpass/kernel/chains';
import { BASE_CHAIN_ID, OPERATOR_ROLES } from '@liqpass/kernel/vocabulary';
import { ConfigError, optional, whole, type Environment } from '@liqpass/service/environment';
import { isIP } from 'node:net';
import { getAddress, isAddress } from 'viem/utils';
import type { PeopleSettings } from './services/people/peopleContext.ts';

/** Reads what people and keys depend on: PUBLIC_ORIGINS, CORS_ORIGINS, TRUST_PROXY, RPC_URL, OKX_EGRESS_IP, OPERATORS, REQUESTS_PER_MINUTE. All optional. */
export function readPeopleSettings(
  env: Environment,
  embedded: boolean,
  chainId: number = BASE_CHAIN_ID,
): PeopleSettings {
  const perMinute = whole(env, 'REQUESTS_PER_MINUTE', 0, 0, 100_000_000);
  return {
    publicOrigins: origins(env, 'PUBLIC_ORIGINS'),
    corsOrigins: origins(env, 'CORS_ORIGINS'),
    signInChains: [...new Set([chainId, ...(embedded ? [BASE_CHAIN_ID, LOCAL_CHAIN_ID] : [])])],
    trustProxy: trustProxy(env),
    rpcUrls: rpcUrls(env),
    egressIp: optional(env, 'OKX_EGRESS_IP') ?? null,
    operators: operators(env),
    requestsPerMinute: perMinute === 0 ? null : perMinute,
  };
}

const parts = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function origins(env: Environment, name: string): string[] {
  return parts(optional(env, name)).map((text) => {
    const origin = URL.canParse(text) ? new URL(text) : null;
    if (!origin || !/^https?:$/.test(origin.protocol) || origin.pathname !== '/' || origin.search !== '')
      throw new ConfigError(`${name} is malformed: give origins such as https://liqpass.example, separated by commas`);
    return origin.origin;
  });
}

function trustProxy(env: Environment): boolean | string {
  const text = optional(env, 'TRUST_PROXY');
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  const known = ({ address, bits }: { address: string; bits: string | undefined }): boolean =>
    ['loopback', 'linklocal', 'uniquelocal'].includes(address) ||
    (isIP(address) !== 0 &&
      (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128))));
  for (const part of parts(text)) {
    const [address = '', bits] = part.split('/', 2);
    if (!known({ address, bits }))
      throw new ConfigError(
        'TRUST_PROXY is malformed: give addresses or networks of your proxies, separated by commas, or true',
      );
  }
  return text;
}

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

function rpcUrls(env: Environment): string[] {
  const urls = parts(optional(env, 'RPC_URL')).map((text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (!url || !/^https?:$/.test(url.protocol))
      throw new ConfigError(
        'RPC_URL is malformed: it must be the address of an RPC of the chain, or two with a comma between',
      );
    // Whoever is on the way could answer in its name.
    if (url.protocol === 'http:' && !LOOPBACK_HOST.test(url.hostname))
      throw new ConfigError(
        'RPC_URL must be https: anybody on the way could answer for the chain (http is for this machine)',
      );
    return url;
  });
  if (urls.length > 2 || new Set(urls.map((url) => url.host)).size !== urls.length)
    throw new ConfigError('RPC_URL names at most two RPCs, of two operators: the same one twice agrees with itself');
  return urls.map((url) => url.href);
}

function operators(env: Environment): PeopleSettings['operators'] {
  return parts(optional(env, 'OPERATORS')).map((text) => {
    const [address = '', roleText, name = '', kind, ...rest] = text.split(':');
    const role = OPERATOR_ROLES.find((known) => known === roleText);
    const isKind = kind === undefined || (kind === 'contract' && rest.length === 0);
    if (!isAddress(address) || role === undefined || name === '' || !isKind)
      throw new ConfigError(
        `OPERATORS is malformed: give 0xaddress:role:name, separated by commas, with :contract behind a contract wallet; roles are ${OPERATOR_ROLES.join(', ')}`,
      );
    return { address: getAddress(address), role, name, contract: kind === 'contract' };
  });
}
