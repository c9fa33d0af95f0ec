import { invariant } from '@liqpass/kernel/invariant';
import canonicalize from 'canonicalize';

/** The canonical JSON of a value (RFC 8785): one text for one value, whoever writes it. Throws on what is not JSON. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  invariant(text !== undefined, 'only JSON values have a canonical form');
  return text;
}
