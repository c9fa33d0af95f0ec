import type { ChainSettings, WatchSettings } from './chainSettings.ts';
import type { PayeeDoubt } from '@liqpass/kernel/vocabulary';
import type { Actor } from '../db/audit/auditRepo.ts';
import type { Claim } from '../domain/claim.ts';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import type { BookContext } from './book/bookContext.ts';
import type { JpVerifyClient } from './jpVerifyClient.ts';
import type { Attestations } from './platform/attestationClient.ts';
import type { PeopleContext } from './people/peopleContext.ts';

/** Asking jp-verify about claims, as many at once as it bears, in turns between accounts. */
export type Verifications = {
  /**
   * Asks about a claim that this process has to itself; answers with the claim it became, null where that was not for this attempt to say.
   * @param retriedBy whoever tries a claim again whose position was open: it moves only where something else is found by now
   */
  verify(claim: Claim, order: PurchaseOrder | null, retriedBy?: Actor): Promise<Claim | null>;
  /** Takes up claims that are due, as many as could begin now. */
  takeUpDue(): Promise<void>;
  /** How many claims wait for the verifier, and how long the oldest that is due has waited. */
  depth(): Promise<{ waiting: number; oldestDueSeconds: number }>;
  /** Lets what runs finish within `withinMs`; what has not is due at once, for whoever takes it up. */
  stop(withinMs: number): Promise<void>;
};

/** What the chain says against an address that is to be paid; null where nobody can be asked, or nobody answers in time. */
export type Payees = { doubts(address: string): Promise<readonly PayeeDoubt[] | null> };

export type HallSettings = {
  /** The Safe that premiums go to and payouts come from; null until there is one. */
  readonly treasurySafe: string | null;
  /** Where people ask, shown wherever a text says so; null where the operators name none. */
  readonly contact: { readonly url: string | null; readonly email: string | null };
  readonly chain: ChainSettings;
  /** null: money is recorded by hand alone. */
  readonly watch: WatchSettings | null;
  /** How long a trigger waits for the verifier before it answers 202. */
  readonly verdictWaitMs: number;
  /** Within how many hours of its verdict a claim is promised to be reviewed; the queue shows what comes near it. */
  readonly reviewWithinHours: number;
};

/** What orders and claims touch: all of the rooms below, the verifier, and who asks it. */
export type HallContext = PeopleContext &
  BookContext & {
    readonly verifications: Verifications;
    readonly jpVerify: JpVerifyClient;
    readonly payees: Payees;
    /** By whose signatures jp-verify's answers are known. */
    readonly attestations: Attestations;
    readonly settings: HallSettings;
  };
