import type { VerifyRequest } from '@liqpass/api/verify';
import { askHttp } from '@liqpass/service/askHttp';
import { isKeepableText } from '@liqpass/kernel/text';
import { VERDICTS, type Verdict } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import type { Attestations } from './platform/attestationClient.ts';
import type { Finding } from '../domain/claim.ts';
import { accountOf } from './accountOf.ts';

const word = z.string().max(100).refine(isKeepableText);

/** jp-verify's answer, as far as a claim depends on it. Fields that are not read here may be anything: the whole is kept as evidence. */
const answer = z.object({
  verdict: z.enum(VERDICTS),
  reason: word.nullish(),
  flags: z.array(word).max(100).nullish(),
  liquidation: z.unknown().optional(),
  checks: z
    .array(z.object({ result: z.string() }))
    .max(500)
    .catch([])
    .default([]),
  evidence: z
    .object({ root: z.string().regex(/^0x[0-9a-fA-F]{64}$/) })
    .nullish()
    .catch(null),
});

/** What a claim is paid by; of any other verdict it is not read. */
const liquidationFacts = z
  .object({
    liquidation_time_ms: z.int().min(0),
    side: z.enum(['long', 'short']).nullish().catch(null),
    loss: z.object({ ccy: z.string().max(20), insured: z.string().max(130) }),
  })
  .nullish();

/** Paying and denying need evidence to keep; saying that nothing is known yet does not. */
const DECIDES: Readonly<Record<Verdict, boolean>> = {
  LIQUIDATED: true,
  PARTIALLY_LIQUIDATED: true,
  NOT_LIQUIDATED: true,
  INELIGIBLE: true,
  STILL_OPEN: false,
  INCONCLUSIVE: false,
};
const LIQUIDATIONS: readonly Verdict[] = ['LIQUIDATED', 'PARTIALLY_LIQUIDATED'];

export type Verification = {
  readonly finding: Finding;
  /** The answer to keep; null when there was none that could be read. */
  readonly kept: {
    readonly verdict: Verdict;
    readonly flags: readonly string[];
    readonly evidenceRoot: string | null;
    readonly evidence: unknown;
    /** Whose signature it was taken by; null: it is not signed. */
    readonly attestationKeyId: string | null;
    readonly checksPassed: number;
    readonly checksTotal: number;
    readonly side: 'long' | 'short' | null;
    /** The main account that the exchange answered about; null where the evidence does not say. */
    readonly accountUid: string | null;
  } | null;
};

/** How jp-verify is reached. It never throws for what the network or jp-verify does: no answer is a finding too. */
export type JpVerifyClient = {
  verify(request: VerifyRequest): Promise<Verification>;
  /** Whether jp-verify answers /healthz. */
  isHealthy(): Promise<boolean>;
};

/** jp-verify itself tries for up to 20 s to read the exchange consistently, and for 45 s where a ledger is long. */
const VERIFY_TIMEOUT_MS = 52_000;
const HEALTH_TIMEOUT_MS = 2_000;
const LARGEST_HEALTH = 64 * 1024;
const LARGEST_ANSWER = 32 * 1024 * 1024;

export function jpVerifyClient(
  baseUrl: string,
  apiKey: string,
  attestations: Pick<Attestations, 'judge'>,
): JpVerifyClient {
  return {
    async verify(request) {
      const outcome = await askHttp(baseUrl, {
        method: 'POST',
        target: '/verify',
        headers: {
          authorization: `Bearer ${apiKey}`,
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body: JSON.stringify(request),
        timeoutMs: VERIFY_TIMEOUT_MS,
        mostBytes: LARGEST_ANSWER,
      });
      if (outcome.failure !== null)
        return noAnswer(outcome.failure === 'TIMEOUT' ? 'JP_VERIFY_TIMEOUT' : 'JP_VERIFY_ERROR');
      if (outcome.status !== 200 || outcome.bytes === null) return noAnswer('JP_VERIFY_ERROR');
      const text = new TextDecoder().decode(outcome.bytes);
      return bySignature(attestations, readAnswer(text), request);
    },
    async isHealthy() {
      const outcome = await askHttp(baseUrl, {
        method: 'GET',
        target: '/healthz',
        timeoutMs: HEALTH_TIMEOUT_MS,
        mostBytes: LARGEST_HEALTH,
      });
      return outcome.failure === null && outcome.status === 200 && outcome.bytes !== null;
    },
  };
}

/** An answer whose signature does not hold, or is missing where one is expected, is none: it is asked for again. */
async function bySignature(
  attestations: Pick<Attestations, 'judge'>,
  verification: Verification,
  { instId, ordId, boundAt, coverageStartAt, coverageEndAt }: VerifyRequest,
): Promise<Verification> {
  const { finding, kept } = verification;
  if (kept === null) return verification;
  const judged = await attestations.judge(kept.evidence, {
    instId,
    ordId,
    boundAt,
    window: { start: coverageStartAt, end: coverageEndAt },
  });
  return judged.held ? { finding, kept: { ...kept, attestationKeyId: judged.keyId } } : noAnswer('JP_VERIFY_ERROR');
}

const noAnswer = (reason: string): Verification => ({ finding: { kind: 'no_answer', reason }, kept: null });

/** What jp-verify's answer says; an answer that cannot be read is none. */
export function readAnswer(text: string): Verification {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return noAnswer('JP_VERIFY_ERROR'); // Not JSON: as good as no answer.
  }
  const parsed = answer.safeParse(json);
  if (!parsed.success) return noAnswer('JP_VERIFY_ERROR');
  const { verdict, reason, checks, evidence } = parsed.data;
  if (!evidence && DECIDES[verdict]) return noAnswer('JP_VERIFY_ERROR');
  const facts = liquidationFacts.safeParse(LIQUIDATIONS.includes(verdict) ? parsed.data.liquidation : null);
  if (!facts.success) return noAnswer('JP_VERIFY_ERROR');
  const liquidation = facts.data;
  const flags = parsed.data.flags ?? [];
  return {
    finding: {
      kind: 'answer',
      verdict,
      reason: reason ?? null,
      flags,
      liquidation: liquidation
        ? {
            liquidationTimeMs: liquidation.liquidation_time_ms,
            lossCcy: liquidation.loss.ccy,
            lossInsured: liquidation.loss.insured,
          }
        : null,
    },
    kept: {
      verdict,
      flags,
      evidenceRoot: evidence?.root.toLowerCase() ?? null,
      evidence: json,
      attestationKeyId: null,
      checksPassed: checks.filter((check) => check.result === 'pass').length,
      checksTotal: checks.length,
      side: liquidation?.side ?? null,
      accountUid: accountOf(json),
    },
  };
}
