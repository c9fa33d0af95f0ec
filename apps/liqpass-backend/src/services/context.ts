import type { Clock } from '@liqpass/kernel/time';
import type { Logger } from 'pino';
import type { Database, Db } from '../db/database.ts';
import type { Changes } from './changes.ts';
import type { JpVerifyClient } from './jpVerifyClient.ts';

/** The jobs that a verb may leave behind; in the transaction of its change of state. */
export type Jobs = {
  /** Asks for a claim to be verified at `atMs`, when `db`'s transaction commits. */
  verifyClaimAt(db: Db, claimId: string, atMs: number): Promise<void>;
  /** Says that a job was left that is due now: the workers of this process look at once. Call it after the commit. */
  wake(): void;
};

export type Settings = {
  /** The Safe that premiums go to and payouts come from; null until there is one. */
  readonly treasurySafe: string | null;
  readonly allowUnattestedBinding: boolean;
  /** How long a trigger waits for the verifier before it answers 202. */
  readonly verdictWaitMs: number;
};

/** The world, as the first argument of every verb. */
export type Context = {
  readonly database: Database;
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  readonly jobs: Jobs;
  readonly jpVerify: JpVerifyClient;
  readonly changes: Changes;
  readonly settings: Settings;
};
