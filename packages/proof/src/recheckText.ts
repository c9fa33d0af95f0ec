import { hasCanonicalForm } from '@liqpass/evidence/canonical';
import { findBundle } from './findBundle.ts';
import { notABundle, recheckBundle, type Recheck } from './recheck.ts';

/** Re-checks what a file holds: a bundle, an answer of /verify or /snapshot, or a claim. Whatever the text is, it answers. */
export function recheckText(text: string): Recheck {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    return notABundle(error instanceof Error ? error.message : 'it is no JSON');
  }
  if (!hasCanonicalForm(file)) return notABundle('it holds what has no canonical form (RFC 8785)');
  const found = findBundle(file);
  if (found === null) return notABundle('it holds no evidence bundle');
  const recheck = recheckBundle(found.bundle);
  const problems = [...recheck.problems, ...found.problems];
  return { ...recheck, ok: problems.length === 0, problems };
}
