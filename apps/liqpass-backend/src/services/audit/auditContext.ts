import type { PlatformContext } from '../platform/platformContext.ts';

/** The trail touches the database and the time, and nothing else. */
export type AuditContext = PlatformContext;
