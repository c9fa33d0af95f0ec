import { LiqPassError } from '@liqpass/api/errors';
import type { PositionSnapshot } from '@liqpass/api/verify';
import { absolute, decimal, divide, isZero, multiply, toUsdcDown } from '@liqpass/kernel/decimal';
import { formatUsdc, usdc, type Usdc } from '@liqpass/kernel/money';
import { decideBinding, type BindingDecision, type BoundPosition } from '@liqpass/underwriting/decideBinding';
import type { Market } from '@liqpass/underwriting/market';
import { coinOf } from '@liqpass/underwriting/products';
import { randomUUID } from 'node:crypto';
import { getRoomOfOrder, listRoomsOfAccount, lockBook, type Room } from '../db/book/exposureRepo.ts';
import type { Db } from '../db/platform/database.ts';
import { getQuote, type StoredQuote } from '../db/book/quotesRepo.ts';
import { setPosition } from '../db/quotedOrdersRepo.ts';
import { findHoldersOfOkxOrder, findHoldersOfPosition } from '../db/boundPositionsRepo.ts';
import { PAY_WITHIN_MS } from '../domain/book/product.ts';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import type { HallContext } from './hallContext.ts';
import { inTransaction, takeRoom } from './book/exposure.ts';
import { PARAMS } from './book/market.ts';
import { eventsIn, issueQuote, readMarket, readProduct } from './book/quotes.ts';
import { refuseStopped, salesStopped } from './book/sales.ts';

/** What binding with a key found: the price now, and what an operator should know. */
export type Assessment = {
  readonly probability: number;
  readonly distance: number;
  readonly sigma: number;
  /** The margin really at risk for the insured part of the position, in USDT. */
  readonly margin: Usdc;
  /** What could not be checked (TIER, LIQ_PRICE), and what did not fit (LIQ_PRICE_DISAGREES). */
  readonly unchecked: readonly string[];
  readonly doubts: readonly string[];
};

type Refused = Extract<BindingDecision, { eligible: false }>;

/**
 * Judges the position that an order is to cover, as the snapshot shows it, and gives it its place in the book. Inside the
 * transaction that binds, before the binding is written: the book's lock is held from here to its commit, so that two
 * bindings of one account cannot both count on the same half of its margin. Refuses with a LiqPassError that says what
 * would be acceptable; then the caller's transaction must roll back.
 */
export async function assessBinding(
  ctx: HallContext,
  trx: Db,
  order: PurchaseOrder,
  snapshot: PositionSnapshot,
): Promise<Assessment> {
  const { decision, margin, quote, notAtOnce } = await judge(ctx, trx, order, snapshot);
  if (!decision.eligible) throw refusal(decision, order);
  const { price } = decision;
  const nowMs = ctx.clock.now();
  const room = await getRoomOfOrder(trx, order.id);
  const taken: Room = {
    id: room?.id ?? randomUUID(),
    quoteHash: quote?.quoteHash ?? null,
    purchaseOrderId: order.id,
    policyType: order.policyType,
    instId: snapshot.instId,
    side: snapshot.side,
    liqPx: snapshot.liqPx,
    payout: order.payoutFixed,
    probability: price.probability,
    mainAccount: snapshot.mainUid,
    margin,
    soldAtMs: room?.soldAtMs ?? nowMs,
    heldUntilMs: Math.min(nowMs + PAY_WITHIN_MS, order.window?.endMs ?? nowMs),
    tentativeOf: null,
  };
  await takeRoom(ctx, trx, taken, notAtOnce);
  await setPosition(trx, order.id, {
    inst_id: snapshot.instId,
    side: snapshot.side,
    leverage: snapshot.lever,
    mark_px: snapshot.markPx ?? String(readMarket(ctx, snapshot.instId).mark),
    liq_px: snapshot.liqPx,
  });
  return {
    probability: price.probability,
    distance: price.distance,
    sigma: price.sigma,
    margin,
    unchecked: decision.unchecked,
    doubts: decision.doubts,
  };
}

/**
 * assessBinding and then `bind`, in one transaction. Where the price has moved, a new quote is made once that transaction
 * is rolled back, and the refusal carries it: params quote_hash, premium_usdc, probability, liq_px, leverage, expires_at.
 */
export async function bindAssessed<T>(
  ctx: HallContext,
  order: PurchaseOrder,
  snapshot: PositionSnapshot,
  bind: (trx: Db, assessment: Assessment) => Promise<T>,
): Promise<T> {
  try {
    return await inTransaction(ctx.db, async (trx) => bind(trx, await assessBinding(ctx, trx, order, snapshot)));
  } catch (error) {
    if (!(error instanceof LiqPassError) || error.code !== 'PRICE_MOVED') throw error;
    throw await withNewQuote(ctx, order, snapshot, error);
  }
}

async function judge(
  ctx: HallContext,
  trx: Db,
  order: PurchaseOrder,
  snapshot: PositionSnapshot,
): Promise<{ decision: BindingDecision; margin: Usdc; quote: StoredQuote | null; notAtOnce: Usdc }> {
  const nowMs = ctx.clock.now();
  const product = readProduct(order.policyType);
  refuseStopped(ctx, { policyType: order.policyType, instId: snapshot.instId, side: snapshot.side });
  if (snapshot.ccy !== 'USDT')
    throw notInsurable(
      'INSTRUMENT_NOT_COVERED',
      `Only positions with margin in USDT are covered, not in ${snapshot.ccy}.`,
    );
  const market = marketAt(ctx, snapshot);
  const position = toPosition(snapshot);

  await lockBook(trx);
  const quote = order.quoteHash === null ? null : await getQuote(trx, order.quoteHash);
  const others = await listRoomsOfAccount(trx, snapshot.mainUid, nowMs);
  // Whoever covers this very order or position already is told by the binding itself, not by the account's limit.
  const holders = [
    order,
    ...(await findHoldersOfOkxOrder(trx, snapshot.ordId)),
    ...(await findHoldersOfPosition(trx, snapshot)),
  ];
  const startMs = Math.max(order.window?.startMs ?? nowMs, nowMs);
  const decision = decideBinding({
    set: PARAMS,
    product,
    market,
    position,
    payout: order.payoutFixed,
    startMs,
    nEvents: eventsIn(startMs, product.hours),
    fixedPrice: quote?.fixedPrice ?? true,
    quoted: quote && { ...quote },
    otherCovers: others
      .filter((room) => !holders.some((holder) => holder.id === room.purchaseOrderId))
      .map((room) => ({ payout: room.payout, margin: room.margin ?? usdc(0n) })),
  });
  // The cover that it follows has ended when it begins: the account is never promised both.
  const ahead = holders.find((holder) => holder.id === order.follows);
  const before = ahead && others.find((room) => room.purchaseOrderId === ahead.id);
  return { decision, margin: position.margin, quote, notAtOnce: before?.payout ?? usdc(0n) };
}

/** The market with the mark of the snapshot, which was read a moment ago from the account's own side. */
function marketAt(ctx: HallContext, snapshot: PositionSnapshot): Market {
  const market = readMarketToBind(ctx, snapshot.instId);
  const mark = snapshot.markPx === null ? market.mark : Number(snapshot.markPx);
  return mark > 0 && mark < Infinity ? { ...market, mark } : market;
}

function readMarketToBind(ctx: HallContext, instId: string): Market {
  const nowMs = ctx.clock.now();
  const answer = ctx.market.at(instId, nowMs);
  if (answer.open) return answer.market;
  if (coinOf(instId) === null)
    throw notInsurable('INSTRUMENT_NOT_COVERED', 'Only BTC-USDT-SWAP and ETH-USDT-SWAP can be covered.');
  throw salesStopped(answer.reason);
}

/** The position as the rules read it. Margin: the part of it that stands behind the insured contracts, rounded down. */
function toPosition(snapshot: PositionSnapshot): BoundPosition {
  const size = absolute(decimal(snapshot.pos));
  const insured = absolute(decimal(snapshot.insuredPos));
  const share = isZero(size) ? size : divide(insured, size);
  const margin = toUsdcDown(multiply(decimal(snapshot.margin), share));
  return {
    instId: snapshot.instId,
    marginMode: snapshot.mgnMode,
    side: snapshot.side,
    leverage: Number(snapshot.lever),
    // A margin below zero is none.
    margin: margin ?? usdc(0n),
    liqPx: Number(snapshot.liqPx),
    ledger:
      snapshot.coins === null || Number(snapshot.coins) === 0
        ? null
        : { entry: Number(snapshot.avgPx), margin: Number(snapshot.margin), coins: Math.abs(Number(snapshot.coins)) },
    tier: snapshot.tier === null || !/^\d{1,3}$/.test(snapshot.tier) ? null : Number(snapshot.tier),
  };
}

function refusal({ refusal: { code, message, params } }: Refused, order: PurchaseOrder): LiqPassError {
  if (code === 'PRICE_MOVED')
    return new LiqPassError('PRICE_MOVED', message, {
      params: { ...params, payout_usdc: formatUsdc(order.payoutFixed) },
    });
  if (code === 'MARKET_TURMOIL') return salesStopped('MARKET_TURMOIL', { message, params: { ...params } });
  return notInsurable(code, message, params);
}

const notInsurable = (reason: string, message: string, params: Readonly<Record<string, string>> = {}): LiqPassError =>
  new LiqPassError('POSITION_NOT_INSURABLE', message, { params: { reason, ...params } });

/** The refusal with a quote on the position as it stands, for a new order; without one where none can be made. */
async function withNewQuote(
  ctx: HallContext,
  order: PurchaseOrder,
  snapshot: PositionSnapshot,
  moved: LiqPassError,
): Promise<LiqPassError> {
  try {
    const { stored } = await issueQuote(ctx, {
      policyType: order.policyType,
      instId: snapshot.instId,
      side: snapshot.side,
      at: { liqPx: snapshot.liqPx },
      payout: order.payoutFixed,
      startMs: order.follows === null ? null : (order.window?.startMs ?? null),
      replaces: null,
      caller: `account ${snapshot.mainUid}`,
    });
    return new LiqPassError('PRICE_MOVED', moved.message, {
      params: {
        ...moved.params,
        quote_hash: stored.quoteHash,
        premium_usdc: formatUsdc(stored.premium),
        probability: stored.probability.toFixed(4),
        liq_px: stored.liqPx,
        leverage: String(stored.leverage),
        expires_at: new Date(stored.expiresAtMs).toISOString(),
      },
    });
  } catch (error) {
    ctx.log.info({ err: error }, 'no new quote could be offered for a price that moved');
    return moved;
  }
}
