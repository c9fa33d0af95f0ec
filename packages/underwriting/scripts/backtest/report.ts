import type { CatalogueRow } from './catalogue.ts';
import type { Score, Tally } from './score.ts';
import type { BookHistory, Flow } from './simulateBook.ts';

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const small = (share: number): string => (share < 0.1 ? share.toFixed(4) : share.toFixed(3));
const money = (amount: number): string => Math.round(amount).toLocaleString('en');
export const observedPerExpected = (tally: Tally): number => tally.observed / tally.expected;
const ratio = (tally: Tally): string => (tally.expected > 0 ? observedPerExpected(tally).toFixed(3) : '–');
export const lossRatio = (flow: Flow): number | null => (flow.premium > 0 ? flow.claims / flow.premium : null);
const loss = (flow: Flow): string => {
  const value = lossRatio(flow);
  return value === null ? '–' : percent(value);
};
const day = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

/** A table with its columns lined up, the first to the left. */
export function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [title, line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line), ''].join('\n');
}

const tallyRows = (tallies: ReadonlyMap<string, Tally>): string[][] =>
  [...tallies]
    .filter(([, tally]) => tally.cells > 0)
    .map(([name, tally]) => [
      name,
      money(tally.cells),
      small(tally.expected / tally.cells),
      small(tally.observed / tally.cells),
      ratio(tally),
    ]);

/** How well the probabilities held. */
export function scoreTables(scores: readonly Score[]): string {
  const parts = [
    table(
      'Score (BTC and ETH, 12 leverages × long and short, every hour, no events)',
      ['window', 'cells', 'observed/expected', 'log loss', 'Brier'],
      scores.map((one) => [
        one.horizon,
        money(one.all.cells),
        ratio(one.all),
        one.logLoss.toFixed(5),
        one.brier.toFixed(5),
      ]),
    ),
  ];
  for (const one of scores) {
    const head = ['', 'cells', 'predicted', 'observed', 'obs./exp.'];
    parts.push(
      table(
        `Calibration by decile, ${one.horizon}`,
        head,
        one.deciles.map((bin, index) => [
          String(index + 1),
          money(bin.cells),
          small(bin.predicted),
          small(bin.observed),
          (bin.observed / bin.predicted).toFixed(3),
        ]),
      ),
      table(`By leverage, ${one.horizon}`, head, tallyRows(one.byLeverage)),
      table(`By year, ${one.horizon}`, head, tallyRows(one.byYear)),
      table(`By coin and side, ${one.horizon}`, head, tallyRows(one.byCoinAndSide)),
    );
  }
  return parts.join('\n');
}

const CRASH_WEEKS = 10;

/** What the made-up book earned and lost. */
export function bookTables(book: BookHistory, catalogue: readonly CatalogueRow[]): string {
  const flowRow = (name: string, flow: Flow): string[] => [
    name,
    money(flow.sales),
    money(flow.premium),
    money(flow.claims),
    loss(flow),
  ];
  const head = ['', 'sales', 'premiums', 'payouts', 'loss ratio'];
  const years = new Map<string, Flow>();
  for (const [month, flow] of book.byMonth) {
    const year = years.get(month.slice(0, 4)) ?? { sales: 0, premium: 0, claims: 0 };
    year.sales += flow.sales;
    year.premium += flow.premium;
    year.claims += flow.claims;
    years.set(month.slice(0, 4), year);
  }
  const worst = [...book.weeks].sort((one, other) => other.largestMove - one.largestMove).slice(0, CRASH_WEEKS);
  const inCrashes = worst.reduce<Flow>(
    (sum, week) => ({
      sales: sum.sales + week.sales,
      premium: sum.premium + week.premium,
      claims: sum.claims + week.claims,
    }),
    { sales: 0, premium: 0, claims: 0 },
  );
  const { drawdown } = book;
  return [
    'The book assumed: at every hour one buyer for each of BTC and ETH, long and short, 5, 8, 10, 15 and 20x asks for 24 h of',
    `cover paying ${money(book.payout)} USDC; capital ${money(book.capital)} USDC; sold at the computed premium where eligibility and the`,
    'book allow it; cover starts at once; hits are paid in full at the end of their hour. Loss ratio: payouts per premium, by day of sale.',
    '',
    table(
      'Asked and refused',
      ['', 'covers', 'share'],
      [
        ['asked', money(book.asked), ''],
        ['sold', money(book.total.sales), percent(book.total.sales / book.asked)],
        ...[...book.refused].map(([code, count]) => [code, money(count), percent(count / book.asked)]),
      ],
    ),
    table('Loss ratio by leverage', head, [
      ...[...book.byLeverage].map(([name, flow]) => flowRow(name, flow)),
      flowRow('all', book.total),
    ]),
    table(
      'Loss ratio by year',
      head,
      [...years].map(([name, flow]) => flowRow(name, flow)),
    ),
    table(
      'Loss ratio by month',
      head,
      [...book.byMonth].map(([name, flow]) => flowRow(name, flow)),
    ),
    table(
      `Crash weeks: the ${worst.length} with the largest move within 24 h, by their Monday`,
      ['', 'largest move', 'sales', 'premiums', 'payouts', 'loss ratio'],
      [
        ...worst.map((week) => {
          const [name = '', ...cells] = flowRow(week.week, week);
          return [name, percent(week.largestMove), ...cells];
        }),
        ['together', '', ...flowRow('', inCrashes).slice(1)],
      ],
    ),
    table(
      'Drawdown against reserve(99.9 %, 24 h), USDC',
      ['', ''],
      [
        ['deepest drawdown', `${money(drawdown.amount)} (${day(drawdown.fromMs)} to ${day(drawdown.toMs)})`],
        ['largest reserve', money(book.largestReserve)],
        ['drawdown / largest reserve', (drawdown.amount / Math.max(1, book.largestReserve)).toFixed(2)],
        ['hours with a book', money(book.hours)],
        ['hours that claimed more than their reserve', money(book.hoursAboveReserve)],
        ['largest share of a reserve claimed', percent(book.largestUse)],
        ['earned in all, before expenses', money(book.total.premium - book.total.claims)],
      ],
    ),
    table(
      '"1.00 buys 50 in 24 h": loss ratio where it is on sale (p ≤ 1.39 %), and if it always were',
      ['', 'on sale', 'gated', 'ungated'],
      catalogue.map((row) => [
        `${row.coin} ${row.leverage}x`,
        percent(row.soldShare),
        row.gatedLossRatio === null ? '–' : percent(row.gatedLossRatio),
        percent(row.ungatedLossRatio),
      ]),
    ),
  ].join('\n');
}
