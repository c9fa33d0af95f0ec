import type { SignerKey, VerifierKey } from '@liqpass/log/note';
import type { HallContext } from '../hallContext.ts';

export type LogSettings = {
  /** Signs checkpoints; the first is the log's key, the others still sign while watchers move over to it. */
  readonly signers: readonly [SignerKey, ...SignerKey[]];
  /** Where the last published checkpoint is kept, outside of the database. */
  readonly statePath: string;
  readonly witnesses: readonly { readonly key: VerifierKey; readonly url: string }[];
};

/** What the log touches: all that it tells of, and its keys; null where there is no log. */
export type LogContext = Pick<HallContext, 'database' | 'db' | 'clock' | 'log'> & {
  readonly settings: { readonly publicLog: LogSettings | null };
};
