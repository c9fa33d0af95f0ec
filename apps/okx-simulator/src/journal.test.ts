import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BTC, openExchange, openPosition, type Json, type TestExchange } from '../test/harness.ts';

async function everything(exchange: TestExchange): Promise<unknown> {
  const { accounts } = (await exchange.app.inject('/control/state')).json<{ accounts: Json[] }>();
  return {
    accounts,
    bills: await exchange.rows('/api/v5/account/bills-archive'),
    orders: await exchange.rows('/api/v5/trade/orders-history-archive?instType=SWAP'),
    history: await exchange.rows('/api/v5/account/positions-history'),
    candles: await exchange.rows(`/api/v5/market/mark-price-candles?instId=${BTC}&bar=1m`),
  };
}

test('is after a restart what it was before, liquidations by the market included', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'simulator-'));
  const journalPath = join(directory, 'sub', 'simulator.jsonl');
  try {
    const first = await openExchange({ journalPath });
    await first.control('/accounts', { balance: '5000' });
    await openPosition(first, { sz: '10', lever: '100' });
    await openPosition(first, { side: 'sell', posSide: 'short', sz: '10', lever: '100' });
    await first.control('/marks', { instId: BTC, how: 'release' });
    await first.tell('/orders', { instId: BTC, side: 'buy', posSide: 'long', sz: '0.001' });
    for (let at = 0; at < 6; at++) {
      first.advance(3_600_000 + 123);
      first.simulator.catchUp();
    }
    const before = await everything(first);
    assert.ok((before as { history: Json[] }).history.length > 0, 'a 100x position does not last six hours');
    // Killed while writing: the last line is cut off, and nobody had an answer to it.
    appendFileSync(journalPath, '{"kind":"command","name":"mar');

    const second = await openExchange({ journalPath, nowMs: first.now(), seed: 'another' });
    assert.deepEqual(await everything(second), before);
    await second.control('/funding', { instId: BTC, rate: '0.0001' });
    await second.close();
    const lines = readFileSync(journalPath, 'utf8').trimEnd().split('\n');
    for (const line of lines) JSON.parse(line);
    assert.match(lines.at(-1) ?? '', /"funding"/);
    await first.close();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
