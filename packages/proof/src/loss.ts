import {
  add,
  compare,
  divide,
  equal,
  formatDecimal,
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
import type { StudiedPosition } from './position.ts';
import { inconclusive, type Halt, type Study } from './study.ts';

export type Loss = { readonly ccy: string; readonly total: Decimal; readonly insured: Decimal };

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

/** Funding paid (negative) or received while the position lived, by the bills of its instrument. */
function fundingOf({ bills, lifetime, segment }: StudiedPosition): Decimal {
  const endMs = lifetime.endMs ?? Number.MAX_SAFE_INTEGER;
  return sum(
    bills
      .filter((bill) => bill.type === '8' && bill.ts >= segment.firstTs && bill.ts <= endMs)
      .map((bill) => equityOf(bill) ?? ZERO),
  );
}

/**
 * By how much the bills' loss over the whole life of the position exceeds what the exchange realized for it (0 or less: it
 * does not). null: nothing to compare. realizedPnl = pnl + fee + fundingFee + liqPenalty + settledPnl.
 */
function excessOverHistory(
  position: StudiedPosition,
): { agrees: boolean; excess: Decimal; ledger: Decimal; history: Decimal } | null {
  const { history } = position.lifetime;
  if (history === null || history.realizedPnl === null || position.lifetime.endMs === null) return null;
  const equities = possibleEquities(position.segment);
  if (equities === null) return null;
  const billed = fundingOf(position);
  const fundings = history.fundingFee === null ? [billed] : [history.fundingFee, billed];
  const realized = history.realizedPnl;
  // Of the ways to split a fill that turned the position round, the one that leaves the least to be paid.
  const ledger = add(equities.reduce(smaller), fundings[0] ?? ZERO);
  const agrees = fundings.some((funding) => equities.some((equity) => near(add(equity, funding), realized)));
  return { agrees, excess: subtract(realized, ledger), ledger, history: realized };
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
 * Step 8: what the trader's equity lost by the forced closes, and the insured part of it. Where the exchange's own figure
 * for the whole life says less, the smaller counts and the flag is raised: the insured part shrinks with the whole.
 */
export function studyLoss(study: Study, position: StudiedPosition, counted: readonly ForcedClose[]): Loss | Halt {
  const { checks, flags } = study;
  let total = ZERO;
  let insured = ZERO;
  const ccy = currencyOf(study, position, counted);
  for (const { movement, share } of counted) {
    const equity = equityOf(movement.bill);
    if (equity === null) {
      checks.say('LOSS_SOURCES_AGREE', 'no_data', 'The bill does not say what was lost.', {
        at: [movement.bill.origin],
      });
      return inconclusive('EVIDENCE_INCOMPLETE');
    }
    total = subtract(total, equity);
    insured = subtract(insured, multiply(equity, share));
  }
  const compared = excessOverHistory(position);
  if (compared === null) {
    checks.say('LOSS_SOURCES_AGREE', 'no_data', 'There is no second source for the loss.');
    return { ccy, total, insured };
  }
  const params = { bills: formatDecimal(negate(compared.ledger)), history: formatDecimal(negate(compared.history)) };
  const { history } = position.lifetime;
  const at = history ? [{ ...history.origin, pointer: `${history.origin.pointer}/realizedPnl` }] : [];
  if (compared.agrees) {
    checks.say('LOSS_SOURCES_AGREE', 'pass', 'Bills and history tell the same loss over the life of the position.', {
      params,
      at,
    });
    return { ccy, total, insured };
  }
  flags.add('LOSS_SOURCES_DISAGREE');
  checks.say('LOSS_SOURCES_AGREE', 'fail', 'Bills and history tell different losses: the smaller counts.', {
    params,
    at,
  });
  if (!isPositive(compared.excess) || !isPositive(total)) return { ccy, total, insured };
  const reduced = compare(total, compared.excess) > 0 ? subtract(total, compared.excess) : ZERO;
  return { ccy, total: reduced, insured: multiply(insured, divide(reduced, total)) };
}

/** The insured part of the size that was closed by force. */
export function shareOf(counted: readonly ForcedClose[]): Decimal {
  const size = sum(counted.map((close) => close.size));
  return isZero(size) ? ZERO : divide(sum(counted.map((close) => multiply(close.size, close.share))), size);
}
