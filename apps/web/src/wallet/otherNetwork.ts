import { chainName } from '@liqpass/kernel/chains';
import { WalletError } from './walletStore.ts';

/** The wallet is on another network than the one that was wanted. */
export class OtherNetworkError extends WalletError {
  /** What people call the one that was wanted. */
  readonly network: string;
  constructor(problem: 'wrong_chain' | 'no_switch', chainId: number, cause?: unknown) {
    super(problem, cause);
    this.network = chainName(chainId);
  }
}
