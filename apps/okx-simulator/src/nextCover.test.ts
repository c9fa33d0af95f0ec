import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIso } from '@liqpass/kernel/time';
import { BTC, claimOn, openExchange, openPosition } from '../test/harness.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

test('a liquidation just before, exactly at and just after the end of a cover is proven for one of two covers that follow each other', async () => {
  for (const offMs of [-1, 0, 1]) {
    const exchange = await openExchange();
    try {
      const { ordId, liqPx } = await openPosition(exchange);
      const boundAt = exchange.now();
      const endMs = boundAt + 24 * HOUR_MS;
      exchange.advance(endMs + offMs - exchange.now());
      await exchange.control('/marks', { instId: BTC, px: String(Number(liqPx) - 50) });
      exchange.advance(MINUTE_MS);
      const [first, next] = [
        await exchange.verify(
          claimOn(exchange, ordId, {
            boundAt: formatIso(boundAt),
            coverageStartAt: formatIso(boundAt),
            coverageEndAt: formatIso(endMs),
          }),
        ),
        await exchange.verify(
          claimOn(exchange, ordId, {
            boundAt: formatIso(endMs - 30 * MINUTE_MS),
            coverageStartAt: formatIso(endMs),
            coverageEndAt: formatIso(endMs + 24 * HOUR_MS),
          }),
        ),
      ];
      const found = [first, next].map(({ verdict, reason, liquidation }) => [
        verdict,
        reason,
        liquidation?.liquidation_time_ms ?? null,
      ]);
      const proven = ['LIQUIDATED', null, endMs + offMs];
      const outside = ['NOT_LIQUIDATED', 'OUT_OF_COVERAGE_WINDOW', null];
      assert.deepEqual(found, offMs < 0 ? [proven, outside] : [outside, proven], `${offMs} ms from the end`);
    } finally {
      await exchange.close();
    }
  }
});
