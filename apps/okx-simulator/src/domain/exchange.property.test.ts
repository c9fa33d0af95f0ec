import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, decimal, formatDecimal, subtract, sum, ZERO, type Decimal } from '@liqpass/kernel/decimal';
import fc from 'fast-check';
import { isCommandName, parseCommand } from '../control/commands.ts';
import { DEFAULT_UID, execute } from '../control/execute.ts';
import { newAccount, newExchange, type Account } from './exchange.ts';
import { latestHistories } from './reading.ts';
import { Refusal } from './refusal.ts';

const START = 1_772_625_600_000;
const instId = fc.constantFrom('BTC-USDT-SWAP', 'ETH-USDT-SWAP');
const lots = fc.integer({ min: 1, max: 400 }).map((n) => formatDecimal(decimal(String(n)), 2).concat('.25'));
const share = fc.constantFrom('1', '0.5', '0.3333');

/** Any command, sensible or not: what is refused must change nothing. */
const commandsOf = (slot: { instId: typeof instId; posSide: fc.Arbitrary<string> }) =>
  fc.array(
    fc.record({
      afterMs: fc.constantFrom(0, 1, 999, 61_000),
      command: fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({
            name: fc.constant('orders'),
            body: fc.record(
              { ...slot, side: fc.constantFrom('buy', 'sell'), sz: lots, lever: fc.constantFrom('3', '7', '20', '50') },
              { requiredKeys: ['instId', 'posSide', 'side', 'sz'] },
            ),
          }),
        },
        fc.record({
          name: fc.constant('orders'),
          body: fc.record({
            ...slot,
            side: fc.constantFrom('buy', 'sell'),
            sz: lots,
            ordType: fc.constant('limit'),
            px: fc.constantFrom('80000', '95000', '2900', '3300'),
          }),
        }),
        {
          weight: 3,
          arbitrary: fc.record({
            name: fc.constant('marks'),
            body: fc.oneof(
              fc.record({
                instId: fc.constant('BTC-USDT-SWAP'),
                px: fc.integer({ min: 60_000, max: 130_000 }),
                how: fc.constantFrom('pin', 'move', 'wick', 'glide'),
              }),
              fc.record({
                instId: fc.constant('ETH-USDT-SWAP'),
                px: fc.integer({ min: 2_000, max: 4_500 }),
                how: fc.constantFrom('pin', 'move', 'wick'),
              }),
            ),
          }),
        },
        fc.record({
          name: fc.constant('margin'),
          body: fc.record({ ...slot, amt: fc.constantFrom('100', '-50', '0.000001') }),
        }),
        fc.record({
          name: fc.constant('leverage'),
          body: fc.record({ ...slot, lever: fc.constantFrom('5', '10', '33') }),
        }),
        fc.record({
          name: fc.constant('funding'),
          body: fc.record({ instId, rate: fc.constantFrom('0.0001', '-0.0003') }),
        }),
        fc.record({ name: fc.constant('liquidate'), body: fc.record({ ...slot, share }) }),
        fc.record({ name: fc.constant('adl'), body: fc.record({ ...slot, share }) }),
        fc.record({ name: fc.constant('close'), body: fc.record({ ...slot, share }) }),
      ),
    }),
    { maxLength: 40 },
  );

const text = (row: Readonly<Record<string, unknown>>, field: string): string => String(row[field]);
const amount = (row: Readonly<Record<string, unknown>>, field: string): Decimal => decimal(text(row, field));

function checkBooks(account: Account): void {
  const margins = sum([...account.positions.values()].map((position) => position.margin));
  const equity = add(account.balance, margins);
  const bills = [...account.bills.values()].map(({ row }) => row);
  const changed = sum(bills.map((row) => add(amount(row, 'balChg'), amount(row, 'posBalChg'))));
  assert.equal(formatDecimal(equity), formatDecimal(add(account.deposited, changed)), 'equity = deposits + bills');

  const earned = sum(bills.map((row) => add(amount(row, 'pnl'), amount(row, 'fee'))));
  assert.equal(formatDecimal(changed), formatDecimal(earned), 'bills change equity by pnl and fee alone');

  const over = latestHistories(account, () => true).map(({ row }) => row);
  const live = [...account.positions.values()];
  const isLive = (row: Readonly<Record<string, unknown>>): boolean =>
    live.some((position) => position.posId === text(row, 'posId') && String(position.cTime) === text(row, 'cTime'));
  const realized = add(
    sum(over.filter((row) => !isLive(row)).map((row) => amount(row, 'realizedPnl'))),
    sum(live.map((position) => add(add(position.pnl, position.fee), position.fundingFee))),
  );
  assert.equal(formatDecimal(realized), formatDecimal(changed), 'lifetimes realize what the bills changed');

  let [lastId, balance] = [0n, account.deposited];
  for (const { id, row } of account.bills.values()) {
    assert.ok(id > lastId, 'bill ids grow');
    lastId = id;
    balance = add(balance, amount(row, 'balChg'));
    assert.equal(
      text(row, 'bal').replace(/\.?0+$/, ''),
      formatDecimal(balance).replace(/\.0+$/, ''),
      'bal follows balChg',
    );
    const forced = ['5', '9'].includes(text(row, 'type'));
    assert.equal(forced, text(row, 'tradeId').startsWith('-'), 'forced bills have a negative tradeId, others none');
  }
  assert.equal(
    account.bills.size - account.fills.size,
    bills.filter((row) => ['6', '8'].includes(text(row, 'type'))).length,
  );
}

for (const posMode of ['long_short_mode', 'net_mode'] as const)
  test(`loses and creates no money in any sequence of commands (${posMode})`, () => {
    fc.assert(
      fc.property(
        commandsOf({ instId, posSide: fc.constantFrom(...(posMode === 'net_mode' ? ['net'] : ['long', 'short'])) }),
        (sequence) => {
          const exchange = newExchange('property', START);
          const settings = {
            uid: DEFAULT_UID,
            mainUid: DEFAULT_UID,
            label: '',
            apiKey: 'k',
            secretKey: 's',
            passphrase: 'p',
          };
          const account = newAccount({
            ...settings,
            perm: ['read_only'],
            ip: [],
            region: 'global',
            posMode,
            balance: decimal('25000'),
          });
          exchange.accounts.set(account.uid, account);
          let nowMs = START;
          for (const { afterMs, command } of sequence) {
            nowMs += afterMs;
            const before = { bills: account.bills.size, orders: account.orders.size };
            try {
              if (isCommandName(command.name)) execute(exchange, parseCommand(command.name, command.body), nowMs);
            } catch (error) {
              if (!(error instanceof Refusal)) throw error;
              if (afterMs === 0) assert.deepEqual({ bills: account.bills.size, orders: account.orders.size }, before);
            }
            checkBooks(account);
          }
          for (const position of account.positions.values())
            assert.ok(position.size.n > 0n && subtract(position.margin, ZERO).n >= 0n);
        },
      ),
      { numRuns: 60 },
    );
  });
