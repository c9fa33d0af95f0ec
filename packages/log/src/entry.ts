import { canonicalJson } from '@liqpass/evidence/canonical';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { instant } from './instant.ts';

// What the log holds. An entry about a person's cover says only that something of a type happened at a time: whose it is and
// what was agreed are hashes, which the owner opens to whom they like.

/** Entries about somebody's cover, by what happened. */
export const COVER_ENTRY_TYPES = ['sold', 'bound', 'attested', 'decided', 'paid', 'refunded'] as const;
export type CoverEntryType = (typeof COVER_ENTRY_TYPES)[number];

const hash = z.string().regex(/^0x[0-9a-f]{64}$/);
const amount = z.string().regex(/^(?:0|[1-9]\d{0,12})\.\d{2,6}$/);

const coverEntry = z.strictObject({
  type: z.enum(COVER_ENTRY_TYPES),
  at: instant,
  /** SHA-256 of a pseudonym of 16 random bytes, another one for each entry, so that entries cannot be linked. */
  subject: hash,
  /** SHA-256 of the opening's canonical JSON. */
  commit: hash,
});
const liabilitiesEntry = z.strictObject({
  type: z.literal('liabilities'),
  at: instant,
  root: hash,
  total: amount,
  count: z.int().min(0),
  /** The block at which the treasury's balance was read, and the balance; null where the chain is not watched. */
  block: z.int().min(0).nullable(),
  balance: amount.nullable(),
});
const auditEntry = z.strictObject({ type: z.literal('audit'), at: instant, head: z.string().regex(/^[0-9a-f]{64}$/) });
const nextKeyEntry = z.strictObject({ type: z.literal('next_key'), at: instant, vkey: z.string().max(1_000) });

export const logEntry = z.union([coverEntry, liabilitiesEntry, auditEntry, nextKeyEntry]);
export type LogEntry = z.infer<typeof logEntry>;
export type CoverEntry = z.infer<typeof coverEntry>;

/** What an entry about a cover commits to: `nonce` and `pseudonym` are 16 random bytes each (hex), the rest is what happened. */
export const opening = z.looseObject({
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
  pseudonym: z.string().regex(/^[0-9a-f]{32}$/),
  type: z.enum(COVER_ENTRY_TYPES),
});
export type Opening = z.infer<typeof opening>;

const hashHex = (bytes: Uint8Array): string => `0x${bytesToHex(sha256(bytes))}`;

/** The bytes of an entry, as they are hashed and served: its canonical JSON (RFC 8785) in UTF-8. */
export const entryBytes = (entry: LogEntry): Uint8Array => utf8ToBytes(canonicalJson(entry));

/** The entry of its bytes; null where they are not the canonical JSON of one. */
export function parseEntry(bytes: Uint8Array): LogEntry | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const entry = logEntry.parse(JSON.parse(text));
    return canonicalJson(entry) === text ? entry : null;
  } catch {
    return null; // Not UTF-8, not JSON, or not an entry: what exactly makes no difference to whoever checks.
  }
}

/** The entry that commits to an opening. */
export function coverEntryOf(at: string, opened: Opening): CoverEntry {
  return {
    type: opened.type,
    at,
    subject: hashHex(hexToBytes(opened.pseudonym)),
    commit: hashHex(utf8ToBytes(canonicalJson(opened))),
  };
}

/** Whether `opened` is what the entry commits to. */
export function opens(entry: LogEntry, opened: Opening): boolean {
  if (!('commit' in entry)) return false;
  const made = coverEntryOf(entry.at, opened);
  return made.type === entry.type && made.subject === entry.subject && made.commit === entry.commit;
}

/** An opening of what happened, with secrets from `randomBytes`: without them, commits to catalogue values could be guessed. */
export function makeOpening(
  type: CoverEntryType,
  facts: Readonly<Record<string, unknown>>,
  randomBytes: (count: number) => Uint8Array,
): Opening {
  return { ...facts, type, nonce: bytesToHex(randomBytes(16)), pseudonym: bytesToHex(randomBytes(16)) };
}
