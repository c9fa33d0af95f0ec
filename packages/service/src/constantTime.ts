import { createHash, timingSafeEqual } from 'node:crypto';

/** A key with the name of whoever holds it, so that the audit knows who. */
export type NamedKey = { readonly name: string; readonly key: string };

/** Begins the name of a key that is no person's. */
const MACHINE = 'machine:';

/** Reads `name:key,name:key`, `machine:name:key` among them, or a single key without a name (it gets `fallbackName`). */
export function parseNamedKeys(text: string, fallbackName: string): NamedKey[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf(':', part.startsWith(MACHINE) ? MACHINE.length : 0);
      return at > 0 ? { name: part.slice(0, at), key: part.slice(at + 1) } : { name: fallbackName, key: part };
    });
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two secrets are the same, in a time that tells neither where they differ nor how long they are. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

/** Keys are digested once: every request with a key is compared with each, and twice. */
const digests = new WeakMap<NamedKey, Buffer>();
function digestOf(held: NamedKey): Buffer {
  const known = digests.get(held);
  if (known) return known;
  const made = digest(held.key);
  digests.set(held, made);
  return made;
}

/** The holder's name of a key that was given; null when nobody holds it. Every key is compared, whichever matches. */
export function holderOf(given: string, keys: readonly NamedKey[]): string | null {
  const asked = digest(given);
  let holder: string | null = null;
  for (const held of keys) if (timingSafeEqual(asked, digestOf(held))) holder = held.name;
  return holder;
}
