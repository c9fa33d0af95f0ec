import type { OperatorRole } from '@liqpass/kernel/vocabulary';
import type { AuditContext } from '../audit/auditContext.ts';
import type { ExchangeKeyClient } from './exchangeKeyClient.ts';
import type { WalletSignatures } from './walletSignatureClient.ts';

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

/** What signing in, operators and exchange keys touch besides. */
export type PeopleContext = AuditContext & {
  readonly wallets: WalletSignatures;
  readonly exchangeKeys: ExchangeKeyClient;
  readonly settings: { readonly people: PeopleSettings };
};
