import type { Usdc } from '@liqpass/kernel/money';
import type { Clock } from '@liqpass/kernel/time';
import type { OperatorRole } from '@liqpass/kernel/vocabulary';
import type { Logger } from 'pino';
import type { Database, Db } from '../db/platform/database.ts';
import type { Changes } from './platform/changes.ts';
import type { MarketClient } from './book/marketClient.ts';
import type { MarketState } from './book/market.ts';
import type { QuoteSigner } from './book/quoteSigner.ts';
import type { SalesStops } from './book/salesStops.ts';
import type { ExchangeKeyClient } from './people/exchangeKeyClient.ts';
import type { JpVerifyClient } from './jpVerifyClient.ts';
import type { WalletSignatures } from './people/walletSignatureClient.ts';

/** The jobs that a verb may leave behind; in the transaction of its change of state. */
export type Jobs = {
  /** Asks for a claim to be verified at `atMs`, when `db`'s transaction commits. */
  verifyClaimAt(db: Db, claimId: string, atMs: number): Promise<void>;
  /** Says that a job was left that is due now: the workers of this process look at once. Call it after the commit. */
  wake(): void;
};

/** What signing in and being limited depend on; all of it may be left out of the environment. */
export type PeopleSettings = {
  /** Where people reach the site ("https://liqpass.example"); besides these only this machine's own addresses can sign in. */
  readonly publicOrigins: readonly string[];
  /** Pages of other origins that may call the API with the session cookie. */
  readonly corsOrigins: readonly string[];
  readonly signInChains: readonly number[];
  /** Whose X-Forwarded-* headers are believed: a proxy's address, or true for any. */
  readonly trustProxy: boolean | string;
  /** RPCs of Base, none, one or two: with two that agree, contract wallets can sign in. */
  readonly rpcUrls: readonly string[];
  /** The address jp-verify calls the exchange from, to be shown to those who bind a key to an address. */
  readonly egressIp: string | null;
  /** The first operators, written when they are not there yet. */
  readonly operators: readonly {
    readonly address: string;
    readonly role: OperatorRole;
    readonly name: string;
    /** A contract wallet, so that the chain may be asked for its signature: a key's never is. */
    readonly contract: boolean;
  }[];
  /** Requests a minute for each wallet and address; null: the defaults, which let this machine itself alone. */
  readonly requestsPerMinute: number | null;
};

export type UnderwritingSettings = {
  /** What the treasury can pay: the limits of the book follow from it. */
  readonly capital: Usdc;
  /** Whether orders without a quote and without a key count against the book too: only where an operator named the capital. */
  readonly countsEveryOrder: boolean;
  /** Signs quotes; null: a key of this process. */
  readonly quoteSigningKey: `0x${string}` | null;
};

export type Settings = {
  readonly people: PeopleSettings;
  /** The Safe that premiums go to and payouts come from; null until there is one. */
  readonly treasurySafe: string | null;
  readonly allowUnattestedBinding: boolean;
  /** How long a trigger waits for the verifier before it answers 202. */
  readonly verdictWaitMs: number;
  readonly underwriting: UnderwritingSettings;
};

/** The world, as the first argument of every verb. */
export type Context = {
  readonly database: Database;
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  readonly jobs: Jobs;
  readonly jpVerify: JpVerifyClient;
  readonly wallets: WalletSignatures;
  readonly exchangeKeys: ExchangeKeyClient;
  readonly changes: Changes;
  /** Prices, as last read. */
  readonly market: MarketState;
  readonly marketClient: MarketClient;
  readonly quoteSigner: QuoteSigner;
  readonly sales: SalesStops;
  readonly settings: Settings;
};
