import { test } from 'node:test';
import assert from 'node:assert/strict';
import { DAY_MS } from '@liqpass/kernel/time';
import { CALENDAR_ENDS_MS, EVENTS, eventsWithin } from './calendar.ts';

test('counts releases inside the half-open window', () => {
  const fomc = Date.UTC(2026, 11, 9, 19);
  assert.deepEqual(
    eventsWithin(fomc, fomc + DAY_MS).map((event) => event.kind),
    ['FOMC', 'CPI'],
  );
  assert.equal(eventsWithin(fomc - DAY_MS, fomc).length, 0);
  assert.equal(eventsWithin(fomc + 1, fomc + 2).length, 0);
});

test('every year has eight decisions and twelve indices, on weekdays, at their New York hour', () => {
  for (const year of [2026, 2027]) {
    const ofYear = EVENTS.filter((event) => new Date(event.atMs).getUTCFullYear() === year);
    assert.equal(ofYear.filter((event) => event.kind === 'FOMC').length, 8);
    assert.equal(ofYear.filter((event) => event.kind === 'CPI').length, 12);
  }
  const newYork = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'America/New_York',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  for (const event of EVENTS) {
    const said = newYork.format(event.atMs);
    assert.match(said, event.kind === 'FOMC' ? /^Wed,? 14:00$/ : /^(Mon|Tue|Wed|Thu|Fri),? 08:30$/);
  }
  assert.equal(CALENDAR_ENDS_MS, EVENTS.at(-1)?.atMs);
});
