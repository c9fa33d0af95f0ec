import type { Receipt } from '@liqpass/chain/chainData';
import type { Actor } from '../../db/audit/auditRepo.ts';
import { dropTransfer, type BookedTransfer } from '../../db/treasury/chainTransfersRepo.ts';
import { entryOf } from '../audit/entryOf.ts';
import { changeMoney } from './changeMoney.ts';
import type { ChainRpc } from './chainRpcClient.ts';
import type { Trouble } from './readChain.ts';
import type { Watch, WatchContext } from './treasuryContext.ts';

/** Who records what the chain shows. */
export const CHAIN: Actor = { name: 'chain', requestId: null };

/** Whether a receipt shows a transfer as it is in the books: the same log in the same block. */
function shows(receipt: Receipt | null, transfer: BookedTransfer, { usdc, safe }: Watch['treasury']): boolean {
  const log = receipt?.logs.find((each) => each.logIndex === transfer.logIndex);
  return (
    receipt?.succeeded === true &&
    receipt.blockHash === transfer.blockHash &&
    log?.address === usdc &&
    BigInt(log.data) === transfer.amount &&
    log.topics[transfer.direction === 'in' ? 1 : 2]?.endsWith(transfer.party.slice(2)) === true &&
    log.topics[transfer.direction === 'in' ? 2 : 1]?.endsWith(safe.slice(2)) === true
  );
}

/**
 * Whether money that is about to be believed is shown by the second RPC too. What both deny by now, in a block that is final to
 * both, was never there: it is dropped from the books. Else they disagree, and it waits.
 */
export async function believe(ctx: WatchContext, transfer: BookedTransfer): Promise<'SHOWN' | 'INVENTED' | Trouble> {
  const { second, treasury } = ctx.watch;
  if (second === null || shows(await second.receipt(transfer.txHash), transfer, treasury)) return 'SHOWN';
  if (await dropInvented(ctx, transfer)) return 'INVENTED';
  return {
    code: 'RPCS_DISAGREE',
    detail: `the second RPC does not show log ${transfer.logIndex} of ${transfer.txHash} in block ${transfer.blockNumber}`,
  };
}

/** Drops a transfer that nothing was built on, where no RPC shows it any more in a block that is final to all; whether it did. */
export async function dropInvented(ctx: WatchContext, transfer: BookedTransfer): Promise<boolean> {
  const { rpc, second } = ctx.watch;
  for (const each of second === null ? [rpc] : [second, rpc])
    if (!(await denies(ctx.watch, each, transfer))) return false;
  const gone = await changeMoney(ctx, async (trx, isOf) => {
    if (transfer.purchaseOrderId !== null) isOf(transfer.purchaseOrderId);
    return dropTransfer(
      trx,
      transfer.id,
      entryOf('purchase_order')(ctx, CHAIN, 'drop_transfer', {
        why: 'no RPC shows it any more, and its block is final',
      }),
    );
  });
  const { txHash, logIndex, blockNumber, purchaseOrderId } = transfer;
  if (gone)
    ctx.log.error(
      { txHash, logIndex, block: blockNumber, purchaseOrderId },
      'a transfer that an RPC showed is on the chain of none: it is dropped',
    );
  return gone;
}

/** Whether an RPC has a transfer's block for final, and neither its receipt nor its logs show the transfer. */
async function denies(watch: Watch, rpc: ChainRpc, transfer: BookedTransfer): Promise<boolean> {
  const final = await rpc.block('finalized');
  if (final === null || final.number < transfer.blockNumber) return false;
  if (shows(await rpc.receipt(transfer.txHash), transfer, watch.treasury)) return false;
  const { direction, blockNumber } = transfer;
  const moved = await rpc.transfers(direction, blockNumber, blockNumber);
  // Another log of the transaction may be it, counted otherwise: that is not for us to tell apart.
  return !moved.some((each) => each.txHash === transfer.txHash);
}
