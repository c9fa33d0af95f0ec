import { add, decimal, equal, formatDecimal, isNegative, parseNumeric, type Decimal } from '@liqpass/kernel/decimal';
import type { EpochMs } from '@liqpass/kernel/time';
import type { Origin } from './answers.ts';
import type { ForcedClose } from './forced.ts';
import { closedSize, type Segment } from './ledger.ts';
import { PAD_MS } from './lifetimes.ts';
import type { StudiedPosition } from './position.ts';
import type { Order, Study } from './study.ts';

// Step 9: what the trader did to the position after it was bound. Flags for a person; they never decide.

function studyMargin(study: Study, position: StudiedPosition, boundAtMs: EpochMs): void {
  const { bills, lifetime, segment } = position;
  const endMs = (lifetime.endMs ?? study.nowMs) + PAD_MS;
  const reduced = bills.filter(
    (bill) =>
      bill.type === '6' &&
      bill.ts > boundAtMs &&
      bill.ts >= segment.firstTs &&
      bill.ts <= endMs &&
      (bill.posBalChg === null ? bill.subType === '161' : isNegative(bill.posBalChg)),
  );
  const taken = reduced.filter((bill) => position.ownerOf(bill) === 'ours');
  const untold = reduced.filter((bill) => position.ownerOf(bill) === 'unknown');
  const details = (of: typeof reduced): { params: Record<string, string>; at: Origin[] } => ({
    params: {
      count: String(of.length),
      change: of.map((bill) => (bill.posBalChg ? formatDecimal(bill.posBalChg) : '')).join(','),
    },
    at: of.map((bill) => bill.origin),
  });
  if (taken.length > 0) {
    study.flags.add('MARGIN_REDUCED_AFTER_BIND');
    study.checks.say('MARGIN_NOT_REDUCED', 'fail', 'Margin was taken out after binding.', details(taken));
  } else if (untold.length > 0)
    study.checks.say(
      'MARGIN_NOT_REDUCED',
      'no_data',
      'Margin was taken out after binding, of this position or of the one on the other side: the bills do not tell which.',
      details(untold),
    );
  else study.checks.say('MARGIN_NOT_REDUCED', 'pass', 'No margin was taken out after binding.', details(reduced));
}

function studySize(study: Study, segment: Segment, boundAtMs: EpochMs): void {
  // Later fills of the order itself count as added only where the position had been seen before them.
  const added = segment.opens.filter(
    (open) => open.movement.bill.ts > boundAtMs && (!open.isOurs || study.snapshot?.pos !== undefined),
  );
  if (added.length === 0) {
    study.checks.say('SIZE_NOT_ADDED', 'pass', 'The position was not enlarged after binding.');
    return;
  }
  study.flags.add('SIZE_ADDED_AFTER_BIND');
  study.checks.say('SIZE_NOT_ADDED', 'fail', 'The position was enlarged after binding.', {
    params: { size: formatDecimal(added.reduce((total, open) => add(total, open.size), decimal('0'))) },
    at: added.map((open) => open.movement.bill.origin),
  });
}

/** The bill of a leverage change was never seen: the leverage then and later is compared instead. */
function studyLeverage(study: Study, order: Order, position: StudiedPosition, forced: readonly ForcedClose[]): void {
  const before = parseNumeric(study.snapshot?.lever ?? '') ?? order.lever;
  const later: { lever: Decimal; origin: Origin }[] = [];
  const { history, position: live, endMs } = position.lifetime;
  for (const row of [endMs === null ? live : history, ...forced.map((close) => close.order)])
    if (row?.lever) later.push({ lever: row.lever, origin: { ...row.origin, pointer: `${row.origin.pointer}/lever` } });
  if (before === null || later.length === 0) {
    study.checks.say('LEVERAGE_UNCHANGED', 'no_data', 'The exchange does not show the leverage then and later.');
    return;
  }
  const changed = later.filter(({ lever }) => !equal(lever, before));
  const params = {
    before: formatDecimal(before),
    later: [...new Set(later.map(({ lever }) => formatDecimal(lever)))].join(','),
  };
  if (changed.length === 0) {
    study.checks.say('LEVERAGE_UNCHANGED', 'pass', 'The leverage was not changed after binding.', { params });
    return;
  }
  study.flags.add('LEVERAGE_CHANGED_AFTER_BIND');
  study.checks.say('LEVERAGE_UNCHANGED', 'fail', 'The leverage was changed after binding.', {
    params,
    at: changed.map(({ origin }) => origin),
  });
}

/** Sizes of the position as its history tells them. */
function studyHistorySizes(study: Study, { lifetime, segment }: StudiedPosition): void {
  const { history } = lifetime;
  if (history === null || lifetime.endMs === null) return;
  const differs = (told: Decimal | null, seen: Decimal): boolean => told !== null && !equal(told, seen);
  const side = segment.sign === 1 ? 'long' : 'short';
  const otherSide = history.direction !== '' && history.direction !== side;
  if (
    !differs(history.openMaxPos, segment.maxSize) &&
    !differs(history.closeTotalPos, closedSize(segment)) &&
    !otherSide
  )
    return;
  study.flags.add('HISTORY_DISAGREES');
  study.checks.say('HISTORY_AGREES', 'fail', 'The history tells of another size or side than the ledger.', {
    params: {
      openMaxPos: formatDecimal(segment.maxSize),
      closeTotalPos: formatDecimal(closedSize(segment)),
      direction: side,
    },
    at: [history.origin],
  });
}

function studyFlip(study: Study, segment: Segment): void {
  if (!segment.beganByFlip && !segment.endedByFlip) {
    study.checks.say('NO_NET_MODE_FLIP', 'pass', 'No fill turned the position round.');
    return;
  }
  study.flags.add('NET_MODE_FLIP');
  study.checks.say(
    'NO_NET_MODE_FLIP',
    'fail',
    'A single fill ended one position and began this one, or ended this one and began another.',
  );
}

export function studyConduct(
  study: Study,
  order: Order,
  position: StudiedPosition,
  forced: readonly ForcedClose[],
  boundAtMs: EpochMs,
): void {
  studyMargin(study, position, boundAtMs);
  studySize(study, position.segment, boundAtMs);
  studyLeverage(study, order, position, forced);
  studyHistorySizes(study, position);
  studyFlip(study, position.segment);
}
