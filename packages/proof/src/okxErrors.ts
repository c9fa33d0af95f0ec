import { z } from 'zod';

/**
 * What a code of the exchange means for us, and whether asking again can help: declared here, beside the codes, not
 * guessed by whoever meets one. Source: OKX v5 documentation (March and June 2026) and bodies quoted in public issues.
 */
export const OKX_ERROR_CLASSES = {
  /** The exchange is busy or down: again, with backoff and jitter. */
  transient: { retry: 'backoff' },
  /** Too many requests: wait two seconds, and slow down. */
  rate_limit: { retry: 'wait' },
  /** Our clock is off: take the exchange's time, try once more. */
  clock: { retry: 'resync' },
  /** The account is frozen while a liquidation is under way: again, slowly. */
  frozen: { retry: 'wait' },
  /** The user's key does not work here. */
  key: { retry: 'never' },
  /** The key or the account is blocked. */
  blocked: { retry: 'never' },
  /** No such order: it may be in the archive. */
  no_such_order: { retry: 'never' },
  /** The input, or a bug of ours. */
  bad_request: { retry: 'never' },
  /** A code or a body we do not know. */
  unknown: { retry: 'never' },
} as const satisfies Record<string, { retry: 'backoff' | 'wait' | 'resync' | 'never' }>;
export type OkxErrorClass = keyof typeof OKX_ERROR_CLASSES;

const CODES: Record<OkxErrorClass, readonly string[]> = {
  transient: ['50001', '50004', '50005', '50013', '50026', '51054'],
  rate_limit: ['50011', '50040', '50061'],
  clock: ['50102', '50112'],
  frozen: ['50009', '50017', '50018', '50019', '50020', '50021', '50022', '50023'],
  key: ['50101', '50105', '50110', '50111', '50113', '50114', '50119', '50120', '50030', '50035'],
  blocked: ['50100', '50007', '50008', '50012', '50027', '50029'],
  no_such_order: ['51603'],
  bad_request: ['51001', '51000', '50014', '50015', '50016', '50103', '50104', '50106', '50107'],
  unknown: [],
};
const CLASS_OF = new Map<string, OkxErrorClass>();
for (const name of Object.keys(CODES) as OkxErrorClass[]) for (const code of CODES[name]) CLASS_OF.set(code, name);

/** A code of the exchange's own: five digits (some services six). What gateways before it write ("404", 1020, "") is none. */
const OWN_CODE = /^\d{5,6}$/;

/**
 * What a refusal means. What the exchange says by its code counts, whatever the status and the rest of the body look like; a code
 * that we do not know is helped by the status. Without a code of the exchange's own it is the word of whatever stands before
 * it (a gateway, a firewall), which says nothing about a key: a passing fault, unless there is no such page at all.
 */
export function classifyOkxError(code: string | null, status: number): OkxErrorClass {
  const known = code === null ? undefined : CLASS_OF.get(code);
  if (known !== undefined) return known;
  if (status === 429) return 'rate_limit';
  if (status >= 500) return 'transient';
  if (code === null || !OWN_CODE.test(code)) return isNoSuchPage(status) ? 'unknown' : 'transient';
  return status === 401 ? 'key' : 'unknown';
}

const isNoSuchPage = (status: number): boolean => status === 404 || status === 405 || status === 410;

/** What is wrong with a key, as its holder must hear it. */
export const KEY_PROBLEMS = [
  'ENVIRONMENT',
  'PASSPHRASE',
  'IP_NOT_ALLOWED',
  'KEY_OR_REGION',
  'SECRET',
  'PERMISSION',
  'BLOCKED',
  'INVALID',
] as const;
export type KeyProblem = (typeof KEY_PROBLEMS)[number];

const KEY_PROBLEM_OF: Record<string, KeyProblem> = {
  '50101': 'ENVIRONMENT',
  '50105': 'PASSPHRASE',
  '50110': 'IP_NOT_ALLOWED',
  '50111': 'KEY_OR_REGION',
  '50119': 'KEY_OR_REGION',
  '50113': 'SECRET',
  '50114': 'INVALID',
  '50120': 'PERMISSION',
  '50030': 'PERMISSION',
  '50035': 'IP_NOT_ALLOWED',
};
/** Which problem a refusal of class key or blocked tells of. */
export function keyProblemOf(code: string | null, errorClass: OkxErrorClass): KeyProblem {
  if (errorClass === 'blocked') return 'BLOCKED';
  return (code === null ? undefined : KEY_PROBLEM_OF[code]) ?? 'INVALID';
}

const KEY_SENTENCES: Record<KeyProblem, string> = {
  ENVIRONMENT: 'The key belongs to another environment (demo trading, or another site of the exchange).',
  PASSPHRASE: 'The passphrase is not the one of this key.',
  IP_NOT_ALLOWED: 'The key is bound to other IP addresses: add ours to its list at the exchange.',
  KEY_OR_REGION: 'The exchange does not know this key: it is mistyped, deleted, or of another region of the exchange.',
  SECRET: 'The signature does not fit: the secret is not the one of this key.',
  PERMISSION: 'The key may not read this.',
  BLOCKED: 'The key or its account is blocked at the exchange.',
  INVALID: 'The exchange refuses this key.',
};
/** One sentence about a problem with a key; with the address the exchange saw, where it says one. */
export function keySentence(problem: KeyProblem, ip: string | null): string {
  return ip === null ? KEY_SENTENCES[problem] : `${KEY_SENTENCES[problem]} It saw ${ip}.`;
}

const ip = z.union([z.ipv4(), z.ipv6()]);

/** The address, of either kind, in "Your IP 1.1.1.1 is not included in your API key's … IP whitelist."; null where there is none. */
export function refusedIp(message: string): string | null {
  const [, seen = ''] = /\bIP(?:\s+address)?[:\s]\s*\[?([0-9a-f.:]{2,46})/i.exec(message) ?? [];
  return ip.safeParse(seen.replace(/\.+$|(?<=\.\d+):$/, '')).data ?? null;
}
