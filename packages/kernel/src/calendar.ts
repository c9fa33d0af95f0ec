import { DAY_MS, HOUR_MS, type EpochMs, type Window } from './time.ts';

/** A day of the calendar, "2026-11-28"; where it begins depends on the time zone. */
export type Day = string;

/** Whether it is a time zone by its IANA name ("Asia/Shanghai"), "UTC", or an offset ("+08:00"). */
export function isTimeZone(text: string): boolean {
  try {
    // An empty text would be taken for the zone of this machine.
    return text !== '' && new Intl.DateTimeFormat('en', { timeZone: text }).format(0) !== '';
  } catch {
    return false;
  }
}

export type Calendar = {
  /** The day of an instant. */
  readonly dayOf: (atMs: EpochMs) => Day;
  /** From the first instant of a day to the first of the next: 23 or 25 hours where clocks change, none where a zone skipped it. */
  readonly windowOf: (day: Day) => Window;
  /** How an instant reads there: its day, the time to the second, and how far that is from UTC ("UTC-05:00"). */
  readonly read: (atMs: EpochMs) => { readonly day: Day; readonly time: string; readonly offset: string };
};

const nextDay = (day: Day): Day => new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);

/** The calendar of a time zone, by the rules that this runtime knows (ECMA-402, IANA's database). */
export function calendarOf(timeZone: string): Calendar {
  const parts = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  });
  const partsOf = (atMs: EpochMs): Record<string, string> =>
    Object.fromEntries(parts.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const dayIn = ({ year = '', month, day }: Record<string, string>): Day => `${year.padStart(4, '0')}-${month}-${day}`;
  const dayOf = (atMs: EpochMs): Day => dayIn(partsOf(atMs));
  /** The day of an instant never goes back, so its first instant is found by halving: midnight need not exist. */
  function startOf(day: Day): EpochMs {
    const utcMs = Date.parse(day);
    let [before, from] = [utcMs - 15 * HOUR_MS, utcMs + 15 * HOUR_MS];
    while (from - before > 1) {
      const middle = Math.floor((before + from) / 2);
      if (dayOf(middle) < day) before = middle;
      else from = middle;
    }
    return from;
  }
  return {
    dayOf,
    windowOf: (day) => ({ startMs: startOf(day), endMs: startOf(nextDay(day)) }),
    read: (atMs) => {
      const at = partsOf(atMs);
      const offset = (at['timeZoneName'] ?? '').replace(/^GMT/, '');
      return {
        day: dayIn(at),
        time: `${at['hour']}:${at['minute']}:${at['second']}`,
        offset: `UTC${offset === '' ? '+00:00' : offset}`,
      };
    },
  };
}

/** The days from one to another, both included, in order. */
export function daysFrom(from: Day, to: Day): Day[] {
  const days: Day[] = [];
  for (let day = from; day <= to; day = nextDay(day)) days.push(day);
  return days;
}
