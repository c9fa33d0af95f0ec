import { LiqPassError } from '@liqpass/api/errors';
import { parseHash, type Hex } from '@liqpass/chain/hex';
import { seePayment, type PaymentSeen } from '@liqpass/chain/paymentProof';
import { invariant } from '@liqpass/kernel/invariant';
import { getAddress } from 'viem/utils';
import type { Actor } from '../../db/audit/auditRepo.ts';
import { getChainReader } from '../../db/treasury/chainReadersRepo.ts';
import { listOfTransaction } from '../../db/treasury/chainTransfersRepo.ts';
import { tellOrderPayment } from '../../db/treasury/toldPaymentsRepo.ts';
import type { PurchaseOrder } from '../../domain/purchaseOrder.ts';
import { entryOf } from '../audit/entryOf.ts';
import { markPurchaseOrderPaid, previewPayment, refuseQuote, txHashUsed, type ReceivedPayment } from '../payments.ts';
import { readPurchaseOrder } from '../purchaseOrders.ts';
import { askChain } from './askChain.ts';
import { RpcError } from './chainRpcClient.ts';
import { matchTold } from './matchTold.ts';
import { readFacts } from './provePayouts.ts';
import { settlePremiums } from './settlePremiums.ts';
import type { TreasuryContext, WatchContext } from './treasuryContext.ts';

/** The order, and whether its money counts: what was named and is not final yet is kept, and counts once it is. */
export type PaidOrder = { readonly order: PurchaseOrder; readonly counts: boolean };

/**
 * Records money that came for an order. Where the treasury is watched, a transaction that is named is looked at first: whose it
 * is, how much and when is the chain's to say. Without one it is believed, by hand.
 */
export async function payOrder(
  ctx: TreasuryContext,
  id: string,
  received: ReceivedPayment,
  actor: Actor,
): Promise<PaidOrder> {
  const { watch } = ctx;
  const order = watch === null || received.txHash === null ? null : await readPurchaseOrder(ctx, id);
  const isSameCall = order !== null && order.paidAtMs !== null && order.paymentTxHash === received.txHash;
  if (watch === null || received.txHash === null || order === null || isSameCall)
    return { order: await markPurchaseOrderPaid(ctx, id, received, actor), counts: true };
  return payWithTransaction({ ...ctx, watch }, order, { ...received, txHash: received.txHash }, actor);
}

async function payWithTransaction(
  ctx: WatchContext,
  order: PurchaseOrder,
  received: ReceivedPayment & { readonly txHash: string },
  actor: Actor,
): Promise<PaidOrder> {
  const txHash = parseHash(received.txHash);
  invariant(txHash !== null, 'the schema let a hash through');
  const { readerId } = ctx.watch;
  await refuseQuote(ctx, order, received.quoteHash);
  const seen = await seeOnBoth(ctx, txHash);
  const booked = (await listOfTransaction(ctx.db, readerId, txHash)).filter((each) => each.direction === 'in');
  const isOurs = booked.some((each) => each.purchaseOrderId === order.id);
  if (!isOurs && booked.length > 0 && booked.every((each) => each.purchaseOrderId !== null)) throw txHashUsed(txHash);
  const [sender] = seen.credits.map((each) => each.from);
  const payer = sender === undefined ? received.payer : getAddress(sender);
  const { refusal } = await previewPayment(ctx, order, { ...received, payer, amount: null });
  if (refusal && !isOurs) throw refusal;

  const { quoteHash, note: why } = received;
  await tellOrderPayment(
    ctx.db,
    readerId,
    { orderId: order.id, txHash, quoteHash },
    entryOf('purchase_order')(ctx, actor, 'tell_payment', { why, details: { txHash } }),
  );
  await matchTold(ctx, [txHash]);
  const reader = await getChainReader(ctx.db, readerId);
  const at = { latest: reader?.headBlock, safe: reader?.safeBlock, finalized: reader?.finalBlock };
  await settlePremiums(ctx, at[ctx.watch.settings.premiumFinality] ?? 0).catch((error: unknown) => {
    // It is kept: the reader counts it once both RPCs answer again.
    if (!(error instanceof RpcError)) throw error;
  });
  const counted = (await listOfTransaction(ctx.db, readerId, txHash)).some(
    (each) => each.purchaseOrderId === order.id && each.countedAs !== null,
  );
  return { order: await readPurchaseOrder(ctx, order.id), counts: counted };
}

/** What each RPC shows of a transaction; refused by the name of what was seen where it brought the treasury nothing. */
async function seeOnBoth(ctx: WatchContext, txHash: Hex): Promise<Extract<PaymentSeen, { refusal: null }>> {
  const { rpc, second, treasury } = ctx.watch;
  const look = async (from: typeof rpc): Promise<Extract<PaymentSeen, { refusal: null }>> => {
    const seen = seePayment(await askChain(readFacts(from, txHash, 0)), treasury);
    if (seen.refusal === null) return seen;
    throw new LiqPassError('PAYMENT_NOT_PROVEN', `${seen.refusal}: ${seen.seen}.`, {
      params: { refusal: seen.refusal },
    });
  };
  const seen = await look(rpc);
  if (second !== null) await look(second);
  return seen;
}
