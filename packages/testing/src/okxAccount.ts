import {
  absolute,
  add,
  compare,
  decimal,
  divide,
  formatDecimal,
  isNegative,
  isZero,
  multiply,
  negate,
  subtract,
  ZERO,
  type Decimal,
} from '@liqpass/kernel/decimal';
import { formatIso } from '@liqpass/kernel/time';

// A made-up account of the exchange for tests: it trades by the exchange's rules and leaves the rows that the exchange
// would. The rows are plain objects that a test may change before they are served: a lie, a gap, a delay.

export type Row = Record<string, unknown>;
export type PosSide = 'long' | 'short' | 'net';
export type Ending = 'trade' | 'partial_liquidation' | 'full_liquidation' | 'adl';
export type TradeInput = {
  at: number;
  posSide?: PosSide;
  side: 'buy' | 'sell';
  sz: string;
  px: string;
  lever?: string;
  kind?: Ending;
  /** Fills the order in this many parts, a second apart. */
  parts?: number;
  ordId?: string;
};

type Slot = {
  posId: string;
  cTime: number;
  /** Negative for a short. */
  pos: Decimal;
  avg: Decimal;
  margin: Decimal;
  lever: string;
  maxPos: Decimal;
  closed: Decimal;
  pnl: Decimal;
  fee: Decimal;
  funding: Decimal;
  history: Row | null;
};

const ID_EPOCH = 1_672_502_400_000;
const FEE_RATE = decimal('0.0005');
const CT_VAL = decimal('0.01');
const SUBTYPE_BASE: Record<Exclude<Ending, 'trade'>, number> = {
  partial_liquidation: 100,
  full_liquidation: 104,
  adl: 125,
};
const text = (value: Decimal): string => formatDecimal(value, 16);

/** An account with the instrument BTC-USDT-SWAP (0.01 BTC a contract). `seed` makes its ids. */
export function createOkxAccount(
  options: { seed?: number; uid?: string; mainUid?: string; perm?: string; instId?: string } = {},
) {
  const instId = options.instId ?? 'BTC-USDT-SWAP';
  let counter = (options.seed ?? 1) * 7_919;
  const idAt = (ms: number): string => {
    counter = (counter + 1) % 33_554_432;
    return ((BigInt(ms - ID_EPOCH) << 25n) + BigInt(counter)).toString();
  };
  const config: Row = {
    uid: options.uid ?? '446001',
    mainUid: options.mainUid ?? options.uid ?? '446001',
    perm: options.perm ?? 'read_only',
    ip: '',
    label: 'liqpass',
    posMode: 'long_short_mode',
    acctLv: '2',
  };
  const orders: Row[] = [];
  const bills: Row[] = [];
  const fills: Row[] = [];
  const history: Row[] = [];
  const slots = new Map<PosSide, Slot>();
  const posIds = new Map<PosSide, string>();
  /** A mark price at a time; a test replaces it. */
  const mark = { at: (_ms: number): string => '117000' };

  const subTypeOf = (posSide: PosSide, side: 'buy' | 'sell', kind: Ending): string => {
    if (kind === 'trade') {
      if (posSide === 'net') return side === 'buy' ? '1' : '2';
      if (posSide === 'long') return side === 'buy' ? '3' : '5';
      return side === 'sell' ? '4' : '6';
    }
    const at = posSide === 'long' ? 0 : posSide === 'short' ? 1 : side === 'buy' ? 2 : 3;
    return String(SUBTYPE_BASE[kind] + at);
  };

  function writeHistory(posSide: PosSide, slot: Slot, at: number, kind: Ending, px: Decimal, direction: string): void {
    const all = isZero(slot.pos);
    const type =
      kind === 'trade'
        ? all
          ? '2'
          : '1'
        : kind === 'adl'
          ? all
            ? '6'
            : '5'
          : kind === 'full_liquidation'
            ? '3'
            : '4';
    const row: Row = slot.history ?? {};
    Object.assign(row, {
      posId: slot.posId,
      cTime: String(slot.cTime),
      uTime: String(at),
      instType: 'SWAP',
      instId,
      mgnMode: 'isolated',
      posSide,
      direction,
      lever: slot.lever,
      ccy: 'USDT',
      type,
      triggerPx: ['3', '4', '5'].includes(type) ? text(px) : '',
      openAvgPx: text(slot.avg),
      openMaxPos: text(slot.maxPos),
      closeTotalPos: text(slot.closed),
      pnl: text(slot.pnl),
      fee: text(slot.fee),
      fundingFee: text(slot.funding),
      liqPenalty: '0',
      settledPnl: '',
      realizedPnl: text(add(add(slot.pnl, slot.fee), slot.funding)),
    });
    if (!slot.history) history.push(row);
    slot.history = row;
  }

  function fillOnce(
    ordId: string,
    input: Required<Pick<TradeInput, 'posSide' | 'side' | 'kind' | 'px' | 'lever'>>,
    at: number,
    sz: Decimal,
  ): { pnl: Decimal; fee: Decimal } {
    const { posSide, side, kind } = input;
    const px = decimal(input.px);
    const change = side === 'buy' ? sz : negate(sz);
    const fee = negate(multiply(multiply(multiply(px, sz), CT_VAL), FEE_RATE));
    let slot = slots.get(posSide);
    let closedSize = ZERO;
    if (slot && !isZero(slot.pos) && isNegative(slot.pos) !== isNegative(change)) {
      const held = absolute(slot.pos);
      closedSize = compare(sz, held) <= 0 ? sz : held;
    }
    const openedSize = subtract(sz, closedSize);
    let pnl = ZERO;
    let posBalChg = ZERO;
    const partOf = (size: Decimal): Decimal => multiply(fee, divide(size, sz));
    if (slot && !isZero(closedSize)) {
      const wasShort = isNegative(slot.pos);
      const freed = multiply(slot.margin, divide(closedSize, absolute(slot.pos)));
      const gross = multiply(multiply(wasShort ? subtract(slot.avg, px) : subtract(px, slot.avg), closedSize), CT_VAL);
      // Taken over at the bankruptcy price: all of the margin is gone, whatever the price on the bill.
      pnl = kind === 'partial_liquidation' || kind === 'full_liquidation' ? negate(add(freed, fee)) : gross;
      posBalChg = negate(freed);
      slot.margin = subtract(slot.margin, freed);
      slot.pos = wasShort ? add(slot.pos, closedSize) : subtract(slot.pos, closedSize);
      slot.closed = add(slot.closed, closedSize);
      slot.pnl = add(slot.pnl, pnl);
      slot.fee = add(slot.fee, partOf(closedSize));
      writeHistory(posSide, slot, at, kind, px, wasShort ? 'short' : 'long');
      if (isZero(slot.pos)) slots.delete(posSide);
    }
    if (!isZero(openedSize)) {
      slot = slots.get(posSide);
      if (!slot) {
        const posId = posIds.get(posSide) ?? idAt(at);
        posIds.set(posSide, posId);
        slot = {
          posId,
          cTime: at,
          pos: ZERO,
          avg: px,
          margin: ZERO,
          lever: input.lever,
          maxPos: ZERO,
          closed: ZERO,
          pnl: ZERO,
          fee: ZERO,
          funding: ZERO,
          history: null,
        };
        slots.set(posSide, slot);
      }
      const held = absolute(slot.pos);
      slot.avg = divide(add(multiply(slot.avg, held), multiply(px, openedSize)), add(held, openedSize));
      const margin = divide(multiply(multiply(px, openedSize), CT_VAL), decimal(slot.lever));
      slot.margin = add(slot.margin, margin);
      posBalChg = add(posBalChg, margin);
      slot.pos = add(slot.pos, side === 'buy' ? openedSize : negate(openedSize));
      slot.maxPos = compare(absolute(slot.pos), slot.maxPos) > 0 ? absolute(slot.pos) : slot.maxPos;
      slot.fee = add(slot.fee, partOf(openedSize));
    }
    const billId = idAt(at);
    const tradeId = kind === 'trade' ? String(1_800_000_000 + (counter % 1_000_000)) : `-${idAt(at)}`;
    const subType = subTypeOf(posSide, side, kind);
    bills.push({
      billId,
      ordId,
      instId,
      instType: 'SWAP',
      mgnMode: 'isolated',
      ccy: 'USDT',
      type: kind === 'trade' ? '2' : kind === 'adl' ? '9' : '5',
      subType,
      sz: text(sz),
      px: input.px,
      pnl: text(pnl),
      fee: text(fee),
      balChg: text(add(negate(posBalChg), add(pnl, fee))),
      posBalChg: text(posBalChg),
      bal: '1000',
      posBal: text(slots.get(posSide)?.margin ?? ZERO),
      tradeId,
      ts: String(at),
      fillTime: String(at),
      execType: kind === 'trade' ? 'T' : '',
    });
    fills.push({
      billId,
      ordId,
      instId,
      instType: 'SWAP',
      side,
      posSide,
      subType,
      tradeId,
      fillSz: text(sz),
      fillPx: input.px,
      fillPnl: text(pnl),
      fee: text(fee),
      feeCcy: 'USDT',
      ts: String(at),
      fillTime: String(at),
    });
    return { pnl, fee };
  }

  /** An order that is filled at once (or in parts); answers its id. */
  function trade(input: TradeInput): string {
    const { at, side, sz, px } = input;
    const posSide = input.posSide ?? 'long';
    const kind = input.kind ?? 'trade';
    const lever = input.lever ?? slots.get(posSide)?.lever ?? '20';
    const ordId = input.ordId ?? idAt(at);
    const parts = input.parts ?? 1;
    let pnl = ZERO;
    let fee = ZERO;
    for (let part = 0; part < parts; part += 1) {
      const done = fillOnce(
        ordId,
        { posSide, side, kind, px, lever },
        at + part * 1_000,
        divide(decimal(sz), decimal(String(parts))),
      );
      pnl = add(pnl, done.pnl);
      fee = add(fee, done.fee);
    }
    orders.push({
      ordId,
      instId,
      instType: 'SWAP',
      tdMode: 'isolated',
      side,
      posSide,
      sz,
      accFillSz: sz,
      avgPx: px,
      px,
      state: 'filled',
      lever,
      category: kind === 'trade' ? 'normal' : kind,
      reduceOnly: String(kind !== 'trade'),
      ordType: 'limit',
      source: '',
      algoId: '',
      tradeId: kind === 'trade' ? '1' : '0',
      pnl: text(pnl),
      fee: text(fee),
      cTime: String(at),
      uTime: String(at + (parts - 1) * 1_000),
      fillTime: String(at + (parts - 1) * 1_000),
    });
    return ordId;
  }

  /** A bill that moves no size: funding, or margin put in or taken out. */
  function note(input: { at: number; type: '6' | '8'; subType: string; change: string; posSide?: PosSide }): void {
    const slot = slots.get(input.posSide ?? 'long');
    const change = decimal(input.change);
    if (slot && input.type === '8') slot.funding = add(slot.funding, change);
    if (slot && input.type === '6') slot.margin = add(slot.margin, change);
    bills.push({
      billId: idAt(input.at),
      ordId: '',
      instId,
      instType: 'SWAP',
      mgnMode: 'isolated',
      ccy: 'USDT',
      type: input.type,
      subType: input.subType,
      sz: input.type === '8' ? text(absolute(slot?.pos ?? ZERO)) : input.change,
      px: '',
      pnl: input.type === '8' ? input.change : '0',
      fee: '0',
      balChg: input.type === '8' ? '0' : text(negate(change)),
      posBalChg: input.change,
      tradeId: '',
      ts: String(input.at),
    });
  }

  const positions = (): Row[] =>
    [...slots].map(([posSide, slot]) => {
      const held = absolute(slot.pos);
      const isLong = !isNegative(slot.pos);
      // Long (avg - m/q) / (1 - mmr - fee), short (avg + m/q) / (1 + mmr + fee).
      const perCoin = divide(slot.margin, multiply(held, CT_VAL));
      const liqPx = isLong
        ? divide(subtract(slot.avg, perCoin), decimal('0.9955'))
        : divide(add(slot.avg, perCoin), decimal('1.0045'));
      return {
        posId: slot.posId,
        instId,
        instType: 'SWAP',
        mgnMode: 'isolated',
        posSide,
        pos: posSide === 'short' ? text(held) : text(slot.pos),
        avgPx: text(slot.avg),
        margin: text(slot.margin),
        lever: slot.lever,
        liqPx: text(liqPx),
        markPx: mark.at(Date.now()),
        upl: '0',
        ccy: 'USDT',
        posCcy: '',
        cTime: String(slot.cTime),
        uTime: String(slot.cTime),
        adl: '1',
      };
    });

  return {
    instId,
    config,
    orders,
    bills,
    fills,
    history,
    mark,
    idAt,
    trade,
    note,
    positions,
    /** What a test says when it fails. */
    describe: (): string =>
      bills
        .map((bill) => `${formatIso(Number(bill['ts']))} ${String(bill['subType'])} ${String(bill['sz'])}`)
        .join('\n'),
  };
}
export type OkxAccount = ReturnType<typeof createOkxAccount>;
