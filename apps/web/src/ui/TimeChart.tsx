import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useThemeKey } from '../theme.ts';

export type Series = {
  label: string;
  values: readonly (number | null)[];
  /** A custom property: '--floor'. */
  color: string;
  fill?: boolean;
  dash?: number[];
};
export type Zone = { fromSec: number; toSec: number; label: string };
export type Level = { value: number; label: string; color: string };
export type Mark = { atSec: number; label: string };

/** A canvas needs a used colour: custom properties with light-dark() are not resolved by getPropertyValue(). */
function usedColor(host: HTMLElement, name: string, alpha = 1): string {
  const probe = document.createElement('span');
  probe.style.color = alpha === 1 ? `var(${name})` : `color-mix(in srgb, var(${name}) ${alpha * 100}%, transparent)`;
  host.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}

/** A time series with its readout; hatched zones, level lines and instants can be marked. The same figures belong in a table beside it. */
export default function TimeChart({
  times,
  series,
  zones = [],
  levels = [],
  marks = [],
  height = 200,
  zero = false,
  value,
  readout = value,
  time,
}: {
  times: readonly number[];
  series: readonly Series[];
  zones?: readonly Zone[];
  levels?: readonly Level[];
  marks?: readonly Mark[];
  height?: number;
  /** Whether the scale starts at zero. */
  zero?: boolean;
  value: (value: number) => string;
  /** As figures are read off, where that differs from the axis. */
  readout?: (value: number) => string;
  time: (sec: number) => string;
}) {
  const host = useRef<HTMLDivElement>(null);
  const [index, setIndex] = useState<number | null>(null);
  const theme = useThemeKey();
  const key = JSON.stringify([times.length, times.at(-1), series, zones, levels, marks, height, theme]);
  useEffect(() => {
    const box = host.current;
    if (!box) return undefined;
    const font = `12px ${getComputedStyle(box).fontFamily}`;
    const axis = {
      stroke: usedColor(box, '--muted'),
      grid: { stroke: usedColor(box, '--line'), width: 1 },
      ticks: { show: false },
      font,
    };
    const all = [...series.flatMap((s) => s.values.filter((v) => v !== null)), ...levels.map((l) => l.value)];
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const room = (high - low || Math.abs(high) || 1) * 0.12;
    const ends = [...times, ...zones.flatMap((z) => [z.fromSec, z.toSec]), ...marks.map((m) => m.atSec)];
    const chart = new uPlot(
      {
        width: box.clientWidth,
        height,
        legend: { show: false },
        cursor: { y: false, points: { size: 7 } },
        padding: [10, 12, 0, 0],
        scales: {
          x: { time: true, range: () => [Math.min(...ends), Math.max(...ends)] },
          y: { range: () => [zero ? 0 : low - room, high + room] },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            space: 96,
            size: 30,
            values: (u, all_) => all_.map((sec) => (fits(u, sec) ? time(sec) : '')),
          },
          { ...axis, size: 66, space: 40, values: (_u, all_) => all_.map(value) },
        ],
        series: [
          {},
          ...series.map((s) => ({
            stroke: usedColor(box, s.color),
            width: 2,
            ...(s.dash ? { dash: s.dash } : {}),
            ...(s.fill ? { fill: usedColor(box, s.color, 0.1) } : {}),
            points: { show: false },
          })),
        ],
        hooks: {
          setCursor: [(u) => setIndex(u.cursor.idx ?? null)],
          drawClear: [
            (u) => {
              for (const zone of zones) hatch(u, zone, usedColor(box, '--floor', 0.35));
            },
          ],
          draw: [
            (u) => {
              for (const level of levels) levelLine(u, level, usedColor(box, level.color), font);
              instantLines(u, marks, {
                line: usedColor(box, '--edge'),
                text: usedColor(box, '--ink'),
                ground: usedColor(box, '--surface'),
              });
            },
          ],
        },
      },
      [[...times], ...series.map((s) => [...s.values])],
      box,
    );
    const observer = new ResizeObserver(() => chart.setSize({ width: box.clientWidth, height }));
    observer.observe(box);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [key]);
  const at = index ?? times.length - 1;
  return (
    <div className="min-w-0">
      <div ref={host} aria-hidden="true" className="relative min-w-0" style={{ height }} />
      <div className="flex min-h-6 flex-wrap gap-x-5 gap-y-1 pt-1 text-sm text-muted">
        {times[at] !== undefined && <span className="num">{time(times[at])}</span>}
        {series.map((s) => {
          const v = s.values[at];
          return (
            <span key={s.label} className="inline-flex items-center gap-1.5">
              <svg width="18" height="8" aria-hidden="true">
                <line
                  x1="0"
                  x2="18"
                  y1="4"
                  y2="4"
                  stroke={`var(${s.color})`}
                  strokeWidth="2"
                  strokeDasharray={s.dash?.join(' ')}
                />
              </svg>
              {s.label} <span className="num text-ink">{v === null || v === undefined ? '–' : readout(v)}</span>
            </span>
          );
        })}
        {levels.map((level) => (
          <span key={level.label} className="inline-flex items-center gap-1.5">
            <svg width="18" height="8" aria-hidden="true">
              <line x1="0" x2="18" y1="4" y2="4" stroke={`var(${level.color})`} strokeWidth="2" strokeDasharray="4 3" />
            </svg>
            {level.label} <span className="num text-ink">{readout(level.value)}</span>
          </span>
        ))}
        {zones.map((zone) => (
          <span key={zone.label} className="inline-flex items-center gap-1.5">
            <span className="hatch inline-block h-3 w-4.5 border border-floor" /> {zone.label}
          </span>
        ))}
      </div>
    </div>
  );
}

/** Whether a label under this instant ends inside the chart. */
const fits = (u: uPlot, sec: number): boolean => u.valToPos(sec, 'x') < u.bbox.width / devicePixelRatio - 30;

function hatch(u: uPlot, zone: Zone, color: string): void {
  const { ctx, bbox } = u;
  const left = Math.max(bbox.left, u.valToPos(zone.fromSec, 'x', true));
  const right = Math.min(bbox.left + bbox.width, u.valToPos(zone.toSec, 'x', true));
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, bbox.top, Math.max(0, right - left), bbox.height);
  ctx.clip();
  ctx.strokeStyle = color;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let x = left - bbox.height; x < right; x += 10) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.stroke();
  ctx.restore();
}

function levelLine(u: uPlot, level: Level, color: string, font: string): void {
  const { ctx, bbox } = u;
  const y = u.valToPos(level.value, 'y', true);
  ctx.save();
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.font = font;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/**
 * Instants with their names. What happens at the same pixel has one line and one label; a label that would run into another
 * goes a row down, on a ground of its own, so that lines behind it do not cross it.
 */
function instantLines(u: uPlot, marks: readonly Mark[], colors: { line: string; text: string; ground: string }): void {
  const { ctx, bbox } = u;
  const px = devicePixelRatio;
  ctx.save();
  ctx.font = `${11 * px}px ${getComputedStyle(u.root).fontFamily}`;
  ctx.textBaseline = 'middle';
  // The axes leave theirs behind.
  ctx.textAlign = 'left';
  ctx.lineWidth = px;
  const merged: { x: number; labels: string[] }[] = [];
  for (const mark of marks.toSorted((a, b) => a.atSec - b.atSec)) {
    const x = u.valToPos(mark.atSec, 'x', true);
    const last = merged.at(-1);
    if (last && x - last.x < 4 * px) last.labels.push(mark.label);
    else merged.push({ x, labels: [mark.label] });
  }
  ctx.strokeStyle = colors.line;
  ctx.beginPath();
  for (const { x } of merged) {
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
  }
  ctx.stroke();
  const rows: { from: number; to: number }[][] = [];
  const wide = (label: string): number => ctx.measureText(label).width + 8 * px;
  // One line of names beside its instant, or as many as a narrow chart needs.
  const lines = merged.flatMap(({ x, labels }) => {
    const out: { x: number; label: string }[] = [];
    const room = Math.max(x - bbox.left, bbox.left + bbox.width - x);
    for (const label of labels) {
      const last = out.at(-1);
      const longer = last === undefined ? '' : `${last.label} · ${label}`;
      if (last && wide(longer) <= room) last.label = longer;
      else out.push({ x, label });
    }
    return out;
  });
  for (const { x, label } of lines) {
    const width = wide(label);
    const from = x + width > bbox.left + bbox.width ? Math.max(bbox.left, x - width) : x;
    const taken = (row: number): boolean =>
      (rows[row] ?? []).some((other) => from < other.to + 4 * px && other.from < from + width + 4 * px);
    let row = 0;
    while (taken(row)) row += 1;
    (rows[row] ??= []).push({ from, to: from + width });
    const y = bbox.top + (8 + 16 * row) * px;
    ctx.fillStyle = colors.ground;
    ctx.fillRect(from, y - 7 * px, width, 14 * px);
    ctx.fillStyle = colors.text;
    ctx.fillText(label, from + 4 * px, y);
    // The edge that touches the label's own line.
    ctx.fillRect(x - px, y - 7 * px, 2 * px, 14 * px);
  }
  ctx.restore();
}
