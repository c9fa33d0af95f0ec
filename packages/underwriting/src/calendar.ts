import { parseIso, type EpochMs } from '@liqpass/kernel/time';
import { invariant } from '@liqpass/kernel/invariant';

// The releases that move the market on a known minute: rate decisions of the FOMC and the US consumer price index.
// Facts only; replace the lists when new schedules are published.
//
// FOMC: statement at 14:00 New York time on the second day of each meeting.
//   2026: Federal Reserve, schedule of 9 August 2024. 2027: schedule of 5 September 2025, tentative until the meeting before confirms it.
//   federalreserve.gov/monetarypolicy/fomccalendars.htm
// CPI: 08:30 New York time.
//   2026: Bureau of Labor Statistics, bls.gov/schedule/news_release/cpi.htm, with the release of January's index moved to 13 February.
//   2027: NOT PUBLISHED when this was written. These are the usual days of earlier years, to be replaced; `certain` is false.

export type CalendarEvent = { readonly kind: 'FOMC' | 'CPI'; readonly atMs: EpochMs; readonly certain: boolean };

const FOMC = [
  '2026-01-28T19:00:00Z',
  '2026-03-18T18:00:00Z',
  '2026-04-29T18:00:00Z',
  '2026-06-17T18:00:00Z',
  '2026-07-29T18:00:00Z',
  '2026-09-16T18:00:00Z',
  '2026-10-28T18:00:00Z',
  '2026-12-09T19:00:00Z',
  '2027-01-27T19:00:00Z',
  '2027-03-17T18:00:00Z',
  '2027-04-28T18:00:00Z',
  '2027-06-09T18:00:00Z',
  '2027-07-28T18:00:00Z',
  '2027-09-15T18:00:00Z',
  '2027-10-27T18:00:00Z',
  '2027-12-08T19:00:00Z',
];

const CPI = [
  '2026-01-13T13:30:00Z',
  '2026-02-13T13:30:00Z',
  '2026-03-11T12:30:00Z',
  '2026-04-10T12:30:00Z',
  '2026-05-12T12:30:00Z',
  '2026-06-10T12:30:00Z',
  '2026-07-14T12:30:00Z',
  '2026-08-12T12:30:00Z',
  '2026-09-11T12:30:00Z',
  '2026-10-14T12:30:00Z',
  '2026-11-10T13:30:00Z',
  '2026-12-10T13:30:00Z',
];

const CPI_EXPECTED = [
  '2027-01-13T13:30:00Z',
  '2027-02-10T13:30:00Z',
  '2027-03-10T13:30:00Z',
  '2027-04-13T12:30:00Z',
  '2027-05-12T12:30:00Z',
  '2027-06-10T12:30:00Z',
  '2027-07-13T12:30:00Z',
  '2027-08-11T12:30:00Z',
  '2027-09-14T12:30:00Z',
  '2027-10-13T12:30:00Z',
  '2027-11-10T13:30:00Z',
  '2027-12-10T13:30:00Z',
];

function events(kind: CalendarEvent['kind'], times: readonly string[], certain: boolean): CalendarEvent[] {
  return times.map((time) => {
    const atMs = parseIso(time);
    invariant(atMs !== null, `a calendar holds real instants, not ${time}`);
    return { kind, atMs, certain };
  });
}

/** Every known release, in time order. */
export const EVENTS: readonly CalendarEvent[] = [
  ...events('FOMC', FOMC, true),
  ...events('CPI', CPI, true),
  ...events('CPI', CPI_EXPECTED, false),
].sort((one, other) => one.atMs - other.atMs);

/** The last known release: from here on prices count none. An operator should be told well before. */
export const CALENDAR_ENDS_MS: EpochMs = EVENTS.at(-1)?.atMs ?? 0;

/** The releases inside start ≤ t < end; their number is the model's nEvents. */
export function eventsWithin(startMs: EpochMs, endMs: EpochMs): readonly CalendarEvent[] {
  return EVENTS.filter((event) => startMs <= event.atMs && event.atMs < endMs);
}
