import type { PlatformContext } from '../platform/platformContext.ts';

export type AuditSettings = {
  /** Keys that stamp audit rows, kept outside of the database: the first stamps, the others are still good for checking. */
  readonly auditKeys: readonly string[];
};

/** The trail touches the database, the time and its keys, and nothing else. */
export type AuditContext = PlatformContext & { readonly settings: AuditSettings };

/** The key that audit rows are stamped with now; null where none is given. */
export const stampKeyOf = (ctx: Pick<AuditContext, 'settings'>): string | null => ctx.settings.auditKeys[0] ?? null;
