import { formatVkey, type SignerKey, type VerifierKey } from '@liqpass/log/note';
import type { TreasuryContext } from '../treasury/treasuryContext.ts';

export type LogSettings = {
  /** Signs checkpoints; the first is the log's key, the others still sign while watchers move over to it. */
  readonly signers: readonly [SignerKey, ...SignerKey[]];
  /** Where the last published checkpoint is kept, outside of the database. */
  readonly statePath: string;
  readonly witnesses: readonly { readonly key: VerifierKey; readonly url: string }[];
};

/** The log's keys as people hand them on, the one that signs first; none where there is no log. */
export const vkeysOf = (publicLog: LogSettings | null): string[] =>
  publicLog === null ? [] : publicLog.signers.map(({ verifier }) => formatVkey(verifier));

/** What the log touches: all that it tells of, the treasury's balance, and its keys; null where there is no log. */
export type LogContext = Pick<TreasuryContext, 'database' | 'db' | 'clock' | 'log' | 'watch'> & {
  readonly settings: { readonly publicLog: LogSettings | null };
};
