import type { Db } from '../db/platform/database.ts';
import type { ChainSettings, WatchSettings } from './chainSettings.ts';
import type { BookContext } from './book/bookContext.ts';
import type { JpVerifyClient } from './jpVerifyClient.ts';
import type { Attestations } from './platform/attestationClient.ts';
import type { PeopleContext } from './people/peopleContext.ts';

/** The jobs that a verb may leave behind; in the transaction of its change of state. */
export type Jobs = {
  /** Asks for a claim to be verified at `atMs`, when `db`'s transaction commits. */
  verifyClaimAt(db: Db, claimId: string, atMs: number): Promise<void>;
  /** Says that a job was left that is due now: the workers of this process look at once. Call it after the commit. */
  wake(): void;
};

export type HallSettings = {
  /** The Safe that premiums go to and payouts come from; null until there is one. */
  readonly treasurySafe: string | null;
  readonly chain: ChainSettings;
  /** null: money is recorded by hand alone. */
  readonly watch: WatchSettings | null;
  /** How long a trigger waits for the verifier before it answers 202. */
  readonly verdictWaitMs: number;
};

/** What orders and claims touch: all of the rooms below, the jobs they leave behind, and the verifier. */
export type HallContext = PeopleContext &
  BookContext & {
    readonly jobs: Jobs;
    readonly jpVerify: JpVerifyClient;
    /** By whose signatures jp-verify's answers are known. */
    readonly attestations: Attestations;
    readonly settings: HallSettings;
  };
