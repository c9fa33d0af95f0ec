import { HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { emptyAccount, ended, idAt, live, step, type Kind, type PosSide } from './handmadeAccount.ts';
import type { Account, Row } from './strangeExchange.ts';

// Accounts whose position went one way or another, times in minutes from the first fill.

const T = Date.now() - 6 * HOUR_MS;
export const at = (minutes: number): number => T + Math.round(minutes * MINUTE_MS);
export type Liquidated = { account: Account; ordId: string; life: Row };
const OPPOSITE = { buy: 'sell', sell: 'buy' } as const;
const direction = (side: 'buy' | 'sell'): string => (side === 'buy' ? 'long' : 'short');

/** One contract opened at the beginning and closed whole two hours later, losing 20 of which the fee of opening was 0.5. */
export function closed(
  kind: Kind,
  change: { posSide?: PosSide; side?: 'buy' | 'sell'; config?: Row; instId?: string } = {},
): Liquidated {
  const { posSide = 'long', side = 'buy', instId = 'BTC-USDT-SWAP' } = change;
  const account = emptyAccount(change.config);
  const ordId = step(account, { ms: at(0), side, sz: '1', posSide, equity: '-0.5', instId });
  step(account, { ms: at(120), side: OPPOSITE[side], sz: '1', posSide, kind, equity: '-19.5', instId });
  const type = { trade: '2', full_liquidation: '3', partial_liquidation: '4', adl: '6' }[kind];
  const life = ended(account, {
    cTime: String(at(0)),
    uTime: String(at(120)),
    type,
    posSide,
    direction: direction(side),
    instId,
    openMaxPos: '1',
    closeTotalPos: '1',
    realizedPnl: '-20.00000000',
  });
  return { account, ordId, life };
}

export function mixIn(account: Account): void {
  const foreign = (list: Row[], change: Row): Row => ({ ...list[0], mixedIn: true, ...change });
  account.bills.push(
    foreign(account.bills, { billId: idAt(at(31)), instId: 'DOGE-USDT-SWAP', ts: String(at(31)) }),
    foreign(account.bills, { billId: idAt(at(32)), mgnMode: 'cross', ts: String(at(32)) }),
    foreign(account.bills, {
      billId: idAt(at(33)),
      instId: '',
      mgnMode: '',
      ordId: '',
      type: '1',
      subType: '11',
      sz: '5',
      ts: String(at(33)),
    }),
  );
  const crossId = String(account.bills.at(-2)?.['billId']);
  account.fills.push(
    foreign(account.fills, { billId: idAt(at(31)), instId: 'DOGE-USDT-SWAP', ts: String(at(31)) }),
    foreign(account.fills, { billId: crossId, ts: String(at(32)) }),
  );
  account.history.push(foreign(account.history, { posId: '77', instId: 'DOGE-USDT-SWAP', uTime: String(at(50)) }));
  account.history.push(foreign(account.history, { posId: '78', mgnMode: 'cross', uTime: String(at(51)) }));
  account.positions.push({ ...account.history[0], mixedIn: true, instId: 'DOGE-USDT-SWAP', pos: '4', posId: '79' });
}

function life(account: Account, from: number, to: number, row: Row): Row {
  return ended(account, { cTime: String(at(from)), uTime: String(at(to)), ...row });
}

export function scaleIn(): { account: Account; ordId: string } {
  const account = emptyAccount();
  step(account, { ms: at(0), side: 'buy', sz: '1', equity: '-0.1' });
  const ordId = step(account, { ms: at(1), side: 'buy', sz: '2', equity: '-0.2' });
  step(account, { ms: at(2), side: 'buy', sz: '1', equity: '-0.1', ordId });
  step(account, { ms: at(120), side: 'sell', sz: '4', kind: 'full_liquidation', equity: '-30' });
  life(account, 0, 120, { type: '3', openMaxPos: '4', closeTotalPos: '4', realizedPnl: '-30.4' });
  return { account, ordId };
}

export function scaleOut(): { account: Account; ordId: string; close: string } {
  const account = emptyAccount();
  step(account, { ms: at(0), side: 'buy', sz: '2', equity: '-0.1' });
  const ordId = step(account, { ms: at(1), side: 'buy', sz: '2', equity: '-0.1' });
  const close = step(account, { ms: at(30), side: 'sell', sz: '2', equity: '3' });
  step(account, { ms: at(120), side: 'sell', sz: '2', kind: 'full_liquidation', equity: '-20' });
  life(account, 0, 120, { type: '3', openMaxPos: '4', closeTotalPos: '4', realizedPnl: '-17.2' });
  return { account, ordId, close };
}

export function reopened(): { account: Account; first: string; second: string } {
  const account = emptyAccount();
  const first = step(account, { ms: at(0), side: 'buy', sz: '1', equity: '-0.5' });
  step(account, { ms: at(60), side: 'sell', sz: '1', equity: '2' });
  const second = step(account, { ms: at(61), side: 'buy', sz: '1', equity: '-0.5' });
  step(account, { ms: at(120), side: 'sell', sz: '1', kind: 'full_liquidation', equity: '-19.5' });
  life(account, 0, 60, { type: '2', openMaxPos: '1', closeTotalPos: '1', realizedPnl: '1.5' });
  life(account, 61, 120, { type: '3', openMaxPos: '1', closeTotalPos: '1', realizedPnl: '-20' });
  return { account, first, second };
}

export function flip(): { account: Account; ordId: string } {
  const account = emptyAccount({ posMode: 'net_mode' });
  const net = { posSide: 'net' as const };
  step(account, { ...net, ms: at(0), side: 'sell', sz: '2', equity: '-0.2' });
  const ordId = step(account, { ...net, ms: at(5), side: 'buy', sz: '5', equity: '-0.5' });
  step(account, { ...net, ms: at(120), side: 'sell', sz: '3', kind: 'full_liquidation', equity: '-30' });
  const sizes = (size: string): Row => ({ posSide: 'net', openMaxPos: size, closeTotalPos: size });
  life(account, 0, 5, { ...sizes('2'), type: '2', direction: 'short', realizedPnl: '-0.4' });
  life(account, 5, 120, { ...sizes('3'), type: '3', direction: 'long', realizedPnl: '-30' });
  const flipped = account.bills[1] ?? {};
  Object.assign(flipped, { pnl: '0', fee: '-0.5' });
  return { account, ordId };
}

export function partial(second: Kind, type: string): { account: Account; ordId: string } {
  const account = emptyAccount();
  const ordId = step(account, { ms: at(0), side: 'buy', sz: '1', equity: '-0.5' });
  step(account, { ms: at(120), side: 'sell', sz: '0.4', kind: 'partial_liquidation', equity: '-7.5' });
  step(account, { ms: at(125), side: 'sell', sz: '0.6', kind: second, equity: '-12' });
  life(account, 0, 125, { type, openMaxPos: '1', closeTotalPos: '1', realizedPnl: '-20' });
  return { account, ordId };
}

export function adlThenFull(): { account: Account; ordId: string } {
  const account = emptyAccount();
  const ordId = step(account, { ms: at(0), side: 'buy', sz: '1', equity: '-0.5' });
  step(account, { ms: at(100), side: 'sell', sz: '0.4', kind: 'adl', equity: '4' });
  step(account, { ms: at(125), side: 'sell', sz: '0.6', kind: 'full_liquidation', equity: '-12' });
  life(account, 0, 125, { type: '3', openMaxPos: '1', closeTotalPos: '1', realizedPnl: '-8.5' });
  return { account, ordId };
}

export function openRest(): { account: Account; ordId: string } {
  const account = emptyAccount();
  const ordId = step(account, { ms: at(0), side: 'buy', sz: '1', equity: '-0.5' });
  step(account, { ms: at(120), side: 'sell', sz: '0.4', kind: 'partial_liquidation', equity: '-7.5' });
  life(account, 0, 120, { type: '4', openMaxPos: '1', closeTotalPos: '0.4', realizedPnl: '-8' });
  live(account, { pos: '0.60', cTime: String(at(0)), uTime: String(at(120)) });
  return { account, ordId };
}

export function openPosition(): { account: Account; ordId: string } {
  const account = emptyAccount();
  const ordId = step(account, { ms: at(0), side: 'buy', sz: '1', equity: '-0.5' });
  live(account, { cTime: String(at(0)), uTime: String(at(0)) });
  return { account, ordId };
}

export function sizeAdded(): { account: Account; ordId: string } {
  const account = emptyAccount();
  const ordId = step(account, { ms: at(0), side: 'buy', sz: '1', equity: '-0.5' });
  step(account, { ms: at(40), side: 'buy', sz: '1', equity: '-0.5' });
  step(account, { ms: at(120), side: 'sell', sz: '2', kind: 'full_liquidation', equity: '-30' });
  life(account, 0, 120, { type: '3', openMaxPos: '2', closeTotalPos: '2', realizedPnl: '-31' });
  return { account, ordId };
}

export function marginMoved(account: Account, position: Row): void {
  const move = (minute: number, subType: string, posBalChg: string): void => {
    const balChg = posBalChg.startsWith('-') ? posBalChg.slice(1) : `-${posBalChg}`;
    const ts = String(at(minute));
    const base = { ...account.bills[0], billId: idAt(at(minute)), ordId: '', tradeId: '', px: '', sz: '5' };
    account.bills.push({ ...base, type: '6', subType, balChg, posBalChg, pnl: '0', ts });
  };
  move(30, '160', '5');
  move(40, '161', '-5');
  position['realizedPnl'] = '-20';
}

export function endsLater(account: Account): void {
  const later = Date.now() + 30 * MINUTE_MS;
  for (const row of [account.bills.at(-1), account.fills.at(-1)]) Object.assign(row ?? {}, { ts: String(later) });
  Object.assign(account.orders.at(-1) ?? {}, { cTime: String(later), uTime: String(later) });
  Object.assign(account.history.at(-1) ?? {}, { uTime: String(later) });
}
