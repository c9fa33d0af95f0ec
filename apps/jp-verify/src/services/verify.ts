import type { SnapshotAnswer, SnapshotRequest, VerifyAnswer, VerifyRequest } from '@liqpass/api/verify';
import { proveSnapshot } from '@liqpass/proof/snapshotProof';
import { proveClaim } from '@liqpass/proof/verdict';
import type { Context } from './context.ts';
import { clientOf, INTERACTIVE_MS } from './credentials.ts';
import { gatherEvidence, type Gathered } from './gatherEvidence.ts';

function evidenceOf({ bundle }: Gathered<unknown>): VerifyAnswer['evidence'] {
  return { root: bundle.root, leaves: bundle.leaves, bundle };
}

/** What happened to the position of an order, with the evidence for it. */
export async function verify(ctx: Context, request: VerifyRequest): Promise<VerifyAnswer> {
  const { credential, owner, ...claim } = request;
  const startedMs = ctx.clock.now();
  const gathered = await gatherEvidence({
    ctx,
    client: await clientOf(ctx, { credential, owner }),
    kind: 'verify',
    claim,
    prove: (exchanges, nowMs) => proveClaim(claim, exchanges, nowMs),
    timing: ctx.reading,
  });
  const { answer, bundle } = gathered;
  ctx.logger.info(
    {
      ordId: claim.ordId,
      verdict: answer.verdict,
      reason: answer.reason,
      flags: answer.flags,
      root: bundle.root,
      answers: bundle.exchanges.length,
      tookMs: ctx.clock.now() - startedMs,
    },
    'verified',
  );
  return { ...answer, evidence: evidenceOf(gathered) };
}

/** The position of an order as it stands now, with the evidence for it. */
export async function takeSnapshot(ctx: Context, request: SnapshotRequest): Promise<SnapshotAnswer> {
  const { credential, owner, ...claim } = request;
  const gathered = await gatherEvidence({
    ctx,
    client: await clientOf(ctx, { credential, owner }),
    kind: 'snapshot',
    claim,
    prove: (exchanges, nowMs) => proveSnapshot(claim, exchanges, nowMs),
    // A person waits for it.
    timing: { ...ctx.reading, withinMs: Math.min(ctx.reading.withinMs, INTERACTIVE_MS) },
  });
  const { answer, bundle } = gathered;
  ctx.logger.info(
    { ordId: claim.ordId, insurable: answer.insurable, reason: answer.reason, root: bundle.root },
    'snapshot taken',
  );
  return { ...answer, evidence: evidenceOf(gathered) };
}
