import type { Clock } from '@liqpass/kernel/time';
import type { Logger } from 'pino';
import type { Database, Db } from '../../db/platform/database.ts';
import type { Changes } from './changes.ts';

/** What every verb may touch: the database, the time, the log, and whoever waits for a change. */
export type PlatformContext = {
  readonly database: Database;
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  readonly changes: Changes;
};
