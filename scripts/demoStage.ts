/** Where the demo plays: the addresses and keys of a product that runs. */
export type Stage = {
  readonly backend: string;
  readonly simulator: string;
  readonly internalKey: string;
  readonly adminKey: string;
};

/** A position on the exchange that is to be insured and then liquidated. */
export type Position = {
  ordId: string;
  instId: string;
  /** Liquidates it, or waits until it is. */ liquidate(): Promise<void>;
  openedAtMs: number;
};
