import {
  add,
  compare,
  divide,
  equal,
  formatDecimal,
  isNegative,
  isPositive,
  isZero,
  multiply,
  negate,
  ONE,
  smaller,
  subtract,
  sum,
  ZERO,
  type Decimal,
} from '@liqpass/kernel/decimal';
import type { ForcedClose } from './forced.ts';
import { equityOf, near, type Movement, type Segment } from './ledger.ts';
import { PAD_MS } from './lifetimes.ts';
import type { StudiedPosition } from './position.ts';
import type { BillRow, HistoryRow, Row } from './rows.ts';
import { inconclusive, type Halt, type Study } from './study.ts';

export type Loss = {
  readonly ccy: string;
  readonly total: Decimal;
  readonly insured: Decimal;
  /** What each close that counts lost, with what was told beside it. */
  readonly of: ReadonlyMap<ForcedClose, Decimal>;
};

type Piece = { movement: Movement; size: Decimal; isClose: boolean };

/** Every sum that the equity of a life's trades can be: a fill that turned the position round may be split in three ways. */
function possibleEquities(segment: Segment): Decimal[] | null {
  const pieces: Piece[] = [
    ...segment.opens.map(({ movement, size }) => ({ movement, size, isClose: false })),
    ...segment.closes.map(({ movement, size }) => ({ movement, size, isClose: true })),
  ];
  let sums: Decimal[] = [ZERO];
  for (const { movement, size, isClose } of pieces) {
    const equity = equityOf(movement.bill);
    const { pnl, fee } = movement.bill;
    if (equal(size, movement.size)) {
      if (equity === null) return null;
      sums = sums.map((total) => add(total, equity));
    } else {
      if (pnl === null || fee === null) return null;
      const gain = isClose ? pnl : ZERO;
      const feeParts = [ZERO, divide(size, movement.size), ONE].map((part) => multiply(fee, part));
      sums = sums.flatMap((total) => feeParts.map((part) => add(total, add(gain, part))));
    }
  }
  return sums;
}

/** Funding paid (negative) or received while the position lived, by the bills of its instrument that are not the other side's. */
function fundingOf(position: StudiedPosition): Decimal {
  const { bills, lifetime, segment } = position;
  const endMs = lifetime.endMs ?? Number.MAX_SAFE_INTEGER;
  return sum(
    bills
      .filter((bill) => bill.type === '8' && bill.ts >= segment.firstTs && bill.ts <= endMs)
      .filter((bill) => position.ownerOf(bill) !== 'other')
      .map((bill) => equityOf(bill) ?? ZERO),
  );
}

/** What is told beside each liquidation: booked in bills of their own, or left out of the bills and shown in the history alone. */
type Beside = ReadonlyMap<ForcedClose, Decimal>;
const NOTHING: Beside = new Map();

/** A transfer into or out of the hands of the liquidation engine: no loss by itself, unless the history bears it out. */
const isTransfer = ({ subType }: BillRow): boolean => subType === '110' || subType === '111';

/**
 * The equity of what the exchange booked beside liquidations, in bills that close nothing: each is of the close of its order, or where it
 * names none of the nearest within a second.
 */
function chargesOf(charges: readonly Row<BillRow>[], liquidations: readonly ForcedClose[]): Beside {
  const charged = new Map<ForcedClose, Decimal>();
  for (const bill of charges) {
    const equity = equityOf(bill);
    const apart = (close: ForcedClose): number => Math.abs(close.movement.bill.ts - bill.ts);
    const isNamed = /^[1-9]/.test(bill.ordId);
    const [close] = liquidations
      .filter((each) => (isNamed ? each.movement.bill.ordId === bill.ordId : apart(each) <= PAD_MS))
      .toSorted((a, b) => apart(a) - apart(b));
    if (close && equity !== null) charged.set(close, add(charged.get(close) ?? ZERO, equity));
  }
  return charged;
}

/** A penalty shared out over the liquidations of a life as it arises: mmr × notional of each. */
function penaltyOf(penalty: Decimal, liquidations: readonly ForcedClose[]): Beside {
  const [only, other] = liquidations;
  if (only && !other) return new Map([[only, penalty]]);
  const prices = liquidations.map(({ movement }) => movement.bill.px);
  const worth = liquidations.map(({ size }, at) => multiply(size, prices.includes(null) ? ONE : (prices[at] ?? ONE)));
  const all = sum(worth);
  return isZero(all)
    ? NOTHING
    : new Map(liquidations.map((close, at) => [close, multiply(penalty, divide(worth[at] ?? ZERO, all))]));
}

/** Whether the history's own figures add up to what it says was realized, to the last digit. */
function historyAddsUp({ realizedPnl, pnl, fee, fundingFee, liqPenalty, settledPnl }: HistoryRow): boolean {
  if (realizedPnl === null || pnl === null || fee === null || fundingFee === null || liqPenalty === null) return false;
  return equal(realizedPnl, sum([pnl, fee, fundingFee, liqPenalty, settledPnl ?? ZERO]));
}

type Compared = {
  /** How bills and history go together; null where there is nothing to compare with. */
  readonly how: 'same' | 'penalty_apart' | 'differ' | null;
  /** What counts beside the bill of each liquidation, negative for a loss. */
  readonly beside: Beside;
  /** By how much the bills' loss over the whole life exceeds what the exchange realized for it (0 or less: it does not). */
  readonly excess: Decimal;
  readonly params: Record<string, string>;
};

/**
 * Compares the bills' loss over the whole life of the position with what the exchange realized for it. realizedPnl = pnl + fee +
 * fundingFee + liqPenalty + settledPnl. In two real histories the penalty stands beside pnl, and the bills known to us show the loss without it:
 * where the history adds up and the difference is exactly that penalty, the loss is the history's.
 */
function compareWithHistory(position: StudiedPosition, liquidations: readonly ForcedClose[]): Compared {
  const { history } = position.lifetime;
  const charges = chargesOf(position.charges, liquidations);
  const charged = sum([...charges.values()]);
  const equities = possibleEquities(position.segment);
  if (history === null || history.realizedPnl === null || position.lifetime.endMs === null || equities === null)
    return {
      how: null,
      beside: chargesOf(
        position.charges.filter((bill) => !isTransfer(bill)),
        liquidations,
      ),
      excess: ZERO,
      params: {},
    };
  const billed = fundingOf(position);
  const fundings = history.fundingFee === null ? [billed] : [history.fundingFee, billed];
  const realized = history.realizedPnl;
  // Of the ways to split a fill that turned the position round, the one that leaves the least to be paid.
  const ledger = sum([equities.reduce(smaller), fundings[0] ?? ZERO, charged]);
  const penalty = history.liqPenalty ?? ZERO;
  const params = {
    bills: formatDecimal(negate(ledger)),
    history: formatDecimal(negate(realized)),
    penalty: formatDecimal(negate(penalty)),
  };
  const tells = (beside: Decimal): boolean =>
    fundings.some((funding) => equities.some((equity) => near(sum([equity, funding, beside]), realized)));
  const found = { excess: ZERO, params };
  if (tells(charged)) return { how: 'same', beside: charges, ...found };
  // The close's own bill has it all, and the bill beside it tells of it once more.
  if (tells(ZERO)) return { how: 'same', beside: NOTHING, ...found };
  if (liquidations.length > 0 && isNegative(penalty) && historyAddsUp(history)) {
    if (tells(add(charged, penalty))) {
      const apart = penaltyOf(penalty, liquidations);
      const both = liquidations.map(
        (close) => [close, add(charges.get(close) ?? ZERO, apart.get(close) ?? ZERO)] as const,
      );
      return { how: 'penalty_apart', beside: new Map(both), ...found };
    }
    if (tells(penalty)) return { how: 'penalty_apart', beside: penaltyOf(penalty, liquidations), ...found };
  }
  return { how: 'differ', beside: charges, excess: subtract(realized, ledger), params };
}

/** The currency an instrument settles in, by its name: USDT of BTC-USDT-SWAP, the coin of BTC-USD-SWAP. */
export function settlementCurrency(instId: string): string {
  const [base = '', quote = ''] = instId.split('-');
  return quote === 'USD' ? base : quote;
}

/** What the loss is counted in: the bill's currency, or the one the instrument settles in. */
function currencyOf(study: Study, { lifetime }: StudiedPosition, counted: readonly ForcedClose[]): string {
  const billed = counted.find(({ movement }) => movement.bill.ccy !== '')?.movement.bill.ccy;
  return billed ?? (lifetime.history?.ccy || settlementCurrency(study.instId));
}

/**
 * Step 8: what the trader's equity lost by the forced closes that count, and the insured part of it. Where the exchange's own figure
 * for the whole life says less, the smaller counts and the flag is raised: the insured part shrinks with the whole. `liquidations` are all
 * of the life, within the window or not.
 */
export function studyLoss(
  study: Study,
  position: StudiedPosition,
  liquidations: readonly ForcedClose[],
  counted: readonly ForcedClose[],
): Loss | Halt {
  const { checks, flags } = study;
  const { how, beside, excess, params } = compareWithHistory(position, liquidations);
  let total = ZERO;
  let insured = ZERO;
  const ccy = currencyOf(study, position, counted);
  const of = new Map<ForcedClose, Decimal>();
  for (const close of counted) {
    const { movement, share } = close;
    const equity = equityOf(movement.bill);
    if (equity === null) {
      checks.say('LOSS_SOURCES_AGREE', 'no_data', 'The bill does not say what was lost.', {
        at: [movement.bill.origin],
      });
      return inconclusive('EVIDENCE_INCOMPLETE');
    }
    const lost = negate(add(equity, beside.get(close) ?? ZERO));
    of.set(close, lost);
    total = add(total, lost);
    insured = add(insured, multiply(lost, share));
  }
  const { history } = position.lifetime;
  const at = history ? [{ ...history.origin, pointer: `${history.origin.pointer}/realizedPnl` }] : [];
  sayPenalty(study, position, how, params);
  if (how === null) checks.say('LOSS_SOURCES_AGREE', 'no_data', 'There is no second source for the loss.');
  else if (how === 'same')
    checks.say('LOSS_SOURCES_AGREE', 'pass', 'Bills and history tell the same loss over the life of the position.', {
      params,
      at,
    });
  else if (how === 'penalty_apart')
    checks.say(
      'LOSS_SOURCES_AGREE',
      'pass',
      'Bills and history differ by exactly the penalty that the history shows apart: together they tell one loss.',
      { params, at },
    );
  if (how !== 'differ') return { ccy, total, insured, of };
  flags.add('LOSS_SOURCES_DISAGREE');
  checks.say('LOSS_SOURCES_AGREE', 'fail', 'Bills and history tell different losses: the smaller counts.', {
    params,
    at,
  });
  if (!isPositive(excess) || !isPositive(total)) return { ccy, total, insured, of };
  const reduced = compare(total, excess) > 0 ? subtract(total, excess) : ZERO;
  return { ccy, total: reduced, insured: multiply(insured, divide(reduced, total)), of };
}

/** Where the penalty of a liquidation is told, and that it is part of the loss. */
function sayPenalty(
  study: Study,
  { lifetime: { history }, charges }: StudiedPosition,
  how: Compared['how'],
  params: Record<string, string>,
): void {
  const at = [
    ...(history ? [{ ...history.origin, pointer: `${history.origin.pointer}/liqPenalty` }] : []),
    ...charges.map((bill) => bill.origin),
  ];
  if (how === 'penalty_apart')
    study.checks.say(
      'PENALTY_COUNTED',
      'pass',
      'The history shows the penalty beside the profit and loss, and the bills do not show it: it is part of the loss.',
      { params, at },
    );
  else if (charges.length > 0)
    study.checks.say('PENALTY_COUNTED', 'pass', 'Bills beside the close are part of its loss, and no second close.', {
      params,
      at,
    });
  else study.checks.say('PENALTY_COUNTED', 'pass', 'No penalty is told apart from the close.');
}

/** The insured part of the size that was closed by force. */
export function shareOf(counted: readonly ForcedClose[]): Decimal {
  const size = sum(counted.map((close) => close.size));
  return isZero(size) ? ZERO : divide(sum(counted.map((close) => multiply(close.size, close.share))), size);
}
