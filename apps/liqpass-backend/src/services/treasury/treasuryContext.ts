import type { Treasury } from '@liqpass/chain/executions';
import type { EpochMs } from '@liqpass/kernel/time';
import type { WatchSettings } from '../chainSettings.ts';
import type { HallContext } from '../hallContext.ts';
import type { ChainRpc } from './chainRpcClient.ts';

/** What is watched, and through whom. */
export type Watch = {
  readonly treasury: Treasury;
  readonly settings: WatchSettings;
  /** Reads the chain. */
  readonly rpc: ChainRpc;
  /** Is asked too before anything is believed that makes cover or ends a payout; null where there is one RPC. */
  readonly second: ChainRpc | null;
  /** The same for every process that watches this treasury. */
  readonly readerId: string;
  /** This process, as the lease knows it. */
  readonly holder: string;
  /** How many blocks a question for logs spans now: halved where a provider refuses, grown again slowly. */
  range: number;
  /** Whether the RPCs have said that they are of this chain since anything last went wrong. */
  identified: boolean;
  /** The block behind which everything that was final is settled; null before the first look. */
  settledAt: number | null;
  /** Money that left and has paid nothing that is due, with what that was judged by; since the last reorg. */
  readonly provesNothing: Map<string, string>;
  /** When the safe and the final head were last asked for. */
  headsAtMs: number;
  /** The newest block that the RPC last spoke of; null before this process has asked. */
  head: { readonly number: number; readonly atMs: EpochMs } | null;
};

/** What payouts and batches touch: the rooms below, and the chain where it is watched. */
export type TreasuryContext = HallContext & { readonly watch: Watch | null };
/** A verb of the watch itself. */
export type WatchContext = HallContext & { readonly watch: Watch };
