import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted, countedTogether } from './counted.ts';

test('a count that the server stopped is shown as so many or more', () => {
  assert.deepEqual([0, 99, 100].map(counted), ['0', '99', '100+']);
});

test('counts together say so when one of them was stopped', () => {
  assert.equal(countedTogether([1, 99, 0]), '100');
  assert.equal(countedTogether([1, 100, 3]), '104+');
});
