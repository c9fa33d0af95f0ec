import { parseBlock, parseReceipt, parseTransaction } from '../src/parse.ts';
import { parseQuantity, type Hex } from '../src/hex.ts';
import type { TransactionFacts } from '../src/payoutProof.ts';
import type { LocalChain } from '@liqpass/testing/chain/localChain';

/** What a chain says about a transaction now. */
export async function factsOf(
  chain: Pick<LocalChain, 'rpc'>,
  txHash: string,
  finality: 'latest' | 'safe' | 'finalized' = 'latest',
): Promise<TransactionFacts> {
  const receipt = parseReceipt(await chain.rpc('eth_getTransactionReceipt', [txHash]));
  const at: Hex | null = receipt === null ? null : `0x${receipt.blockNumber.toString(16)}`;
  return {
    chainId: parseQuantity(await chain.rpc('eth_chainId')) ?? 0,
    transaction: parseTransaction(await chain.rpc('eth_getTransactionByHash', [txHash])),
    receipt,
    block: at === null ? null : parseBlock(await chain.rpc('eth_getBlockByNumber', [at, false])),
    finalBlock: parseBlock(await chain.rpc('eth_getBlockByNumber', [finality, false]))?.number ?? 0,
  };
}
