import type { Transfer } from './chainData.ts';
import type { Hex } from './hex.ts';

/** As much of a purchase order as matching looks at. */
export type PayableOrder = {
  readonly id: string;
  readonly reference: Hex;
  /** What exactly this order waits for: its amount due. */
  readonly amountDue: bigint;
  /** The wallet it was bought with, in lower case. */
  readonly owner: Hex | null;
  /** The transaction that its trader reported. */
  readonly reportedTxHash: Hex | null;
  /** Seconds since 1970. */
  readonly createdAt: number;
  /** Seconds since 1970: money in a block before then is in time; null: it is paid, or nothing in particular is waited for. */
  readonly closesAt: number | null;
  /** Whether any money has come for it. */
  readonly hasMoney: boolean;
};

export const MATCHED_BY = ['reference', 'amount', 'wallet', 'operator'] as const;
export type MatchedBy = (typeof MATCHED_BY)[number];

export type Match =
  | { readonly orderId: string; readonly by: MatchedBy }
  /** Nobody's: for the operators, with the orders it may have been meant for. */
  | { readonly orderId: null; readonly candidates: readonly string[] };

export type OrderIndex = {
  readonly byReference: ReadonlyMap<Hex, PayableOrder>;
  readonly byAmount: ReadonlyMap<bigint, readonly PayableOrder[]>;
  readonly byOwner: ReadonlyMap<Hex, readonly PayableOrder[]>;
};

function grouped<K>(orders: readonly PayableOrder[], keyOf: (order: PayableOrder) => K | null): Map<K, PayableOrder[]> {
  const groups = new Map<K, PayableOrder[]>();
  for (const order of orders) {
    const key = keyOf(order);
    if (key === null) continue;
    const group = groups.get(key);
    if (group) group.push(order);
    else groups.set(key, [order]);
  }
  return groups;
}

/** The orders that money may be for, by what it can carry: all that are open, or that closed within the last seven days. */
export const indexOrders = (orders: readonly PayableOrder[]): OrderIndex => ({
  byReference: new Map(orders.map((order) => [order.reference, order])),
  byAmount: grouped(orders, (order) => order.amountDue),
  byOwner: grouped(orders, (order) => order.owner),
});

/** A block's time is set by the sequencer, an order's by our server: so many seconds may lie between their clocks. */
const CLOCKS_DIFFER = 60;

const NONE: readonly PayableOrder[] = [];

/**
 * Whose a transfer to the treasury is. In this order: (1) the reference it carries; (2) an amount that is due from exactly one
 * order that has no money yet; (3) the wallet it comes from, which has reported this very transaction, or has exactly one
 * open order. Else nobody's. A hash reported by somebody other than its sender proves nothing: anybody can read the chain.
 * An order made after the block cannot be what was paid, unless its reference says so.
 */
export function matchPayment(
  transfer: Pick<Transfer, 'from' | 'amount' | 'txHash'>,
  reference: Hex | null,
  blockTime: number,
  orders: OrderIndex,
): Match {
  const named = reference === null ? undefined : orders.byReference.get(reference);
  if (named) return { orderId: named.id, by: 'reference' };

  const wasThere = (order: PayableOrder): boolean => order.createdAt <= blockTime + CLOCKS_DIFFER;
  const due = (orders.byAmount.get(transfer.amount) ?? NONE).filter(wasThere);
  const own = (orders.byOwner.get(transfer.from) ?? NONE).filter(wasThere);

  // An amount alone never makes a second payment: somebody else's money would go back to the wrong person.
  const waiting = due.filter((order) => !order.hasMoney);
  const [onlyWaiting] = waiting;
  if (onlyWaiting && waiting.length === 1) return { orderId: onlyWaiting.id, by: 'amount' };

  const reported = own.filter((order) => order.reportedTxHash === transfer.txHash);
  const [onlyReported] = reported;
  if (onlyReported && reported.length === 1) return { orderId: onlyReported.id, by: 'wallet' };
  // Whether it was in time is the block's to say, not the clock of whoever reads it later.
  const open = own.filter((order) => order.closesAt !== null && blockTime < order.closesAt);
  const [onlyOpen] = open;
  if (onlyOpen && open.length === 1) return { orderId: onlyOpen.id, by: 'wallet' };

  return { orderId: null, candidates: [...new Set([...due, ...reported, ...open].map((order) => order.id))] };
}
