import type { Hex } from '@liqpass/chain/hex';
import { parseAddress } from '@liqpass/chain/hex';
import {
  provePayout,
  RETRIED_REFUSALS,
  type PayoutNotProven,
  type PayoutProof,
  type TransactionFacts,
} from '@liqpass/chain/payoutProof';
import { invariant } from '@liqpass/kernel/invariant';
import { DAY_MS, SECOND_MS } from '@liqpass/kernel/time';
import * as transfers from '../../db/treasury/chainTransfersRepo.ts';
import { getPayout, listPayableTo } from '../../db/treasury/payoutsRepo.ts';
import { dropTold, listToldPayouts } from '../../db/treasury/toldPaymentsRepo.ts';
import type { Payout } from '../../domain/treasury/payout.ts';
import { entryOf } from '../audit/entryOf.ts';
import { believe, CHAIN } from './believe.ts';
import type { ChainRpc } from './chainRpcClient.ts';
import { recordPayment } from './recordPayment.ts';
import type { Trouble } from './readChain.ts';
import type { WatchContext } from './treasuryContext.ts';

/** What an RPC says of a transaction now; `finalBlock` is the last block that counts. */
export async function readFacts(rpc: ChainRpc, txHash: Hex, finalBlock: number): Promise<TransactionFacts> {
  const [chainId, transaction, receipt] = [
    await rpc.chainId(),
    await rpc.transaction(txHash),
    await rpc.receipt(txHash),
  ];
  return { chainId, transaction, receipt, block: receipt ? await rpc.block(receipt.blockNumber) : null, finalBlock };
}

/** Whether what was read proves this payout, the logs that have proven others left out. */
export async function judge(
  ctx: WatchContext,
  facts: TransactionFacts,
  payout: Payout,
): Promise<PayoutProof | PayoutNotProven> {
  invariant(payout.payee !== null && payout.approved !== null, 'what is judged is approved, and has its payee');
  const to = parseAddress(payout.payee.address);
  invariant(to !== null, 'a payee is an address');
  const booked = facts.transaction
    ? await transfers.listOfTransaction(ctx.db, ctx.watch.readerId, facts.transaction.hash)
    : [];
  const byLog = new Map(booked.map((each) => [each.logIndex, each.payoutId]));
  const want = {
    payoutId: payout.id,
    to,
    amount: payout.amount,
    approvedAt: Math.floor(payout.approved.atMs / SECOND_MS),
    safeTxHash: null,
  };
  return provePayout(facts, want, ctx.watch.treasury, (logIndex) => byLog.get(logIndex) ?? null);
}

/**
 * Records a proven payout, with the log that proves it, in one transaction; false where another was faster, or somebody has recorded
 * another payout by hand with the same money meanwhile: that one's it is.
 */
export async function recordProven(
  ctx: WatchContext,
  payout: Payout,
  proof: PayoutProof,
  actor = CHAIN,
): Promise<boolean> {
  return ctx.db.transaction().execute(async (trx) => {
    const inside = { ...ctx, db: trx };
    const log = { txHash: proof.txHash, logIndex: proof.logIndex };
    invariant(payout.payee !== null, 'what is proven has its payee');
    const money = { txHash: proof.txHash, payee: payout.payee.address, amount: payout.amount };
    const logs = await transfers.lockLogsOf(trx, ctx.watch.readerId, money);
    const others = (await transfers.listRecordedWithout(trx, money)).filter((id) => id !== payout.id);
    if (others.length >= logs.filter((each) => each === null).length) return false;
    if (!(await transfers.provePayoutBy(trx, ctx.watch.readerId, log, payout.id))) return false;
    const paidAtMs = Math.min(proof.paidAt * SECOND_MS, ctx.clock.now());
    await recordPayment(inside, payout.id, { txHash: proof.txHash, paidAtMs }, actor);
    return true;
  });
}

/** What a transfer was judged by: it is judged again once one of these is another. */
const asJudged = (transfer: transfers.BookedTransfer, due: readonly Payout[]): string =>
  [transfer.blockHash, ...due.map((payout) => `${payout.id} ${payout.approved?.atMs ?? ''}`)].join(' ');
const isJudged = (ctx: WatchContext, transfer: transfers.BookedTransfer, due: readonly Payout[]): boolean =>
  ctx.watch.provesNothing.get(transfer.id) === asJudged(transfer, due);

/** Finds, without being told, which payouts the money that left up to `block` has paid. */
export async function provePayouts(ctx: WatchContext, block: number): Promise<Trouble | null> {
  const went = await transfers.listUnproven(ctx.db, ctx.watch.readerId, block);
  const known = new Map<Hex, TransactionFacts>();
  for (const transfer of went) {
    const due = await listPayableTo(ctx.db, transfer.party, transfer.amount);
    if (due.length === 0 || isJudged(ctx, transfer, due)) continue;
    const shown = await believe(ctx, transfer);
    if (shown === 'INVENTED') continue;
    if (shown !== 'SHOWN') return shown;
    const facts = known.get(transfer.txHash) ?? (await readFacts(ctx.watch.rpc, transfer.txHash, block));
    known.set(transfer.txHash, facts);
    // Whoever was paid by this transaction by somebody's word has its money first.
    const [recorded] = await transfers.listRecordedWithout(ctx.db, { ...transfer, payee: transfer.party });
    if (recorded !== undefined) {
      await transfers.provePayoutBy(ctx.db, ctx.watch.readerId, transfer, recorded);
      continue;
    }
    let isFor = false;
    let mayChange = false;
    for (const payout of due) {
      const proof = await judge(ctx, facts, payout);
      if (!proof.proven) {
        ctx.log.info(
          { payoutId: payout.id, txHash: transfer.txHash, refusal: proof.refusal },
          'a transfer proves no payout',
        );
        mayChange ||= isWorthWaiting(proof.refusal);
        continue;
      }
      isFor = await recordProven(ctx, payout, proof);
      if (isFor) break;
      mayChange = true;
    }
    if (!isFor && !mayChange) ctx.watch.provesNothing.set(transfer.id, asJudged(transfer, due));
  }
  return null;
}

/** Transactions that were named for payouts and are looked at in one look. */
const TOLD_AT_ONCE = 50;
/** A transaction that was named and is not in the chain for so long never comes. */
const TOLD_FOR_MS = DAY_MS;

/** Looks at the transactions that somebody named for payouts: what is final by now is recorded, what never will be is let go of. */
export async function confirmTold(ctx: WatchContext, block: number): Promise<Trouble | null> {
  for (const told of await listToldPayouts(ctx.db, ctx.watch.readerId, TOLD_AT_ONCE)) {
    const payout = await getPayout(ctx.db, told.subjectId);
    if (payout === null) continue;
    const proof =
      payout.approved === null
        ? { proven: false as const, refusal: 'APPROVAL_TAKEN_BACK' }
        : await judge(ctx, await readFacts(ctx.watch.rpc, told.txHash, block), payout);
    if (proof.proven) {
      const booked = await transfers.listOfTransaction(ctx.db, ctx.watch.readerId, told.txHash);
      const log = booked.find((each) => each.logIndex === proof.logIndex);
      const shown = log ? await believe(ctx, log) : 'SHOWN';
      if (shown === 'INVENTED') continue;
      if (shown !== 'SHOWN') return shown;
      await recordProven(ctx, payout, proof);
    } else if (!isWorthWaiting(proof.refusal) || ctx.clock.now() > told.atMs + TOLD_FOR_MS) {
      const entry = entryOf('payout')(ctx, CHAIN, 'told_payment_refused', {
        why: proof.refusal,
        details: { txHash: told.txHash },
      });
      await dropTold(ctx.db, told.id, proof.refusal, entry);
    }
  }
  return null;
}

const isWorthWaiting = (refusal: string): boolean => RETRIED_REFUSALS.some((each) => each === refusal);
