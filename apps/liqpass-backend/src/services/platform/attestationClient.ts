import { attestation, attestationKeysAnswer, type Attestation, type AttestationKeysAnswer } from '@liqpass/api/verify';
import { keyIdOf } from '@liqpass/evidence/attestation';
import { bundleMismatches, evidenceBundle } from '@liqpass/evidence/bundle';
import { canonicalJson } from '@liqpass/evidence/canonical';
import { fromBase64Url } from '@liqpass/kernel/base64url';
import type { EpochMs } from '@liqpass/kernel/time';
import { PROOF_RULES } from '@liqpass/proof/rules';
import { isAttested } from '@liqpass/proof/statement';
import { boundedFetch } from '@liqpass/service/boundedFetch';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { KnownKey } from '../../db/platform/attestationKeysRepo.ts';

/** What was asked of jp-verify, as far as its statement repeats it. */
export type Asked = {
  readonly instId: string;
  readonly ordId: string;
  readonly boundAt: string | null;
  readonly window: { readonly start: string; readonly end: string } | null;
};

/** Whether an answer may be used, and by whose signature it is known; null: it is not signed, and nobody expects it to be. */
export type Judgement =
  | { readonly held: true; readonly keyId: string | null; readonly attestation: Attestation | null }
  | { readonly held: false };

export type Attestations = {
  judge(answer: unknown, asked: Asked): Promise<Judgement>;
  /** The keys that jp-verify signs with, and those that it ever did. */
  keys(): Promise<AttestationKeysAnswer>;
};

/** Where keys are remembered: what is published today may not be tomorrow. */
export type KeyStore = { load(): Promise<KnownKey[]>; keep(keys: readonly KnownKey[]): Promise<void> };

const TIMEOUT_MS = 3_000;
const LARGEST_ANSWER = 1024 * 1024;
const askJpVerify = boundedFetch({ timeoutMs: TIMEOUT_MS, mostBytes: LARGEST_ANSWER });
const KEPT_MS = 60_000;

const signed = z.looseObject({ attestation: z.unknown() });
const answered = z.looseObject({
  attestation: z.unknown().optional(),
  evidence: z.object({ root: z.string(), bundle: evidenceBundle }),
});

/**
 * Judges jp-verify's signatures. Which keys are expected: those of ATTESTATION_PUBLIC_KEYS, and no others, where it is given; else
 * those that this jp-verify publishes, remembered by its address. Who never signed need not (a verifier of the contract's section 2
 * alone has no keys); of whom a key is known, nothing unsigned is taken.
 */
export function attestationClient(deps: {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly pinned: readonly string[];
  readonly store: KeyStore;
  readonly log: Logger;
  readonly now: () => EpochMs;
}): Attestations {
  const { baseUrl, apiKey, pinned, store, log, now } = deps;
  const known = new Map<string, string>(pinned.map((publicKey) => [idOf(publicKey), publicKey]));
  let loading: Promise<void> | null = null;
  let published: { readonly answer: AttestationKeysAnswer; readonly atMs: EpochMs } | null = null;

  function load(): Promise<void> {
    loading ??= store.load().then(
      (keys) => keys.forEach(({ keyId, publicKey }) => known.set(keyId, publicKey)),
      (error: unknown) => {
        loading = null;
        throw error;
      },
    );
    return loading;
  }

  /** What jp-verify publishes now; null where it publishes nothing that can be read. */
  async function ask(): Promise<AttestationKeysAnswer | null> {
    try {
      const response = await askJpVerify(`${baseUrl}/attestation-keys`, {
        headers: { authorization: `Bearer ${apiKey}`, accept: 'application/json' },
      });
      if (!response.ok) return null;
      const json: unknown = await response.json();
      const answer = attestationKeysAnswer.parse(json);
      return answer.keys.every((key) => idOf(key.public_key) === key.key_id) ? answer : null;
    } catch {
      return null; // No such route, no connection, or no such answer: it publishes no keys.
    }
  }

  async function learn(): Promise<void> {
    const answer = await ask();
    if (answer === null) return;
    published = { answer, atMs: now() };
    const fresh = answer.keys
      .filter((key) => !known.has(key.key_id))
      .map((key) => ({ keyId: key.key_id, publicKey: key.public_key }));
    await store.keep(fresh);
    for (const { keyId, publicKey } of fresh) known.set(keyId, publicKey);
  }

  async function keyOf(keyId: string): Promise<string | undefined> {
    if (pinned.length === 0 && !known.has(keyId)) await learn();
    return known.get(keyId);
  }

  async function why(answer: unknown, asked: Asked): Promise<string | Judgement> {
    if (pinned.length === 0) await load();
    const given = signed.safeParse(answer).data?.attestation;
    if (given === undefined || given === null)
      return known.size === 0 ? { held: true, keyId: null, attestation: null } : 'it is not signed';
    const read = attestation.safeParse(given).data;
    const parsed = answered.safeParse(answer).data;
    if (!read || !parsed) return 'its signature or evidence cannot be read';
    const publicKey = await keyOf(read.key_id);
    if (publicKey === undefined) return 'it is signed with a key that is not known';
    const differs = differenceOf(parsed, read, publicKey);
    if (differs !== null) return differs;
    const { inst_id: instId, ord_id: ordId, bound_at: boundAt, window } = read.signed;
    if (canonicalJson({ instId, ordId, boundAt, window }) !== canonicalJson(asked)) return 'it is about something else';
    return { held: true, keyId: read.key_id, attestation: read };
  }

  return {
    async judge(answer, asked) {
      const judged = await why(answer, asked);
      if (typeof judged !== 'string') return judged;
      log.warn({ why: judged, ordId: asked.ordId }, "jp-verify's answer is not used");
      return { held: false };
    },
    async keys() {
      if (pinned.length === 0) await load();
      if (published === null || now() - published.atMs >= KEPT_MS || now() < published.atMs) await learn();
      const current = published?.answer.keys ?? [];
      const retired = [...known]
        .filter(([keyId]) => !current.some((key) => key.key_id === keyId))
        .map(([keyId, publicKey]) => ({
          key_id: keyId,
          algorithm: 'Ed25519' as const,
          public_key: publicKey,
          signs: false,
        }));
      return { keys: [...current, ...retired], rules: published?.answer.rules ?? PROOF_RULES };
    },
  };
}

/** The id of a public key; of what is none, an id that no key has. */
function idOf(publicKey: string): string {
  const bytes = fromBase64Url(publicKey);
  return bytes === null ? '' : keyIdOf(bytes);
}

/** Where an answer is not what was signed; null: it is, all of it. */
function differenceOf(answer: z.infer<typeof answered>, read: Attestation, publicKey: string): string | null {
  const { bundle, root } = answer.evidence;
  try {
    if (!isAttested(bundle, read, publicKey)) return 'the signature does not hold';
    if (bundle.root !== root || bundleMismatches(bundle).length > 0) return 'the evidence is not what was signed';
    const field = Object.keys(bundle.answer).find(
      (name) => canonicalJson(answer[name] ?? null) !== canonicalJson(bundle.answer[name] ?? null),
    );
    return field === undefined ? null : `${field} is not what was signed`;
  } catch {
    return 'it holds what has no canonical form'; // Half a character, say: nothing that could have been signed.
  }
}
