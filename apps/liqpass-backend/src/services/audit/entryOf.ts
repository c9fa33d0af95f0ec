import type { Actor, AuditEntry } from '../../db/audit/auditRepo.ts';
import { stampKeyOf, type AuditContext } from './auditContext.ts';

/** How a service says who did what to its subject, now; stamped with the key of this process. */
export const entryOf =
  (subjectType: AuditEntry['subjectType']) =>
  (
    ctx: Pick<AuditContext, 'clock' | 'settings'>,
    actor: Actor,
    action: string,
    more: Pick<AuditEntry, 'why' | 'details'> = {},
  ): AuditEntry => ({ actor, action, subjectType, atMs: ctx.clock.now(), stampKey: stampKeyOf(ctx), ...more });
