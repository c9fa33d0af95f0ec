import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, decimal, formatDecimal, negate, ZERO } from '@liqpass/kernel/decimal';
import { knownInstrument } from './exchange.ts';
import { TAKER_FEE } from './instruments.ts';
import {
  closePart,
  feeOf,
  initialMargin,
  liquidationPx,
  openInto,
  realizedPnl,
  takeover,
  type Position,
} from './position.ts';

const btc = knownInstrument('BTC-USDT-SWAP');

function open(side: 'long' | 'short', sz: string, px: string, lever: string): Position {
  const [size, price, leverage] = [decimal(sz), decimal(px), decimal(lever)];
  return openInto(btc, null, {
    posId: '1',
    mgnMode: 'isolated',
    posSide: side,
    direction: side === 'long' ? 1 : -1,
    lever: leverage,
    size,
    px: price,
    fee: feeOf(btc, size, price, TAKER_FEE),
    margin: initialMargin(btc, size, price, leverage),
    tradeId: '1',
    atMs: 0,
  });
}

test('takes a position over at the price and fee of the recorded liquidation', () => {
  const position = open('long', '0.64', '117612.7', '100');
  assert.equal(formatDecimal(position.margin), '7.5272128');
  assert.equal(formatDecimal(position.fee), '-0.37636064');
  const { px, fee } = takeover(btc, position, position.size, decimal('116946.1'));
  assert.equal(formatDecimal(px), '116495.1');
  assert.equal(formatDecimal(fee), '-0.37422752');
  const closed = closePart(btc, position, {
    size: position.size,
    px,
    fee,
    kind: 'full_liquidation',
    triggerPx: decimal('116946.1'),
    tradeId: '-1',
    atMs: 1,
  });
  assert.equal(formatDecimal(closed.pnl), '-7.15264');
  const balChg = add(add(closed.released, closed.pnl), fee);
  assert.equal(formatDecimal(balChg), '0.00034528');
  assert.equal(formatDecimal(negate(add(balChg, negate(closed.released)))), '7.52686752');
  assert.equal(formatDecimal(realizedPnl(closed.position)), '-7.90322816');
});

test('never leaves a trader owing when a short is taken over', () => {
  const position = open('short', '3', '90000', '50');
  const { px, fee } = takeover(btc, position, position.size, decimal('91300'));
  const closed = closePart(btc, position, {
    size: position.size,
    px,
    fee,
    kind: 'full_liquidation',
    triggerPx: px,
    tradeId: '-1',
    atMs: 1,
  });
  const left = add(add(closed.released, closed.pnl), fee);
  assert.ok(left.n >= 0n);
  assert.ok(Number(formatDecimal(left)) < 0.01, 'at most a tick of the size is left');
});

test('computes liquidation prices of longs and shorts by the formula', () => {
  const long = liquidationPx(btc, open('long', '0.64', '117612.7', '100'));
  // (117612.7 - 7.5272128 / 0.0064) / (1 - 0.004 - 0.0005)
  assert.equal(long && formatDecimal(long, 6), '116962.906077');
  const short = liquidationPx(btc, open('short', '0.64', '117612.7', '100'));
  assert.equal(short && formatDecimal(short, 6), '118256.671976');
  assert.equal(liquidationPx(btc, open('long', '1', '90000', '1')), null, 'nothing liquidates an unlevered long');
});

test('keeps the average price when a position is reduced, and moves it when it is enlarged', () => {
  const opened = open('long', '1', '90000', '10');
  const enlarged = openInto(btc, opened, {
    posId: '1',
    mgnMode: 'isolated',
    posSide: 'long',
    direction: 1,
    lever: decimal('10'),
    size: decimal('3'),
    px: decimal('94000'),
    fee: ZERO,
    margin: decimal('282'),
    tradeId: '2',
    atMs: 1,
  });
  assert.equal(formatDecimal(enlarged.avgPx), '93000');
  assert.equal(formatDecimal(enlarged.margin), '372');
  const { position, released } = closePart(btc, enlarged, {
    size: decimal('1'),
    px: decimal('93500'),
    fee: ZERO,
    kind: 'trade',
    triggerPx: null,
    tradeId: '3',
    atMs: 2,
  });
  assert.equal(formatDecimal(released), '93');
  assert.equal(formatDecimal(position.avgPx), '93000');
  assert.equal(formatDecimal(position.openMaxPos), '4');
});
