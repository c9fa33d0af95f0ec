import type { SVGProps } from 'react';

// The icons of every page, and how all are drawn: on a 24 px grid with one stroke. They decorate: words stand beside them.
export type IconProps = SVGProps<SVGSVGElement> & { size?: number };
export type Icon = (props: IconProps) => React.JSX.Element;

/** An icon of these strokes. */
export const icon =
  (...paths: string[]): Icon =>
  ({ size = 18, ...props }) => (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.9}
      strokeLinecap="square"
      aria-hidden="true"
      {...props}
    >
      {paths.map((d) => (
        <path key={d} d={d} />
      ))}
    </svg>
  );

export const CheckIcon = icon('M5 12.5l4.5 4.5L19 7.5');
export const CrossIcon = icon('M6 6l12 12M18 6L6 18');
export const CopyIcon = icon('M9 9h11v11H9z', 'M5 15H4V4h11v1');
export const WalletIcon = icon('M4 6h14v3', 'M4 6v13h16V9H5', 'M16 14h.5');
export const SlidersIcon = icon(
  'M4 8h4M14 8h6M4 16h8M18 16h2',
  'M8 8a3 3 0 1 0 6 0a3 3 0 1 0-6 0',
  'M12 16a3 3 0 1 0 6 0a3 3 0 1 0-6 0',
);
export const SpinnerIcon = icon(
  'M12 3v4',
  'M12 17v4',
  'M3 12h4',
  'M17 12h4',
  'M5.6 5.6l2.9 2.9',
  'M15.5 15.5l2.9 2.9',
  'M5.6 18.4l2.9-2.9',
  'M15.5 8.5l2.9-2.9',
);
export const AlertIcon = icon('M12 4L2.5 20h19z', 'M12 10v4.5', 'M12 17.2v.1');
export const RefreshIcon = icon('M19 12a7 7 0 1 1-2-5', 'M20 4v4h-4');

/** The mark: steps down to a floor. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <path d="M4 2v4.500h4V11h4v4.500h4" stroke="currentColor" strokeWidth="3" />
      <path d="M2 21h20" stroke="var(--floor)" strokeWidth="3.500" />
    </svg>
  );
}
