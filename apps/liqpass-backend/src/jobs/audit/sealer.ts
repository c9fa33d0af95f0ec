import { SECOND_MS } from '@liqpass/kernel/time';
import { repeatedly } from '../platform/repeatedly.ts';
import { readAuditHead, sealAudit, type Holes } from '../../services/audit/auditTrail.ts';
import type { AuditContext } from '../../services/audit/auditContext.ts';

const EVERY_MS = SECOND_MS / 2;
/** Every so many looks each row below the newest seal is looked at, near and then far: what a process before this one left behind. */
const NEAR_EVERY = 20;
const FAR_EVERY = 1_200;
const NOTED_EVERY = 120;

/**
 * Seals audit rows into their chain, twice a second; writers wait for none of it. Stopped, it seals what is left and ends.
 * Until then the last half second is a tail whose rows carry their stamp but no link yet.
 */
export function startSealer(ctx: AuditContext): () => Promise<void> {
  let looks = 0;
  const holes: Holes = new Map();
  const look = async (): Promise<void> => {
    try {
      const look = looks++;
      await sealAudit(ctx, look % FAR_EVERY === 0 ? 'far' : look % NEAR_EVERY === 0 ? 'near' : holes);
      if (look % NOTED_EVERY === 0) await noteHead();
    } catch (error) {
      ctx.log.warn({ err: error }, 'the audit trail could not be sealed now; it is tried again');
    }
  };
  let noted = 0;
  /** The head goes into the log, once a minute where it moved: a trail rewritten in the database no longer leads to it. */
  const noteHead = async (): Promise<void> => {
    const head = await readAuditHead(ctx);
    if (!head || head.seq === noted) return;
    noted = head.seq;
    ctx.log.info({ seq: head.seq, hash: head.hash }, 'audit trail sealed up to here');
  };
  const stop = repeatedly(async () => {
    await look();
    return EVERY_MS;
  }, EVERY_MS);
  return async () => {
    await stop();
    looks = 0;
    await look();
  };
}
