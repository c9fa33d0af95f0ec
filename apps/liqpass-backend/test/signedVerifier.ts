import type { VerifyRequest } from '@liqpass/api/verify';
import { signingKey, signStatement, type SigningKey } from '@liqpass/evidence/attestation';
import { sealBundle, type BundleContent, type EvidenceBundle } from '@liqpass/evidence/bundle';
import { PROOF_RULES } from '@liqpass/proof/rules';
import { statementOf } from '@liqpass/proof/statement';
import { randomBytes } from 'node:crypto';
import type { Scripted, ScriptedVerifier } from './scriptedVerifier.ts';

// A scripted jp-verify that signs: real keys, real signatures, over evidence that a test makes up.

export const newKey = (): SigningKey => signingKey(randomBytes(32));
const ORIGIN = 'http://exchange.test';

/** A liquidation with all of its facts, as a statement repeats them. */
export const liquidationAt = (timeMs: number): Record<string, unknown> => ({
  liquidation_time_ms: timeMs,
  first_forced_time_ms: timeMs,
  share: '1',
  loss: { ccy: 'USDT', total: '7.52686752', insured: '7.52686752' },
  side: 'long',
  pos_id: '1',
  opened_at_ms: timeMs - 60_000,
  ended_at_ms: timeMs,
  avg_open_px: '100000',
  forced: [],
});

export type SignedAnswer = Record<string, unknown> & {
  evidence: { root: string; leaves: unknown; bundle: EvidenceBundle };
  attestation: ReturnType<typeof signStatement>;
};

function signed(content: Pick<BundleContent, 'kind' | 'claim' | 'answer'>, key: SigningKey): SignedAnswer {
  const bundle = sealBundle({ format: 'liqpass-evidence/1', judged_at_ms: Date.now(), exchanges: [], ...content });
  const stated = statementOf(bundle, ORIGIN);
  if (stated === null) throw new Error('nothing that could be stated');
  const { root, leaves } = bundle;
  return { ...bundle.answer, evidence: { root, leaves, bundle }, attestation: signStatement(stated, key) };
}

/** The answer to a question of the backend, signed. */
export const signedVerdict = (
  { credential: _credential, owner: _owner, ...claim }: VerifyRequest,
  key: SigningKey,
  answer: Record<string, unknown>,
): SignedAnswer =>
  signed({ kind: 'verify', claim, answer: { reason: null, flags: [], liquidation: null, checks: [], ...answer } }, key);

/** A snapshot, signed. */
export const signedSnapshot = (
  okx: { instId: string; ordId: string },
  key: SigningKey,
  answer: Record<string, unknown>,
): SignedAnswer => signed({ kind: 'snapshot', claim: okx, answer }, key);

/** Publishes these keys, of which the first signs. */
export function publish(verifier: ScriptedVerifier, keys: readonly SigningKey[]): void {
  const answer: Scripted = {
    body: {
      keys: keys.map(({ keyId, publicKey }, at) => ({
        key_id: keyId,
        algorithm: 'Ed25519',
        public_key: publicKey,
        signs: at === 0,
      })),
      rules: PROOF_RULES,
    },
  };
  verifier.route('GET /attestation-keys', () => answer);
}
