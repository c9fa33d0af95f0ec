import * as chain from '../../db/audit/auditChainRepo.ts';
import { SYSTEM, writeAudit } from '../../db/audit/auditRepo.ts';
import { GENESIS_HASH } from './auditChain.ts';
import { sealAudit } from './auditTrail.ts';
import { stampKeyOf, type AuditContext } from './auditContext.ts';
import { AUDIT_KEY, readKeyedSince } from './keyedSince.ts';

/**
 * Begins to key stamps, once for each new key: what there is is sealed, and a keyed row holds the chain's head, so that the
 * rows before it, whose stamps anybody could make, are held by the key from then on too.
 */
export async function beginKeyedStamps(ctx: AuditContext): Promise<void> {
  const stampKey = stampKeyOf(ctx);
  if (stampKey === null || (await readKeyedSince(ctx.db, [stampKey]))) return;
  if (!(await readKeyedSince(ctx.db, ctx.settings.auditKeys))) await sealAudit(ctx, 'far', 'unkeyed too');
  await ctx.db.transaction().execute(async (trx) => {
    await chain.lockSealer(trx);
    if (await readKeyedSince(trx, [stampKey])) return;
    const head = (await chain.getChainHead(trx)) ?? { seq: 0, hash: GENESIS_HASH };
    const why = 'stamps are keyed from here on';
    const entry = {
      actor: SYSTEM,
      action: AUDIT_KEY,
      subjectType: 'setting' as const,
      atMs: ctx.clock.now(),
      stampKey,
    };
    await writeAudit(trx, AUDIT_KEY, { ...entry, why, details: { seq: head.seq, hash: head.hash } });
  });
}
