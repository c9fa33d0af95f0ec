import { localTime } from '../format.ts';
import { midnights } from './ticks.ts';

/** The lines of a chart that is 100 high and 100 wide, with what each stands for: `ticks` by their place from the top, and the days. */
export function Axes({
  ticks,
  from,
  to,
}: {
  ticks: readonly { readonly top: number; readonly label: string }[];
  from: number;
  to: number;
}) {
  return (
    <>
      {ticks.map(({ top, label }) => (
        <div key={top} className="absolute inset-x-0 border-t border-line" style={{ top: `${top}%` }}>
          <span className="absolute right-full -translate-y-1/2 pr-2 whitespace-nowrap">{label}</span>
        </div>
      ))}
      {midnights(from, to, 4).map((at) => (
        <span
          key={at}
          className="absolute top-full -translate-x-1/2 pt-1.5 whitespace-nowrap"
          style={{ left: `${((at - from) / (to - from)) * 100}%` }}
        >
          {localTime(at).slice(5, 10)}
        </span>
      ))}
    </>
  );
}

/** Lines over the chart; each is its points, "x,y" of 100. */
export function Lines({ of }: { of: readonly (readonly string[])[] }) {
  return (
    <svg
      viewBox="0 0 100 100"
      preserveAspectRatio="none"
      className="absolute inset-0 size-full overflow-visible text-ink"
    >
      {of.map((points) => (
        <polyline
          key={points[0]}
          points={points.join(' ')}
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
          strokeLinejoin="round"
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </svg>
  );
}
