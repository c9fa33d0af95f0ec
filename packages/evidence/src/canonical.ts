import { invariant } from '@liqpass/kernel/invariant';
import canonicalize from 'canonicalize';

/** The canonical JSON of a value (RFC 8785): one text for one value, whoever writes it. Throws on what is not JSON. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  invariant(text !== undefined, 'only JSON values have a canonical form');
  return text;
}

/** Whether a value has a canonical form: nothing but JSON, whole characters, and not nested beyond what can be walked. */
export function hasCanonicalForm(value: unknown): boolean {
  try {
    return canonicalize(value) !== undefined;
  } catch {
    return false; // Which of these it is, is the same to whoever re-checks.
  }
}
