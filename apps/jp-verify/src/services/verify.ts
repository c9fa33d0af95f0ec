import type { Attestation, SnapshotAnswer, SnapshotRequest, VerifyAnswer, VerifyRequest } from '@liqpass/api/verify';
import { signStatement } from '@liqpass/evidence/attestation';
import { invariant } from '@liqpass/kernel/invariant';
import { statementOf } from '@liqpass/proof/statement';
import type { Context } from './context.ts';
import { clientOf, INTERACTIVE_MS } from './credentials.ts';
import { gatherSnapshot, gatherVerdict, type Gathered } from './gatherEvidence.ts';

function evidenceOf({ bundle }: Gathered<unknown>): VerifyAnswer['evidence'] {
  return { root: bundle.root, leaves: bundle.leaves, bundle };
}

/** jp-verify's signature over what was concluded, and from which evidence, at which exchange. */
function attestationOf(ctx: Context, { bundle }: Gathered<unknown>, origin: string): Attestation {
  const [key] = ctx.attestationKeys;
  const stated = statementOf(bundle, origin);
  invariant(key && stated, 'there is a key, and a statement about what was proven');
  return signStatement(stated, key);
}

/** What happened to the position of an order, with the evidence for it. */
export async function verify(ctx: Context, request: VerifyRequest): Promise<VerifyAnswer> {
  const { credential, owner, ...claim } = request;
  const startedMs = ctx.clock.now();
  const client = await clientOf(ctx, { credential, owner });
  const gathered = await gatherVerdict(ctx, client, { kind: 'verify', claim }, ctx.reading);
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
  return { ...answer, evidence: evidenceOf(gathered), attestation: attestationOf(ctx, gathered, client.host) };
}

/** The position of an order as it stands now, with the evidence for it. */
export async function takeSnapshot(ctx: Context, request: SnapshotRequest): Promise<SnapshotAnswer> {
  const { credential, owner, ...claim } = request;
  const client = await clientOf(ctx, { credential, owner });
  // A person waits for it.
  const withinMs = Math.min(ctx.reading.withinMs, INTERACTIVE_MS);
  const timing = { ...ctx.reading, withinMs, ledgerWithinMs: withinMs };
  const gathered = await gatherSnapshot(ctx, client, { kind: 'snapshot', claim }, timing);
  const { answer, bundle } = gathered;
  ctx.logger.info(
    { ordId: claim.ordId, insurable: answer.insurable, reason: answer.reason, root: bundle.root },
    'snapshot taken',
  );
  return { ...answer, evidence: evidenceOf(gathered), attestation: attestationOf(ctx, gathered, client.host) };
}
