import { usdc } from '@liqpass/kernel/money';
import { SECOND_MS } from '@liqpass/kernel/time';
import * as readers from '../../db/treasury/chainReadersRepo.ts';
import { hasWaiting, listUnbuiltOn } from '../../db/treasury/chainTransfersRepo.ts';
import { holdForVanishedPremiums } from '../../db/treasury/orderMoneyRepo.ts';
import { stampKeyOf } from '../audit/auditContext.ts';
import { CHAIN, dropInvented } from './believe.ts';
import { RpcError, type ChainRpc } from './chainRpcClient.ts';
import { matchTransfers } from './matchTransfers.ts';
import { confirmTold, provePayouts } from './provePayouts.ts';
import { KEEP_CHECKPOINTS, openReader, readAgain, readChain, type Trouble } from './readChain.ts';
import { settlePremiums } from './settlePremiums.ts';
import type { WatchContext } from './treasuryContext.ts';

/** Another process takes over when the one that reads has been silent for so long. */
export const LEASE_MS = 20 * SECOND_MS;
/** Looks between which the heads that are safe and final are asked for while nothing waits for them. */
const HEADS_EVERY_LOOKS = 8;

export type Tick = {
  /** Whether this process is the one that reads. */
  readonly reads: boolean;
  readonly trouble: Trouble | null;
  /** Whether something waits that the next blocks make final. */
  readonly waits: boolean;
};

/**
 * One look at the chain: reads what is new, says whose it is, counts what is final, proves what was paid, and checks that the
 * books balance. Whatever is in the way is kept, told, and tried again; nothing is skipped.
 */
export async function watchTreasury(ctx: WatchContext): Promise<Tick> {
  const { readerId } = ctx.watch;
  try {
    const reader = await leasedReader(ctx);
    if (reader === null) return { reads: false, trouble: null, waits: false };
    if ('code' in reader) return await troubled(ctx, reader);
    const read = await readChain(ctx, reader);
    await matchTransfers(ctx);
    // What stands behind the last checkpoint was looked at: even where more could not be read, it may have become final.
    const trouble = (await settle(ctx)) ?? read.trouble;
    if (trouble) return await troubled(ctx, trouble);
    const now = await readers.getChainReader(ctx.db, readerId);
    const balance = now && now.difference !== null ? differenceOf(now.difference) : null;
    if (balance) return await troubled(ctx, balance);
    if (await readers.noteTrouble(ctx.db, readerId, null, ctx.clock.now())) ctx.log.info('the treasury is read again');
    return { reads: true, trouble: null, waits: await hasWaiting(ctx.db, readerId, ctx.clock.now()) };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return troubled(ctx, { code: error.trouble, detail: error.message });
  }
}

const differenceOf = (difference: bigint): Trouble => ({
  code: 'TREASURY_DIFFERENCE',
  detail: `the Safe holds ${difference > 0n ? 'more' : 'less'} than the books say, by ${difference < 0n ? -difference : difference} millionths`,
});

/** The reader, where this process is the one that reads; null where another is. */
async function leasedReader(ctx: WatchContext): Promise<readers.ChainReader | Trouble | null> {
  const { watch } = ctx;
  const nowMs = ctx.clock.now();
  const known = watch.identified ? await readers.getChainReader(ctx.db, watch.readerId) : null;
  const reader = known ?? (await openReader(ctx));
  if ('code' in reader) return reader;
  watch.identified = true;
  const leased = await readers.takeLease(ctx.db, watch.readerId, watch.holder, nowMs, nowMs + LEASE_MS);
  if (!leased) return null;
  return known === null ? reader : readers.getChainReader(ctx.db, watch.readerId);
}

async function troubled(ctx: WatchContext, trouble: Trouble): Promise<Tick> {
  const isNew = await readers.noteTrouble(ctx.db, ctx.watch.readerId, trouble, ctx.clock.now());
  if (isNew)
    ctx.log.error({ trouble: trouble.code, detail: trouble.detail }, 'the treasury cannot be read or believed');
  // Who answered wrongly is asked again who it is.
  ctx.watch.identified = false;
  return { reads: true, trouble, waits: true };
}

/** Counts what has become final, and checks the books at each new final block. */
async function settle(ctx: WatchContext): Promise<Trouble | null> {
  const { watch } = ctx;
  const reader = await readers.getChainReader(ctx.db, watch.readerId);
  if (!reader) return null;
  const nowMs = ctx.clock.now();
  const waits = await hasWaiting(ctx.db, watch.readerId, nowMs);
  if (reader.last.number === watch.settledAt && !waits) return null;
  const headsEveryMs = (watch.settings.looksEveryMs ?? LEASE_MS) * HEADS_EVERY_LOOKS;
  if (!waits && nowMs - watch.headsAtMs < headsEveryMs && watch.headsAtMs <= nowMs && watch.settledAt !== null)
    return null;
  const [safe, final] = [await watch.rpc.block('safe'), await watch.rpc.block('finalized')];
  // A head beyond what is read is another member's: what is not read cannot be settled.
  const upTo = (block: number | undefined): number => Math.min(block ?? 0, reader.last.number);
  const heads = { head: reader.last.number, safe: upTo(safe?.number), final: upTo(final?.number) };
  await readers.noteHeads(ctx.db, watch.readerId, heads, nowMs);
  const at = { latest: heads.head, safe: heads.safe, finalized: heads.final };
  const doubt =
    (await settlePremiums(ctx, at[watch.settings.premiumFinality])) ??
    (await provePayouts(ctx, at[watch.settings.payoutFinality])) ??
    (await confirmTold(ctx, at[watch.settings.payoutFinality]));
  if (doubt) return doubt;
  await holdForVanishedPremiums(ctx.db, watch.readerId, {
    actor: CHAIN,
    action: 'hold',
    subjectType: 'claim',
    stampKey: stampKeyOf(ctx),
    atMs: nowMs,
    why: 'the premium is no longer on the chain',
  });
  await checkBalance(ctx, reader, heads.final);
  watch.settledAt = reader.last.number;
  watch.headsAtMs = nowMs;
  return null;
}

/**
 * Balance = opening + in − out, at a final block. Where it is not, the blocks since it last was are read again, from the second
 * RPC first: an answer may have left something out. So are those that a reorg may have had read once more since then: it goes
 * back to a checkpoint, which may stand below a block that balanced.
 */
async function checkBalance(ctx: WatchContext, reader: readers.ChainReader, block: number): Promise<void> {
  if (block < reader.firstBlock || (reader.balanced?.block === block && reader.difference === null)) return;
  const { watch } = ctx;
  const balance = await watch.rpc.balanceAt(block).catch((error: unknown) => {
    // Not every RPC keeps the state of a final block: what cannot be asked is not a difference.
    if (error instanceof RpcError && error.trouble === 'RPC_REFUSED') return null;
    throw error;
  });
  if (balance === null) return;
  const difference = async (): Promise<bigint> => {
    const { moneyIn, moneyOut } = await readers.sumTransfers(ctx.db, watch.readerId, block);
    return balance - (reader.opening + moneyIn - moneyOut);
  };
  let found = await difference();
  const others: readonly ChainRpc[] = watch.second ? [watch.second, watch.rpc] : [watch.rpc];
  const kept = found === 0n ? [] : (await readers.listCheckpoints(ctx.db, reader.id)).slice(0, KEEP_CHECKPOINTS);
  const from = Math.min(reader.balanced?.block ?? reader.firstBlock - 1, kept.at(-1)?.number ?? Infinity) + 1;
  for (const rpc of found === 0n ? [] : others) {
    await readAgain(ctx, rpc, from, block);
    found = await difference();
    if (found === 0n) break;
  }
  // Or it may have shown what never was there.
  if (found !== 0n) {
    const dropped: boolean[] = [];
    for (const transfer of await listUnbuiltOn(ctx.db, watch.readerId, { from, to: block }))
      dropped.push(await dropInvented(ctx, transfer));
    if (dropped.includes(true)) found = await difference();
  }
  if (found === 0n) await matchTransfers(ctx);
  await readers.noteBalance(
    ctx.db,
    watch.readerId,
    { block: { number: block }, balance: usdc(balance), difference: found },
    ctx.clock.now(),
  );
}
