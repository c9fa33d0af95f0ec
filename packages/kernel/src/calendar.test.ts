import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calendarOf, daysFrom, isTimeZone } from './calendar.ts';
import { DAY_MS, formatIso, HOUR_MS } from './time.ts';

const windowIn = (zone: string, day: string): string[] => {
  const { startMs, endMs } = calendarOf(zone).windowOf(day);
  return [formatIso(startMs), formatIso(endMs)];
};

test('a day begins at its midnight, wherever that is', () => {
  assert.deepEqual(windowIn('UTC', '2026-11-28'), ['2026-11-28T00:00:00.000Z', '2026-11-29T00:00:00.000Z']);
  assert.deepEqual(windowIn('Asia/Shanghai', '2026-11-28'), ['2026-11-27T16:00:00.000Z', '2026-11-28T16:00:00.000Z']);
  assert.deepEqual(windowIn('Asia/Kathmandu', '2026-11-28'), ['2026-11-27T18:15:00.000Z', '2026-11-28T18:15:00.000Z']);
  assert.deepEqual(windowIn('Pacific/Kiritimati', '2026-01-01')[0], '2025-12-31T10:00:00.000Z');
  assert.deepEqual(windowIn('-11:00', '2026-01-01')[0], '2026-01-01T11:00:00.000Z');
});

test('a day on which clocks change has 23 or 25 hours, one that a zone skipped none', () => {
  assert.deepEqual(windowIn('America/New_York', '2026-03-08'), [
    '2026-03-08T05:00:00.000Z',
    '2026-03-09T04:00:00.000Z',
  ]);
  assert.deepEqual(windowIn('America/New_York', '2026-11-01'), [
    '2026-11-01T04:00:00.000Z',
    '2026-11-02T05:00:00.000Z',
  ]);
  // In Cairo the clocks go from 23:59 to 01:00: that day has no midnight.
  assert.deepEqual(windowIn('Africa/Cairo', '2026-04-24'), ['2026-04-23T22:00:00.000Z', '2026-04-24T21:00:00.000Z']);
  const apia = calendarOf('Pacific/Apia').windowOf('2011-12-30');
  assert.equal(apia.startMs, apia.endMs);
});

test('an instant at midnight belongs to the day that begins', () => {
  const { dayOf } = calendarOf('Asia/Shanghai');
  assert.equal(dayOf(Date.parse('2026-11-27T15:59:59.999Z')), '2026-11-27');
  assert.equal(dayOf(Date.parse('2026-11-27T16:00:00.000Z')), '2026-11-28');
});

test('two times that read alike on the day clocks go back are told apart by their offset', () => {
  const { read } = calendarOf('America/New_York');
  const at = { day: '2026-11-01', time: '01:30:00' };
  assert.deepEqual(read(Date.parse('2026-11-01T05:30:00Z')), { ...at, offset: 'UTC-04:00' });
  assert.deepEqual(read(Date.parse('2026-11-01T06:30:00Z')), { ...at, offset: 'UTC-05:00' });
  assert.deepEqual(calendarOf('UTC').read(0), { day: '1970-01-01', time: '00:00:00', offset: 'UTC+00:00' });
});

test('every instant lies in the window of its day and of no other', () => {
  const zones = ['UTC', 'Asia/Shanghai', 'America/New_York', 'Africa/Cairo', 'Australia/Lord_Howe', 'America/Santiago'];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2036-01-01') }),
      (zone, atMs) => {
        const { dayOf, windowOf } = calendarOf(zone);
        const { startMs, endMs } = windowOf(dayOf(atMs));
        assert.ok(startMs <= atMs && atMs < endMs);
        assert.ok(endMs - startMs >= 23 * HOUR_MS && endMs - startMs <= DAY_MS + HOUR_MS);
        assert.equal(windowOf(dayOf(endMs)).startMs, endMs, 'and the next begins where it ends');
      },
    ),
  );
});

test('knows time zones from what is none', () => {
  for (const zone of ['UTC', 'Asia/Shanghai', '+08:00']) assert.ok(isTimeZone(zone), zone);
  for (const none of ['', 'Mars/Olympus', '北京', "UTC'; drop table"]) assert.ok(!isTimeZone(none), none);
});

test('lists the days from one to another, both included', () => {
  assert.deepEqual(daysFrom('2028-02-28', '2028-03-01'), ['2028-02-28', '2028-02-29', '2028-03-01']);
  assert.deepEqual(daysFrom('2026-01-02', '2026-01-01'), []);
});
