import { LEVERAGES, type Score } from './score.ts';
import { lossRatio, observedPerExpected } from './report.ts';
import type { BookHistory } from './simulateBook.ts';

// Four panels, written by hand: no library to keep, and the file reads in light and dark.
const WIDTH = 960;
const HEIGHT = 760;
const PANEL = { width: 400, height: 250 };
const STYLE = `
  svg { background: #ffffff; font: 13px system-ui, sans-serif; }
  text { fill: #1f2933; } .quiet { fill: #5b6875; font-size: 11px; } .title { font-weight: 600; }
  .grid { stroke: #d5dbe1; } .axis { stroke: #5b6875; } .one { stroke: #5b6875; stroke-dasharray: 4 4; }
  .bar { fill: #2f6fb0; } .bad { fill: #c2542d; } .line { fill: none; stroke: #2f6fb0; stroke-width: 1.5; }
  .reserve { fill: none; stroke: #c2542d; stroke-width: 1.5; } .dot { fill: #2f6fb0; }
  @media (prefers-color-scheme: dark) {
    svg { background: #14181d; } text { fill: #e6ebf0; } .quiet { fill: #a3afbb; } .grid { stroke: #303841; }
    .axis { stroke: #a3afbb; } .one { stroke: #a3afbb; } .bar { fill: #6fb0ee; } .bad { fill: #f0885f; }
    .line { stroke: #6fb0ee; } .reserve { stroke: #f0885f; } .dot { fill: #6fb0ee; }
  }`;

const at = (value: number): string => value.toFixed(1);
const text = (x: number, y: number, words: string, kind = 'quiet', anchor = 'start'): string =>
  `<text x="${at(x)}" y="${at(y)}" class="${kind}" text-anchor="${anchor}">${words}</text>`;
const line = (x1: number, y1: number, x2: number, y2: number, kind: string): string =>
  `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" class="${kind}"/>`;

function panel(x: number, y: number, title: string, note: string, content: string): string {
  const frame = line(0, PANEL.height, PANEL.width, PANEL.height, 'axis');
  return `<g transform="translate(${x} ${y})">${text(0, -26, title, 'title')}${text(0, -10, note)}${content}${frame}</g>`;
}

/** Draws calibration, observed/expected by leverage, loss ratio by month, and the drawdown against the reserve, as one SVG. */
export function drawBacktest(score: Score, book: BookHistory, setName: string): string {
  const summary = `LP-T3, parameters ${setName}: observed/expected ${observedPerExpected(score.all).toFixed(3)}, log loss ${score.logLoss.toFixed(4)}, Brier ${score.brier.toFixed(4)}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${summary}">`,
    `<style>${STYLE}\n</style>`,
    text(50, 32, summary, 'title'),
    panel(
      50,
      100,
      `Calibration by decile, ${score.horizon}`,
      'observed (up) against predicted; both logarithmic',
      calibration(score),
    ),
    panel(520, 100, `Observed / expected by leverage, ${score.horizon}`, 'dashed: 1', byLeverage(score)),
    panel(50, 450, 'Loss ratio by month of sale', 'payouts per premium; dashed: 100 %', byMonth(book)),
    panel(
      520,
      450,
      'Drawdown (blue) against reserve (red), USDC by day',
      `deepest ${Math.round(book.drawdown.amount).toLocaleString('en')}, largest reserve ${Math.round(book.largestReserve).toLocaleString('en')}`,
      drawdowns(book),
    ),
    '</svg>\n',
  ].join('\n');
}

const LOWEST = 1e-4;

function calibration(score: Score): string {
  const place = (p: number): number => 1 - Math.log(Math.max(LOWEST, p)) / Math.log(LOWEST);
  const x = (p: number): number => place(p) * PANEL.width;
  const y = (p: number): number => PANEL.height - place(p) * PANEL.height;
  const parts = [line(0, PANEL.height, PANEL.width, 0, 'one')];
  for (const [p, label] of [
    [0.001, '0.1 %'],
    [0.01, '1 %'],
    [0.1, '10 %'],
    [1, '100 %'],
  ] as const) {
    parts.push(line(0, y(p), PANEL.width, y(p), 'grid'), text(-6, y(p) + 4, label, 'quiet', 'end'));
    parts.push(line(x(p), 0, x(p), PANEL.height, 'grid'), text(x(p), PANEL.height + 16, label, 'quiet', 'middle'));
  }
  for (const bin of score.deciles) {
    parts.push(`<circle cx="${at(x(bin.predicted))}" cy="${at(y(bin.observed))}" r="5" class="dot"/>`);
  }
  return parts.join('');
}

function byLeverage(score: Score): string {
  const shown = LEVERAGES.flatMap((leverage) => {
    const tally = score.byLeverage.get(`${leverage}x`);
    return tally && tally.expected > 0 ? [{ leverage, ratio: observedPerExpected(tally) }] : [];
  });
  return bars(
    shown.map(({ leverage, ratio }) => ({ label: `${leverage}x`, value: ratio })),
    Math.max(1.2, ...shown.map(({ ratio }) => ratio)),
    (value) => value.toFixed(1),
    1,
  );
}

function byMonth(book: BookHistory): string {
  const months = [...book.byMonth].map(([month, flow]) => ({
    label: month.endsWith('-01') ? month.slice(0, 4) : '',
    value: lossRatio(flow) ?? 0,
  }));
  return bars(
    months,
    Math.max(1.2, ...months.map((month) => month.value)),
    (value) => `${Math.round(value * 100)} %`,
    12,
  );
}

function bars(
  items: readonly { label: string; value: number }[],
  top: number,
  say: (value: number) => string,
  gapEvery: number,
): string {
  const step = PANEL.width / Math.max(1, items.length);
  const y = (value: number): number => PANEL.height - (value / top) * PANEL.height;
  const parts: string[] = [];
  for (const mark of [0.5, 1, 1.5, 2, 3].filter((one) => one <= top)) {
    parts.push(line(0, y(mark), PANEL.width, y(mark), mark === 1 ? 'one' : 'grid'));
    parts.push(text(-6, y(mark) + 4, say(mark), 'quiet', 'end'));
  }
  items.forEach(({ label, value }, index) => {
    const left = index * step + step * 0.12;
    const kind = gapEvery > 1 && value > 1 ? 'bad' : 'bar';
    parts.push(
      `<rect x="${at(left)}" y="${at(y(value))}" width="${at(step * 0.76)}" height="${at(PANEL.height - y(value))}" class="${kind}"/>`,
    );
    if (label !== '') parts.push(text(left + step * 0.38, PANEL.height + 16, label, 'quiet', 'middle'));
  });
  return parts.join('');
}

function drawdowns(book: BookHistory): string {
  const { days } = book;
  if (days.length < 2) return text(0, PANEL.height / 2, 'less than two days');
  const top = Math.max(1, ...days.flatMap((one) => [one.drawdown, one.reserve]));
  const x = (index: number): number => (index / (days.length - 1)) * PANEL.width;
  const y = (value: number): number => PANEL.height - (value / top) * PANEL.height;
  const path = (pick: (one: (typeof days)[number]) => number): string =>
    days.map((one, index) => `${index === 0 ? 'M' : 'L'}${at(x(index))} ${at(y(pick(one)))}`).join('');
  const parts = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => {
    const value = share * top;
    return [
      line(0, y(value), PANEL.width, y(value), 'grid'),
      text(-6, y(value) + 4, `${Math.round(value / 1000)}k`, 'quiet', 'end'),
    ];
  });
  days.forEach((one, index) => {
    const date = new Date(one.timeMs).toISOString();
    if (date.slice(5, 10) === '01-01')
      parts.push(text(x(index), PANEL.height + 16, date.slice(0, 4), 'quiet', 'middle'));
  });
  parts.push(`<path d="${path((one) => one.reserve)}" class="reserve"/>`);
  parts.push(`<path d="${path((one) => one.drawdown)}" class="line"/>`);
  return parts.join('');
}
