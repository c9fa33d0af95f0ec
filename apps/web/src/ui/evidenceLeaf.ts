import { evidenceBundle } from '@liqpass/evidence/bundle';
import { hasCanonicalForm } from '@liqpass/evidence/canonical';

/** What stands under `path` in an evidence bundle: OKX's answer parsed where it is JSON, or our own part of it. */
export function leafValue(bundle: unknown, path: string): unknown {
  const parsed = evidenceBundle.safeParse(bundle);
  if (!parsed.success) return null;
  if (path === 'answer') return parsed.data.answer;
  if (path === 'claim') return parsed.data.claim;
  const exchange = parsed.data.exchanges.find((item) => item.path === path);
  if (!exchange) return null;
  try {
    const body: unknown = JSON.parse(exchange.body ?? 'null');
    // A number that would be shown with other digits than it came with: then the text as it came.
    return hasCanonicalForm(body) ? body : exchange;
  } catch {
    return exchange;
  }
}
