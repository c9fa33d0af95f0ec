import { formatIso, HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { idAt, type Kind } from './handmadeAccount.ts';
import {
  at,
  adlThenFull,
  closed,
  endsLater,
  flip,
  marginMoved,
  mixIn,
  openPosition,
  openRest,
  partial,
  reopened,
  scaleIn,
  scaleOut,
  sizeAdded,
  type Liquidated,
} from './madePositions.ts';
import { refused, rows, type Account, type Habits, type Row, type Said } from './strangeExchange.ts';

// What the documents of the proof say must come out, case by case.

export type Expected = {
  verdict: string;
  reason?: string | null;
  flags?: string[];
  total?: string;
  insured?: string;
  share?: string;
  timeMs?: number;
};
export type Case = {
  name: string;
  account: Account;
  ordId: string;
  habits?: Habits;
  /** A function where it depends on when it is asked: all cases are made long before the last one is. */
  body?: Row | (() => Row);
  expected: Expected;
};
/** What a case is asked with. */
export const bodyOf = (body: Case['body'] | undefined): Row => (typeof body === 'function' ? body() : (body ?? {}));

/** Bound ten minutes after the first fill, covered for a day from ten minutes later. */
export const usualBody = (): Row => ({
  instId: 'BTC-USDT-SWAP',
  boundAt: formatIso(at(10)),
  coverageStartAt: formatIso(at(20)),
  coverageEndAt: formatIso(at(20) + 24 * HOUR_MS),
});

const LIQUIDATED: Expected = {
  verdict: 'LIQUIDATED',
  reason: null,
  flags: [],
  total: '19.5',
  insured: '19.5',
  share: '1',
};
const inconclusive = (reason: string): Expected => ({ verdict: 'INCONCLUSIVE', reason });
const ineligible = (reason: string): Expected => ({ verdict: 'INELIGIBLE', reason });
const denied = (reason: string): Expected => ({ verdict: 'NOT_LIQUIDATED', reason });
const last = (list: Row[]): Row => list.at(-1) ?? {};

export function allCases(): Case[] {
  const cases: Case[] = [];
  const add = (
    name: string,
    made: { account: Account; ordId: string },
    expected: Expected,
    more: Partial<Case> = {},
  ): void => {
    cases.push({ name, account: made.account, ordId: made.ordId, expected, ...more });
  };
  const of = (kind: Kind, change: (made: Liquidated) => void): Liquidated => {
    const made = closed(kind);
    change(made);
    return made;
  };

  // Sides and modes
  add('long', closed('full_liquidation'), { ...LIQUIDATED, timeMs: at(120) });
  add('short', closed('full_liquidation', { posSide: 'short', side: 'sell' }), LIQUIDATED);
  add('net long', closed('full_liquidation', { posSide: 'net' }), LIQUIDATED);
  add('net short', closed('full_liquidation', { posSide: 'net', side: 'sell' }), LIQUIDATED);
  add('sub-account', closed('full_liquidation', { config: { mainUid: '1' } }), LIQUIDATED);

  // Habits of servers
  const habits: [string, Habits][] = [
    ['begin ignored', { ignoresBegin: true }],
    ['inclusive cursor', { inclusiveCursor: true }],
    ['both, shuffled', { ignoresBegin: true, inclusiveCursor: true, shuffled: true }],
    ['shuffled', { shuffled: true }],
    ['rows of others mixed in', { mixesIn: true }],
    ['one row a page', { mostRows: 1 }],
    ['seven rows a page', { mostRows: 7 }],
  ];
  for (const [name, habit] of habits) {
    for (const notes of [3, 97, 98, 99, 248]) {
      if (habit.mostRows === 1 && notes > 3) continue;
      if (habit.mostRows === 7 && notes > 97) continue;
      const made = closed('full_liquidation');
      for (let index = 0; index < notes; index += 1)
        made.account.bills.push({
          ...made.account.bills[0],
          billId: idAt(at(30 + Math.floor(index / 9))),
          ordId: '',
          type: '8',
          subType: '173',
          sz: '1',
          tradeId: '',
          balChg: '0',
          posBalChg: '0.01',
          pnl: '0.01',
          ts: String(at(30 + Math.floor(index / 9))),
        });
      const funding = (notes / 100).toFixed(2);
      Object.assign(made.life, { fundingFee: funding, realizedPnl: (notes / 100 - 20).toFixed(8) });
      if (habit.mixesIn) mixIn(made.account);
      if (notes === 3 || notes === 98 || habit.mostRows === undefined)
        add(`${name}, ${notes} fundings`, made, LIQUIDATED, { habits: habit });
    }
  }
  add('archived order', closed('full_liquidation'), LIQUIDATED);
  const archived = cases.at(-1);
  if (archived) archived.habits = { archived: archived.account.orders.map((order) => String(order['ordId'])) };

  // Positions of several orders, several lives, several closes
  add('scale-in', scaleIn(), { verdict: 'LIQUIDATED', flags: [], total: '30', insured: '22.5', share: '0.75' });
  add('our part closed by hand first, pro rata', scaleOut(), {
    verdict: 'LIQUIDATED',
    total: '20',
    insured: '10',
    share: '0.5',
  });
  const twice = reopened();
  add('reopened slot, second life', { account: twice.account, ordId: twice.second }, LIQUIDATED);
  add('reopened slot, first life', { account: twice.account, ordId: twice.first }, denied('CLOSED_NORMALLY'));
  add(
    'reopened slot, bound to the other life',
    { account: twice.account, ordId: twice.second },
    inconclusive('EVIDENCE_CONTRADICTS'),
    {
      body: { snapshot: { posId: '2500000000000000001', cTime: String(at(0)) } },
    },
  );
  add('reopened slot, bound to this life', { account: twice.account, ordId: twice.second }, LIQUIDATED, {
    body: {
      snapshot: {
        uid: '700700',
        posId: '2500000000000000001',
        cTime: String(at(61)),
        mgnMode: 'isolated',
        posSide: 'long',
      },
    },
  });
  add('net order turns a short round', flip(), { ...LIQUIDATED, flags: ['NET_MODE_FLIP'], total: '30', insured: '30' });
  const parts = (second: Kind, type: string) => partial(second, type);
  add('partial, then full', parts('full_liquidation', '3'), {
    verdict: 'LIQUIDATED',
    flags: [],
    total: '19.5',
    timeMs: at(125),
  });
  add('partial, then closed by hand', parts('trade', '2'), {
    verdict: 'PARTIALLY_LIQUIDATED',
    flags: [],
    total: '7.5',
    timeMs: at(120),
  });
  add('partial, rest open', openRest(), { verdict: 'PARTIALLY_LIQUIDATED', flags: [], total: '7.5' });
  add('partial, then ADL', parts('adl', '6'), { verdict: 'PARTIALLY_LIQUIDATED', total: '7.5' });
  add('ADL', closed('adl'), denied('ADL'));
  add('ADL in part, then full', adlThenFull(), { verdict: 'LIQUIDATED', total: '12', insured: '12' });
  add('closed by hand', closed('trade'), denied('CLOSED_NORMALLY'));
  add(
    'stop-loss',
    of('trade', ({ account }) => Object.assign(last(account.orders), { source: '7', algoId: '5', reduceOnly: 'true' })),
    denied('CLOSED_NORMALLY'),
  );
  add('still open', openPosition(), { verdict: 'STILL_OPEN' });
  add(
    'still open, nine minutes after the window',
    openPosition(),
    { verdict: 'STILL_OPEN' },
    {
      body: () => ({ coverageEndAt: formatIso(Date.now() - 9 * MINUTE_MS) }),
    },
  );
  add(
    'still open, eleven minutes after the window',
    openPosition(),
    { verdict: 'NOT_LIQUIDATED' },
    {
      body: () => ({ coverageEndAt: formatIso(Date.now() - 11 * MINUTE_MS) }),
    },
  );

  // The window
  const edge = (start: number, end: number): Row => ({
    coverageStartAt: formatIso(start),
    coverageEndAt: formatIso(end),
  });
  add('at the very start', closed('full_liquidation'), LIQUIDATED, { body: edge(at(120), at(200)) });
  add('a millisecond after the start', closed('full_liquidation'), denied('OUT_OF_COVERAGE_WINDOW'), {
    body: edge(at(120) + 1, at(200)),
  });
  add('at the very end', closed('full_liquidation'), denied('OUT_OF_COVERAGE_WINDOW'), { body: edge(at(20), at(120)) });
  add('a millisecond before the end', closed('full_liquidation'), LIQUIDATED, { body: edge(at(20), at(120) + 1) });
  add(
    'partial inside, full after the window',
    parts('full_liquidation', '3'),
    { verdict: 'LIQUIDATED', total: '7.5', timeMs: at(120) },
    { body: edge(at(20), at(124)) },
  );

  // Who and what is insured
  add('bound after the liquidation', closed('full_liquidation'), ineligible('BOUND_AFTER_LIQUIDATION'), {
    body: { boundAt: formatIso(at(121)) },
  });
  const forced = closed('full_liquidation');
  const forcedId = String(last(forced.account.orders)['ordId']);
  add(
    'the forced order itself, bound after',
    { account: forced.account, ordId: forcedId },
    { verdict: 'INELIGIBLE' },
    { body: { boundAt: formatIso(at(121)) } },
  );
  add(
    'the forced order itself, bound before',
    { account: forced.account, ordId: forcedId },
    ineligible('ORDER_IS_A_CLOSE'),
  );
  const byHand = scaleOut();
  add('an order that only closed', { account: byHand.account, ordId: byHand.close }, ineligible('ORDER_IS_A_CLOSE'));
  add('never existed', { account: closed('full_liquidation').account, ordId: '999' }, inconclusive('ORDER_NOT_FOUND'));
  add(
    'never filled',
    of('full_liquidation', ({ account }) =>
      Object.assign(account.orders[0] ?? {}, { accFillSz: '0', state: 'canceled' }),
    ),
    ineligible('ORDER_NEVER_FILLED'),
  );
  add(
    'cross',
    of('full_liquidation', ({ account }) => Object.assign(account.orders[0] ?? {}, { tdMode: 'cross' })),
    ineligible('CROSS_MARGIN'),
  );
  add(
    'key may trade',
    closed('full_liquidation', { config: { perm: 'read_only,trade' } }),
    ineligible('KEY_NOT_READ_ONLY'),
  );
  add(
    'key may withdraw',
    closed('full_liquidation', { config: { perm: 'withdraw' } }),
    ineligible('KEY_NOT_READ_ONLY'),
  );
  add('another account', closed('full_liquidation'), ineligible('UID_MISMATCH'), { body: { snapshot: { uid: '1' } } });

  // What contradicts itself
  const lies: [string, (made: Liquidated) => unknown][] = [
    ['category normal', ({ account }) => (last(account.orders)['category'] = 'normal')],
    ['category partial', ({ account }) => (last(account.orders)['category'] = 'partial_liquidation')],
    ['category adl', ({ account }) => (last(account.orders)['category'] = 'adl')],
    ['fill subType', ({ account }) => (last(account.fills)['subType'] = '5')],
    ['trade id', ({ account }) => (last(account.fills)['tradeId'] = '1900000001')],
    ['bill type', ({ account }) => (last(account.bills)['type'] = '2')],
    ['history 2', ({ life }) => (life['type'] = '2')],
    ['history 4', ({ life }) => (life['type'] = '4')],
    ['history 6', ({ life }) => (life['type'] = '6')],
    ['no trigger', ({ life }) => (life['triggerPx'] = '')],
  ];
  for (const [name, lie] of lies)
    add(`contradiction: ${name}`, of('full_liquidation', lie), inconclusive('EVIDENCE_CONTRADICTS'));
  add(
    'contradiction: closed by hand, history 3',
    of('trade', ({ life }) => Object.assign(life, { type: '3', triggerPx: '1' })),
    inconclusive('EVIDENCE_CONTRADICTS'),
  );
  add(
    'future',
    of('full_liquidation', ({ account }) => endsLater(account)),
    inconclusive('EVIDENCE_CONTRADICTS'),
  );

  // What is missing, unknown or late
  add(
    'unknown subtype',
    of('full_liquidation', ({ account }) =>
      account.bills.push({ ...account.bills[0], billId: idAt(at(60)), ordId: '', subType: '777', ts: String(at(60)) }),
    ),
    inconclusive('EVIDENCE_INCOMPLETE'),
  );
  add(
    'unknown category',
    of('full_liquidation', ({ account }) => (last(account.orders)['category'] = 'novel')),
    inconclusive('EVIDENCE_INCOMPLETE'),
  );
  add(
    'forced order unknown',
    of('full_liquidation', ({ account }) => account.orders.pop()),
    inconclusive('EVIDENCE_INCOMPLETE'),
  );
  for (const list of ['bills', 'fills', 'history'] as const)
    add(
      `no ${list}`,
      of('full_liquidation', ({ account }) => account[list].splice(0)),
      inconclusive('EVIDENCE_INCOMPLETE'),
    );
  const late = (endpoint: string, times: number): Habits => ({
    instead: (asked, nth) => (asked === endpoint && nth <= times ? rows([]) : undefined),
  });
  for (const [endpoint, times] of [
    ['account/positions-history', 5],
    ['account/bills-archive', 5],
    ['trade/fills-history', 6],
  ] as const)
    add(`late ${endpoint}`, closed('full_liquidation'), LIQUIDATED, { habits: late(endpoint, times) });

  // Flags
  add(
    'margin added and taken out',
    of('full_liquidation', ({ account, life }) => marginMoved(account, life)),
    { verdict: 'LIQUIDATED', flags: ['MARGIN_REDUCED_AFTER_BIND'] },
  );
  add(
    'leverage changed',
    of('full_liquidation', ({ account }) => (last(account.orders)['lever'] = '75')),
    { verdict: 'LIQUIDATED', flags: ['LEVERAGE_CHANGED_AFTER_BIND'] },
    { body: { snapshot: { lever: '50' } } },
  );
  add('size added after binding', sizeAdded(), {
    verdict: 'LIQUIDATED',
    flags: ['SIZE_ADDED_AFTER_BIND'],
    total: '30',
    insured: '15',
  });
  add(
    'realized less',
    of('full_liquidation', ({ life }) => (life['realizedPnl'] = '-18')),
    { verdict: 'LIQUIDATED', flags: ['LOSS_SOURCES_DISAGREE'], total: '17.5' },
  );
  add(
    'penalty only in the history',
    of('full_liquidation', ({ life }) => Object.assign(life, { realizedPnl: '-21', liqPenalty: '-1' })),
    { verdict: 'LIQUIDATED', flags: ['LOSS_SOURCES_DISAGREE'], total: '19.5' },
  );
  add(
    'differs by less than 1e-5',
    of('full_liquidation', ({ life }) => (life['realizedPnl'] = '-20.000009')),
    LIQUIDATED,
  );
  const marked = (instId: string, low: string): [Liquidated, Partial<Case>] => [
    closed('full_liquidation', { instId }),
    {
      habits: { candles: (ms) => (ms >= at(118) && ms <= at(121) ? [low, '100000'] : ['99500', '100500']) },
      body: { instId, snapshot: { liqPx: '98450.5', posId: '2500000000000000001', cTime: String(at(0)) } },
    },
  ];
  const [touched, touchedMore] = marked('SOL-USDT-SWAP', '98440');
  add('the mark reached it', touched, LIQUIDATED, touchedMore);
  const [never, neverMore] = marked('XRP-USDT-SWAP', '99400');
  add('the mark never reached it', never, { ...LIQUIDATED, flags: ['MARK_NEVER_REACHED_LIQ_PRICE'] }, neverMore);
  add('ETH', closed('full_liquidation', { instId: 'ETH-USDT-SWAP' }), LIQUIDATED, {
    body: { instId: 'ETH-USDT-SWAP' },
  });

  // Faults
  const once = (said: Said, times = 1): Habits => ({ instead: (_endpoint, nth) => (nth <= times ? said : undefined) });
  const always = (said: Said): Habits => ({ instead: () => said });
  const html: Said = { status: 503, body: '<html>Service Unavailable</html>', html: true };
  for (const [name, said] of [
    ['50011 as 200', refused('50011')],
    ['50011 as 429', refused('50011', '', 429)],
    ['50040', refused('50040')],
    ['HTML 503', html],
    ['HTML 200', { ...html, status: 200 }],
    ['cut JSON', { status: 200, body: '{"code":"0","data":[{"uid' }],
    ['50001', refused('50001', '', 503)],
    ['50009', refused('50009')],
    ['50018', refused('50018')],
    ['50102', refused('50102', '', 401, false)],
    ['50112', refused('50112', '', 401)],
  ] as const)
    add(`${name}, once everywhere`, closed('full_liquidation'), LIQUIDATED, { habits: once(said) });
  add('50001 four times everywhere', closed('full_liquidation'), LIQUIDATED, {
    habits: once(refused('50001', '', 503), 4),
  });
  for (const code of [
    '50101',
    '50105',
    '50110',
    '50111',
    '50113',
    '50114',
    '50119',
    '50120',
    '50030',
    '50035',
    '50100',
    '50007',
    '50027',
  ])
    add(`key: ${code}`, closed('full_liquidation'), inconclusive('KEY_REJECTED'), {
      habits: always(refused(code, '', 401, false)),
    });
  // The word of whatever stands before the exchange, not of the exchange about the key.
  for (const status of [401, 403])
    for (const body of ['', '<html>Access denied</html>', '{"message":"Forbidden"}'])
      add(
        `HTTP ${status} with ${body || 'nothing'}`,
        closed('full_liquidation'),
        inconclusive('EXCHANGE_UNAVAILABLE'),
        {
          habits: always({ status, body }),
        },
      );
  return cases;
}
