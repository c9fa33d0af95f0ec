import { equal, formatDecimal, ZERO, type Decimal } from '@liqpass/kernel/decimal';
import { formatIso, type EpochMs } from '@liqpass/kernel/time';
import { createChecks } from './checks.ts';
import { byFill, rearranged, tiesOf } from './fillOrder.ts';
import { closedSize, originsOf, replay, signed, type Movement, type Segment } from './ledger.ts';
import { PAD_MS, signedSize, type Lifetime, type Slot } from './lifetimes.ts';
import { inconclusive, isHalt, type Halt, type Order, type Study } from './study.ts';

const endsWithin = (lifetime: Lifetime, segment: Segment): boolean =>
  lifetime.endMs === null || segment.endTs === null
    ? lifetime.endMs === segment.endTs
    : segment.endTs <= lifetime.endMs + PAD_MS;

/** The life of the position that a segment of the ledger tells of: the one that spans it and lies nearest. */
function lifetimeOfSegment(lifetimes: readonly Lifetime[], segment: Segment): Lifetime | 'none' | 'several' {
  const begun = lifetimes.filter(
    (life) => life.cTime - PAD_MS <= segment.firstTs && (life.endMs === null || segment.firstTs <= life.endMs + PAD_MS),
  );
  const whole = begun.filter((life) => endsWithin(life, segment));
  const distance = (life: Lifetime): number =>
    Math.abs(life.cTime - segment.firstTs) + Math.abs((life.endMs ?? 0) - (segment.endTs ?? 0));
  const [best, next] = (whole.length > 0 ? whole : begun).toSorted((a, b) => distance(a) - distance(b));
  if (!best) return 'none';
  return next && distance(next) === distance(best) ? 'several' : best;
}

/** A life as the ledger tells it, and as the exchange shows it. */
export type Told = { segment: Segment; lifetime: Lifetime };

/** Step 4: the one life that the order opened; where it opened none, the one it closed. */
function chooseLifetime(
  study: Study,
  order: Order,
  segments: readonly Segment[],
  lifetimes: readonly Lifetime[],
): Told | Halt {
  const { checks, snapshot } = study;
  const opened = segments.filter((segment) => segment.opens.some((open) => open.isOurs));
  const touched =
    opened.length > 0 ? opened : segments.filter((segment) => segment.closes.some((close) => close.isOurs)).slice(-1);
  const told: Told[] = [];
  let several = false;
  for (const segment of touched) {
    const lifetime = lifetimeOfSegment(lifetimes, segment);
    if (lifetime === 'several') several = true;
    else if (lifetime !== 'none') told.push({ segment, lifetime });
  }
  const bound = told.filter(
    ({ lifetime }) =>
      (snapshot?.posId === undefined || snapshot.posId === lifetime.posId) &&
      (snapshot?.cTime === undefined || Number(snapshot.cTime) === lifetime.cTime),
  );
  const [only, other] = bound;
  if (told.length === 0 || told.length < touched.length) {
    checks.say(
      'LIFETIME_FOUND',
      'no_data',
      several
        ? 'The order fits more than one life of the position.'
        : 'The exchange shows no position that the order fits.',
    );
    return inconclusive(several ? 'EVIDENCE_CONTRADICTS' : 'EVIDENCE_INCOMPLETE');
  }
  if (!only || other) {
    const first = told[0]?.lifetime;
    const params = {
      posId: first?.posId ?? '',
      cTime: String(first?.cTime ?? ''),
      boundPosId: snapshot?.posId ?? '',
      boundCTime: snapshot?.cTime ?? '',
    };
    if (other) checks.say('LIFETIME_FOUND', 'fail', 'The order opened more than one life of the position.');
    else
      checks.say('LIFETIME_MATCHES_SNAPSHOT', 'fail', 'It is another position than the one seen at binding.', {
        params,
      });
    return inconclusive('EVIDENCE_CONTRADICTS');
  }
  const { lifetime } = only;
  const origin = (lifetime.position ?? lifetime.history)?.origin;
  const more = {
    params: {
      posId: lifetime.posId,
      cTime: formatIso(lifetime.cTime),
      end: lifetime.endMs === null ? '' : formatIso(lifetime.endMs),
    },
    at: origin ? [origin] : [],
  };
  checks.say('LIFETIME_FOUND', 'pass', 'The order belongs to one life of one position.', more);
  if (snapshot?.posId === undefined && snapshot?.cTime === undefined)
    checks.say('LIFETIME_MATCHES_SNAPSHOT', 'no_data', 'No position was seen at binding.');
  else checks.say('LIFETIME_MATCHES_SNAPSHOT', 'pass', 'It is the position seen at binding.', more);
  return only;
}

/** A fill that turned the position round ended one life and began another: the exchange must show both. */
function flipsMeet(segment: Segment, lifetimes: readonly Lifetime[]): boolean {
  const meets = (a: EpochMs | null, b: EpochMs | null): boolean =>
    a !== null && b !== null && Math.abs(a - b) <= PAD_MS;
  return (
    (!segment.beganByFlip || lifetimes.some((life) => meets(life.endMs, segment.firstTs))) &&
    (!segment.endedByFlip || lifetimes.some((life) => meets(life.cTime, segment.endTs)))
  );
}

/** Step 5: the ledger ends at nothing (closed) or at what is open (live). */
function balance(study: Study, slot: Slot, { segment, lifetime }: Told, lifetimes: readonly Lifetime[]): Halt | null {
  const open = lifetime.position === null ? ZERO : signedSize(lifetime.position, slot);
  const params = { ledger: formatDecimal(signed(segment)), exchange: open === null ? '' : formatDecimal(open) };
  const at = originsOf([...segment.opens, ...segment.closes].map(({ movement }) => movement));
  const direction = lifetime.history?.direction ?? '';
  const otherSide = direction !== '' && direction !== (segment.sign === 1 ? 'long' : 'short');
  const balances = open !== null && equal(signed(segment), open) && endsWithin(lifetime, segment);
  if (!balances || otherSide || !flipsMeet(segment, lifetimes)) {
    study.checks.say('LEDGER_BALANCES', 'no_data', 'The bills do not lead to the size the exchange shows.', {
      params,
      at,
    });
    return inconclusive('EVIDENCE_INCOMPLETE');
  }
  study.checks.say('LEDGER_BALANCES', 'pass', 'The bills lead from nothing to the size the exchange shows.', {
    params,
    at,
  });
  return null;
}

/** Whether what the exchange says of a life in its history fits the ledger's telling of it: how large it was, how much was closed, and how. */
function historyFits({ segment, lifetime }: Told): boolean {
  const fits = (told: Decimal | null, seen: Decimal): boolean => told === null || equal(told, seen);
  const full = segment.closes.findIndex((close) => close.movement.kind === 'full_liquidation');
  const isLast = full === segment.closes.length - 1;
  const { history } = lifetime;
  if (full !== -1 && (!isLast || segment.endTs === null)) return false;
  if (history === null || lifetime.endMs === null) return true;
  const endedWhole = full !== -1;
  return (
    fits(history.openMaxPos, segment.maxSize) &&
    fits(history.closeTotalPos, closedSize(segment)) &&
    (history.type === '' || (history.type === '3') === endedWhole)
  );
}

type Telling = Told | Halt;
/** How well one order of the movements fits: all that the exchange says, its sizes only, or not even them. */
type Fit = 'all' | 'sizes' | 'none';

/** So many movements are replayed at most while orders are tried. */
const MOST_REPLAYED = 300_000;
const MOST_TRIED = 300;

/**
 * Step 5: replays the movements in the order in which they were filled. Where several were filled in one millisecond nothing says which came
 * first but what the exchange says elsewhere: of the orders that add up, the one that all of it agrees with.
 */
export function tell(
  study: Study,
  slot: Slot,
  order: Order,
  movements: readonly Movement[],
  lifetimes: readonly Lifetime[],
): Telling {
  const attempt = (ordered: readonly Movement[], on: Study): { telling: Telling; failedAt: number | null } => {
    const { segments, failedAt } = replay(ordered, study.ordId, slot.posSide === 'net');
    if (segments === null) {
      on.checks.say('LEDGER_BALANCES', 'no_data', 'More was closed than the bills show was opened.', {
        at: originsOf(movements),
      });
      return { telling: inconclusive('EVIDENCE_INCOMPLETE'), failedAt };
    }
    const told = chooseLifetime(on, order, segments, lifetimes);
    return { telling: isHalt(told) ? told : (balance(on, slot, told, lifetimes) ?? told), failedAt: null };
  };
  /** Tried aside: what it would say is said only of the order that is taken. */
  const aside: Study = { ...study, checks: createChecks([]), flags: new Set() };
  let tries = Math.min(MOST_TRIED, Math.ceil(MOST_REPLAYED / Math.max(1, movements.length)));
  const fitOf = (ordered: readonly Movement[]): { fit: Fit; failedAt: number | null } => {
    tries -= 1;
    const { telling, failedAt } = attempt(ordered, aside);
    return { fit: isHalt(telling) ? 'none' : historyFits(telling) ? 'all' : 'sizes', failedAt };
  };

  let best = byFill(movements);
  let found = fitOf(best);
  const ties = tiesOf(best);
  // A close that exceeds what is open: something that was filled with it, or before it, came first. Each such tie is mended in turn.
  while (found.failedAt !== null && tries > 0) {
    const { failedAt } = found;
    const tie = ties.findLast(({ from }) => from <= failedAt);
    const mended = tie && rearranged(best, tie).find((ordered) => (fitOf(ordered).failedAt ?? Infinity) > failedAt);
    if (!mended) break;
    best = mended;
    found = fitOf(best);
  }
  for (const ordered of found.fit === 'all' ? [] : ties.flatMap((tie) => rearranged(best, tie))) {
    if (tries <= 0) break;
    const { fit } = fitOf(ordered);
    if (fit === 'none' || (fit === 'sizes' && found.fit !== 'none')) continue;
    best = ordered;
    found = { fit, failedAt: null };
    if (fit === 'all') break;
  }
  return attempt(best, study).telling;
}
