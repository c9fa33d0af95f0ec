import { z } from 'zod';
import { leafHash, merkleRoot, type Leaf } from './merkle.ts';

export const BUNDLE_FORMAT = 'liqpass-evidence/1';

/** Why no answer came, or none that can be kept. NOT_ASKED: there was no time left for the question. */
export const EXCHANGE_FAILURES = ['NETWORK', 'TIMEOUT', 'TOO_LARGE', 'HELD_BACK', 'NOT_ASKED'] as const;

/**
 * One question to the exchange and its answer, as it came over the wire. `target` is what was signed (path and query);
 * of the headers only Date and the content type are kept: no key, signature, passphrase or cookie is in here.
 */
export const recordedExchange = z.strictObject({
  /** Also the path of its leaf: "okx/07-account-bills-archive". */
  path: z.string().regex(/^okx\/\d{2,4}-[a-z0-9-]+$/),
  method: z.literal('GET'),
  host: z.string().max(300),
  target: z.string().startsWith('/').max(2_000),
  sent_at_ms: z.int(),
  received_at_ms: z.int(),
  /** HTTP status; null when no answer came. */
  status: z.int().nullable(),
  date: z.string().nullable(),
  content_type: z.string().nullable(),
  /** The body: its text where the bytes are UTF-8, otherwise base64. */
  body: z.string().nullable(),
  body_encoding: z.enum(['utf8', 'base64']),
  failure: z.enum(EXCHANGE_FAILURES).nullable(),
});
export type RecordedExchange = z.infer<typeof recordedExchange>;

/** The path of an answer's leaf: its number, and the endpoint without the version ("okx/07-account-bills-archive"). */
export function exchangePath(number: number, target: string): string {
  const endpoint = (target.split('?', 1)[0] ?? '').replace('/api/v5/', '').replaceAll('/', '-');
  return `okx/${String(number).padStart(2, '0')}-${endpoint}`;
}

export const BUNDLE_KINDS = ['verify', 'snapshot'] as const;
const hash = z.string().regex(/^0x[0-9a-f]{64}$/);
const leaf = z.strictObject({ path: z.string(), hash });

/** Everything a verdict rests on, and the verdict: enough to compute it again without the exchange. */
export const evidenceBundle = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  kind: z.enum(BUNDLE_KINDS),
  /** What was asked, without the credential. */
  claim: z.record(z.string(), z.unknown()),
  /** What the time was, by the exchange's clock, when the verdict was made. */
  judged_at_ms: z.int(),
  exchanges: z.array(recordedExchange).max(1_000),
  answer: z.record(z.string(), z.unknown()),
  leaves: z.array(leaf).min(1),
  root: hash,
});
export type EvidenceBundle = z.infer<typeof evidenceBundle>;
export type BundleContent = Omit<EvidenceBundle, 'leaves' | 'root'>;

/** The leaves of a bundle: what was asked, each answer of the exchange, and what was concluded. */
export function bundleLeaves(content: BundleContent): Leaf[] {
  const { format, kind, claim, judged_at_ms, exchanges, answer } = content;
  return [
    { path: 'answer', hash: leafHash('answer', answer) },
    { path: 'claim', hash: leafHash('claim', { format, kind, claim, judged_at_ms, exchanges: exchanges.length }) },
    ...exchanges.map((exchange) => ({ path: exchange.path, hash: leafHash(exchange.path, exchange) })),
  ];
}

/** Hashes the content and closes the bundle with its leaves and root. */
export function sealBundle(content: BundleContent): EvidenceBundle {
  const leaves = bundleLeaves(content);
  return { ...content, leaves, root: merkleRoot(leaves) };
}

export type LeafMismatch = { path: string; found: string | null; expected: string | null };

/** Where the stored leaves and root differ from what the content hashes to; empty when nothing was changed, added or taken out. */
export function bundleMismatches(bundle: EvidenceBundle): LeafMismatch[] {
  const computed = new Map(bundleLeaves(bundle).map((item) => [item.path, item.hash]));
  const stored = new Map(bundle.leaves.map((item) => [item.path, item.hash]));
  const paths = [...new Set([...computed.keys(), ...stored.keys()])].toSorted();
  const different = paths
    .map((path) => ({ path, found: computed.get(path) ?? null, expected: stored.get(path) ?? null }))
    .filter(({ found, expected }) => found !== expected);
  const doubled = computed.size !== bundle.exchanges.length + 2 || stored.size !== bundle.leaves.length;
  const root = doubled ? null : merkleRoot(bundleLeaves(bundle));
  return root === bundle.root ? different : [...different, { path: 'root', found: root, expected: bundle.root }];
}
