import {
  attestation,
  check,
  evidence,
  liquidation,
  type Attestation,
  type Check,
  type Evidence,
  type Liquidation,
} from '@liqpass/api/verify';
import { z } from 'zod';

/** What of a kept answer of jp-verify can be shown; each part on its own, so that one that cannot be read hides no other. */
export type ShownAnswer = {
  readonly checks: Check[];
  readonly liquidation: Liquidation | null;
  readonly evidence: Evidence | null;
  /** null: it is not signed. */
  readonly attestation: Attestation | null;
};

const answer = z
  .object({ checks: z.unknown(), liquidation: z.unknown(), evidence: z.unknown(), attestation: z.unknown() })
  .partial();

/** Reads the answer that was kept with a claim. */
export function readKeptAnswer(kept: unknown): ShownAnswer {
  const parts = answer.safeParse(kept);
  if (!parts.success) return { checks: [], liquidation: null, evidence: null, attestation: null };
  const checks = z.array(check).safeParse(parts.data.checks);
  const found = liquidation.safeParse(parts.data.liquidation);
  const proof = evidence.safeParse(parts.data.evidence);
  return {
    checks: checks.success ? checks.data : [],
    liquidation: found.success ? found.data : null,
    evidence: proof.success ? proof.data : null,
    attestation: attestation.safeParse(parts.data.attestation).data ?? null,
  };
}
