import { invariant } from '@liqpass/kernel/invariant';
import canonicalize from 'canonicalize';

/** The canonical JSON of a value (RFC 8785): one text for one value, whoever writes it. Throws on what is not JSON. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  invariant(text !== undefined, 'only JSON values have a canonical form');
  return text;
}

/**
 * Whether a value has a canonical form: nothing but JSON, whole characters, not nested beyond what can be walked, and no whole number
 * beyond 2^53 (RFC 7493, 2.2). Of those several are read as one, so that a text could say two things and hash the same.
 */
export function hasCanonicalForm(value: unknown): boolean {
  try {
    return canonicalize(value) !== undefined && holdsExactIntegers(value);
  } catch {
    return false; // Which of these it is, is the same to whoever re-checks.
  }
}

function holdsExactIntegers(json: unknown): boolean {
  const open: unknown[] = [json];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) return false;
    if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) open.push(each);
  }
  return true;
}
