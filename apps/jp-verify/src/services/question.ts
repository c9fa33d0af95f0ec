import { sealBundle, type EvidenceBundle, type RecordedExchange } from '@liqpass/evidence/bundle';
import type { EpochMs } from '@liqpass/kernel/time';
import { proveSnapshot, type SnapshotClaim, type SnapshotResult } from '@liqpass/proof/snapshotProof';
import { proveClaim, type VerdictAnswer, type VerifyClaim } from '@liqpass/proof/verdict';

/** What is asked of the proof: it goes to another thread as it is. */
export type Question =
  | { readonly kind: 'verify'; readonly claim: VerifyClaim }
  | { readonly kind: 'snapshot'; readonly claim: SnapshotClaim };

/** What a step of the proof came to: what must be read next, or the answer with the seal over its evidence. */
export type Concluded =
  | { readonly kind: 'needs'; readonly needs: readonly string[] }
  | {
      readonly kind: 'proven';
      readonly answer: VerdictAnswer | SnapshotResult;
      readonly isSettled: boolean;
      /** Targets of the answers that it rests on. */
      readonly used: ReadonlySet<string>;
      readonly seal: Pick<EvidenceBundle, 'leaves' | 'root'>;
    };

/** As JSON will have it: fields that are undefined are not there. */
export function plain(value: unknown): Record<string, unknown> {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  return typeof copy === 'object' && copy !== null ? { ...copy } : {};
}

/** The bundle of an answer before it is sealed. */
export const contentOf = (
  question: Question,
  answer: object,
  exchanges: RecordedExchange[],
  judgedAtMs: EpochMs,
): Omit<EvidenceBundle, 'leaves' | 'root'> => ({
  format: 'liqpass-evidence/1',
  kind: question.kind,
  claim: plain(question.claim),
  judged_at_ms: judgedAtMs,
  exchanges,
  answer: plain(answer),
});

/** One step of the proof over all that was read so far. */
export function conclude(question: Question, exchanges: readonly RecordedExchange[], nowMs: EpochMs): Concluded {
  const proof =
    question.kind === 'verify'
      ? proveClaim(question.claim, exchanges, nowMs)
      : proveSnapshot(question.claim, exchanges, nowMs);
  if (proof.kind === 'needs') return { kind: 'needs', needs: proof.needs };
  const { answer, isSettled, used } = proof;
  const kept = exchanges.filter(({ target }) => used.has(target));
  const { leaves, root } = sealBundle(contentOf(question, answer, kept, nowMs));
  return { kind: 'proven', answer, isSettled, used, seal: { leaves, root } };
}
