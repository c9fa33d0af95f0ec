import { test } from 'node:test';
import assert from 'node:assert/strict';
import { ZERO, decimal } from '@liqpass/kernel/decimal';
import type { Side } from '@liqpass/kernel/vocabulary';
import { TOUCH_TOLERANCE, markTouched } from './markTouch.ts';

const touched = (side: Side, low: string, high: string, tolerance = ZERO): boolean =>
  markTouched(side, decimal('50000'), decimal(low), decimal(high), tolerance);

test('the mark reaches a liquidation price from above for longs and from below for shorts', () => {
  assert.equal(touched('long', '50000', '51000'), true);
  assert.equal(touched('long', '50000.1', '51000'), false);
  assert.equal(touched('short', '49000', '50000'), true);
  assert.equal(touched('short', '49000', '49999.9'), false);
});

test('the second key leaves 0.1 % of room, to the digit', () => {
  assert.equal(touched('long', '50050', '51000', TOUCH_TOLERANCE), true);
  assert.equal(touched('long', '50050.000000001', '51000', TOUCH_TOLERANCE), false);
  assert.equal(touched('short', '49000', '49950', TOUCH_TOLERANCE), true);
  assert.equal(touched('short', '49000', '49949.999999999', TOUCH_TOLERANCE), false);
});
