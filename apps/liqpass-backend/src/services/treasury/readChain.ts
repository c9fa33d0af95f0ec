import type { Block, Transfer } from '@liqpass/chain/chainData';
import type { Hex } from '@liqpass/chain/hex';
import { referenceInTransaction } from '@liqpass/chain/paymentReference';
import { usdc } from '@liqpass/kernel/money';
import { SECOND_MS } from '@liqpass/kernel/time';
import * as readers from '../../db/treasury/chainReadersRepo.ts';
import { bookTransfers, undoTransfersAbove, type NewTransfer } from '../../db/treasury/chainTransfersRepo.ts';
import { RpcError, type ChainRpc } from './chainRpcClient.ts';
import type { WatchContext } from './treasuryContext.ts';
import { changeMoney } from './changeMoney.ts';

/** What stops the reader; each has its sentence in docs/operating.md. */
export type ChainTrouble =
  | RpcError['trouble']
  | 'WRONG_CHAIN'
  | 'RPC_BEHIND'
  | 'CHAIN_MOVED'
  | 'HISTORY_UNAVAILABLE'
  | 'RPCS_DISAGREE'
  | 'TREASURY_DIFFERENCE';
export type Trouble = { readonly code: ChainTrouble; readonly detail: string };
/** Read up to the head, or what is in the way; nothing is ever skipped. */
export type ReadOutcome = {
  readonly booked: number;
  readonly undoneTo: number | null;
  readonly trouble: Trouble | null;
};

const trouble = (code: ChainTrouble, detail: string): Trouble => ({ code, detail });

/** Checkpoints that are kept: at the pace of the reader more than an hour of Base. */
export const KEEP_CHECKPOINTS = 512;
/** Questions that one reader has under way at once. */
const AT_ONCE = 8;

/** Each of `items` through `ask`, a few at a time, in their order. */
async function each<A, B>(items: readonly A[], ask: (item: A) => Promise<B>): Promise<B[]> {
  const answers: B[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE)
    answers.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(ask))));
  return answers;
}

/** Asks the chain who it is; null where it is ours. */
export async function askIdentity(ctx: WatchContext, rpc: ChainRpc, expected: Hex | null): Promise<Trouble | null> {
  const { treasury, settings } = ctx.watch;
  const chainId = await rpc.chainId();
  if (chainId !== treasury.chainId)
    return trouble('WRONG_CHAIN', `the RPC is of chain ${chainId}, not ${treasury.chainId}`);
  const genesis = (await rpc.block(0))?.hash ?? null;
  const wanted = expected ?? settings.genesis;
  if (genesis === null || (wanted !== null && genesis !== wanted))
    return trouble('WRONG_CHAIN', `block 0 is ${genesis ?? 'not there'}, not ${wanted ?? 'a block'}`);
  return null;
}

/** The reader of the treasury; made on the first start, behind the block that is final then or before WATCH_FROM_BLOCK. */
export async function openReader(ctx: WatchContext): Promise<readers.ChainReader | Trouble> {
  const { watch } = ctx;
  const known = await readers.getChainReader(ctx.db, watch.readerId);
  for (const rpc of [watch.rpc, ...(watch.second ? [watch.second] : [])]) {
    const wrong = await askIdentity(ctx, rpc, known?.genesisHash ?? null);
    if (wrong) return wrong;
  }
  if (known) return known;
  const { fromBlock } = watch.settings;
  const [start, genesis] = [
    await watch.rpc.block(fromBlock === null ? 'finalized' : Math.max(0, fromBlock - 1)),
    await watch.rpc.block(0),
  ];
  if (!start || !genesis) return trouble('RPC_BEHIND', 'the block to begin at is not there yet');
  const opening = await watch.rpc.balanceAt(start.number).catch((error: unknown) => {
    if (error instanceof RpcError && error.trouble === 'RPC_REFUSED') return null;
    throw error;
  });
  if (opening === null)
    return trouble(
      'HISTORY_UNAVAILABLE',
      `the RPC keeps no balance of block ${start.number}: begin later, or ask an archive`,
    );
  await readers.createChainReader(
    ctx.db,
    {
      id: watch.readerId,
      chainId: watch.treasury.chainId,
      genesisHash: genesis.hash,
      opening: usdc(opening),
      start: { number: start.number, hash: start.hash },
    },
    ctx.clock.now(),
  );
  return (await readers.getChainReader(ctx.db, watch.readerId)) ?? trouble('CHAIN_MOVED', 'another process began');
}

/** Reads from the last checkpoint to the head. A member that is behind, or a chain that changes meanwhile, ends it early. */
export async function readChain(ctx: WatchContext, reader: readers.ChainReader): Promise<ReadOutcome> {
  const { watch } = ctx;
  let { last } = reader;
  let booked = 0;
  let undoneTo: number | null = null;
  const stop = (why: Trouble | null): ReadOutcome => ({ booked, undoneTo, trouble: why });

  const head = await watch.rpc.block('latest');
  if (head === null) return stop(trouble('RPC_BEHIND', 'there is no latest block'));
  watch.head = { number: head.number, atMs: head.timestamp * SECOND_MS };
  const stale = staleness(ctx, watch.head);
  if (head.hash === last.hash) return stop(stale);
  if (head.number < last.number)
    return stop(trouble('RPC_BEHIND', `its head is ${head.number}, and ${last.number} is read`));
  const standing = head.number === last.number ? head : await watch.rpc.block(last.number);
  if (standing === null) return stop(trouble('RPC_BEHIND', `block ${last.number} is not there, though it was`));
  if (standing.hash !== last.hash) {
    const ancestor = await goBack(ctx, reader);
    if ('code' in ancestor) return stop(ancestor);
    last = ancestor;
    undoneTo = ancestor.number;
  }
  while (last.number < head.number) {
    const to = Math.min(last.number + watch.range, head.number);
    const read = await readRange(ctx, last.number + 1, to, to === head.number ? head : null).catch((error: unknown) => {
      if (error instanceof RpcError && error.trouble === 'RPC_RANGE_LIMITED' && watch.range > 1) return null;
      throw error;
    });
    if (read === null) {
      watch.range = Math.max(1, Math.floor(watch.range / 2));
      continue;
    }
    if ('code' in read) return stop(read);
    const from = last;
    const moved = await changeMoney(ctx, async (trx, isOf) => {
      if (!(await readers.moveReader(trx, reader.id, from, read.end, ctx.clock.now()))) return null;
      const { count, orderIds } = await bookTransfers(trx, reader.id, read.transfers, ctx.clock.now());
      orderIds.forEach(isOf);
      return count;
    });
    if (moved === null) return stop(trouble('CHAIN_MOVED', 'another process reads this treasury'));
    booked += moved;
    last = read.end;
    // Back to what was asked for, slowly: a provider that refused may have been busy.
    if (to < head.number) watch.range = Math.min(watch.settings.blockRange, watch.range + Math.ceil(watch.range / 8));
  }
  await readers.pruneCheckpoints(ctx.db, reader.id, KEEP_CHECKPOINTS);
  return stop(stale);
}

/** A provider that stands still answers soundly, and tells of nothing new. */
function staleness(ctx: WatchContext, head: { number: number; atMs: number }): Trouble | null {
  const { headWithinMs } = ctx.watch.settings;
  const ageMs = ctx.clock.now() - head.atMs;
  if (headWithinMs === null || ageMs <= headWithinMs) return null;
  return trouble('RPC_BEHIND', `its newest block, ${head.number}, is ${Math.floor(ageMs / SECOND_MS)} s old`);
}

/** To the last checkpoint that still stands; what was above it is undone. */
async function goBack(ctx: WatchContext, reader: readers.ChainReader): Promise<readers.Checkpoint | Trouble> {
  const { rpc } = ctx.watch;
  // Before anything is undone: a provider that suddenly answers another chain looks like a reorg of all of it.
  const wrong = await askIdentity(ctx, rpc, reader.genesisHash);
  if (wrong) return wrong;
  for (const checkpoint of await readers.listCheckpoints(ctx.db, reader.id)) {
    const block = await rpc.block(checkpoint.number);
    if (block === null) return trouble('RPC_BEHIND', `block ${checkpoint.number} is not there, though it was`);
    if (block.hash !== checkpoint.hash) continue;
    const undone = await changeMoney(ctx, async (trx, isOf) => {
      if (!(await readers.moveReader(trx, reader.id, reader.last, checkpoint, ctx.clock.now()))) return null;
      const { vanished, orderIds } = await undoTransfersAbove(trx, reader.id, checkpoint.number, ctx.clock.now());
      orderIds.forEach(isOf);
      return vanished;
    });
    if (undone === null) return trouble('CHAIN_MOVED', 'another process reads this treasury');
    // The new blocks may end where the old ones did: what was settled up to there is looked at again.
    ctx.watch.settledAt = null;
    ctx.watch.provesNothing.clear();
    for (const gone of undone)
      ctx.log.error(
        {
          txHash: gone.txHash,
          block: gone.blockNumber,
          purchaseOrderId: gone.purchaseOrderId,
          payoutId: gone.payoutId,
        },
        'a transfer that was believed is no longer on the chain',
      );
    return checkpoint;
  }
  return trouble('WRONG_CHAIN', 'none of the blocks that were read is on this chain');
}

/**
 * What these blocks moved, as one member of one chain says it: the end block is the same before and after the logs are asked
 * for, and each log's block is the one that stands at its number.
 */
async function readRange(
  ctx: WatchContext,
  from: number,
  to: number,
  known: Block | null,
  rpc: ChainRpc = ctx.watch.rpc,
): Promise<{ end: readers.Checkpoint; transfers: NewTransfer[] } | Trouble> {
  const end = known ?? (await rpc.block(to));
  if (end === null) return trouble('RPC_BEHIND', `block ${to} is not there yet`);
  const [came, went] = [await rpc.transfers('in', from, to), await rpc.transfers('out', from, to)];
  const again = await rpc.block(to);
  if (again?.hash !== end.hash) return trouble('CHAIN_MOVED', `block ${to} changed while it was read`);

  const { safe, usdc: token } = ctx.watch.treasury;
  // Nothing moves with a transfer of nothing (address poisoning), nor with one from the Safe to itself.
  const moving = [...came, ...went].filter((each) => each.amount > 0n && each.from !== each.to);
  const numbers = [...new Set(moving.map((each) => each.blockNumber))];
  const blocks = new Map<number, Block>();
  for (const block of await each(numbers, (number) =>
    number === end.number ? Promise.resolve(end) : rpc.block(number),
  ))
    if (block) blocks.set(block.number, block);
  const torn = moving.find((each) => blocks.get(each.blockNumber)?.hash !== each.blockHash);
  if (torn)
    return trouble('CHAIN_MOVED', `a log is of another block ${torn.blockNumber} than the one that stands there`);
  const transfers = await each(moving, async (transfer): Promise<NewTransfer> => {
    const isIn = transfer.to === safe;
    return {
      txHash: transfer.txHash,
      logIndex: transfer.logIndex,
      blockNumber: transfer.blockNumber,
      blockHash: transfer.blockHash,
      blockTimeMs: (blocks.get(transfer.blockNumber)?.timestamp ?? 0) * 1_000,
      direction: isIn ? 'in' : 'out',
      party: isIn ? transfer.from : transfer.to,
      amount: usdc(transfer.amount),
      reference: isIn ? await readReference(rpc, transfer, token) : null,
    };
  });
  return { end: { number: end.number, hash: end.hash }, transfers };
}

async function readReference(rpc: ChainRpc, transfer: Transfer, token: Hex): Promise<Hex | null> {
  const transaction = await rpc.transaction(transfer.txHash);
  if (transaction === null) throw new RpcError('RPC_ANSWERS_NONSENSE', 'a log of a transaction that is not there');
  return referenceInTransaction(transaction, token, transfer);
}

/** Books what these blocks moved once more, from this RPC; for what the first answer left out. Answers how much was missing. */
export async function readAgain(ctx: WatchContext, rpc: ChainRpc, from: number, to: number): Promise<number> {
  let found = 0;
  for (let start = from; start <= to; start += ctx.watch.range) {
    const end = Math.min(start + ctx.watch.range - 1, to);
    const read = await readRange(ctx, start, end, null, rpc);
    if ('code' in read) return found;
    found += await changeMoney(ctx, async (trx, isOf) => {
      const { count, orderIds } = await bookTransfers(trx, ctx.watch.readerId, read.transfers, ctx.clock.now());
      orderIds.forEach(isOf);
      return count;
    });
  }
  return found;
}
