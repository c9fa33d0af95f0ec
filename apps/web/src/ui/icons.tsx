import type { SVGProps } from 'react';

// The icons of this product, drawn on a 24 px grid with one stroke. They decorate: words stand beside them.
export type IconProps = SVGProps<SVGSVGElement> & { size?: number };
export type Icon = (props: IconProps) => React.JSX.Element;

const icon =
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
export const MinusIcon = icon('M5 12h14');
export const CopyIcon = icon('M9 9h11v11H9z', 'M5 15H4V4h11v1');
export const WalletIcon = icon('M4 6h14v3', 'M4 6v13h16V9H5', 'M16 14h.5');
export const SlidersIcon = icon(
  'M4 8h4M14 8h6M4 16h8M18 16h2',
  'M8 8a3 3 0 1 0 6 0a3 3 0 1 0-6 0',
  'M12 16a3 3 0 1 0 6 0a3 3 0 1 0-6 0',
);
export const ChevronDownIcon = icon('M6 9l6 6l6-6');
export const ChevronLeftIcon = icon('M15 6l-6 6l6 6');
export const ChevronRightIcon = icon('M9 6l6 6l-6 6');
export const ArrowRightIcon = icon('M4 12h15', 'M13 6l6 6l-6 6');
export const ExternalIcon = icon('M14 4h6v6', 'M20 4l-9 9', 'M18 14v6H4V6h6');
export const DownloadIcon = icon('M12 4v11', 'M7 11l5 5l5-5', 'M4 20h16');
export const SearchIcon = icon('M4 11a7 7 0 1 0 14 0a7 7 0 1 0-14 0', 'M16.5 16.5L21 21');
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
export const RingIcon = icon('M5 12a7 7 0 1 0 14 0a7 7 0 1 0-14 0');
export const ClockIcon = icon('M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0', 'M12 7v5l3.5 2');
export const AlertIcon = icon('M12 4L2.5 20h19z', 'M12 10v4.5', 'M12 17.2v.1');
export const InfoIcon = icon('M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0', 'M12 11v5.5', 'M12 7.6v.1');
export const LockIcon = icon('M5 11h14v9H5z', 'M8 11V8a4 4 0 0 1 8 0v3');
export const KeyIcon = icon('M4 15a4 4 0 1 0 8 0a4 4 0 1 0-8 0', 'M11 12l8-8', 'M16 7l3 3');
export const PrintIcon = icon('M7 9V4h10v5', 'M7 17H4V9h16v8h-3', 'M7 14h10v6H7z');
export const RefreshIcon = icon('M19 12a7 7 0 1 1-2-5', 'M20 4v4h-4');
export const ShieldIcon = icon('M12 3l8 3v6c0 4.500-3.500 7.500-8 9c-4.500-1.500-8-4.500-8-9V6z');
export const TrashIcon = icon('M4 7h16', 'M9 7V4h6v3', 'M6 7l1 13h10l1-13');
export const FlagIcon = icon('M5 21V4h13l-3 4.500l3 4.500H5');

/** The mark: steps down to a floor. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <path d="M4 2v4.500h4V11h4v4.500h4" stroke="currentColor" strokeWidth="3" />
      <path d="M2 21h20" stroke="var(--floor)" strokeWidth="3.500" />
    </svg>
  );
}
