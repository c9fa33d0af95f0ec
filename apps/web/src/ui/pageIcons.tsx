import { icon } from './icons.tsx';

// The icons that only some pages show.
export const MinusIcon = icon('M5 12h14');
export const ChevronLeftIcon = icon('M15 6l-6 6l6 6');
export const ArrowRightIcon = icon('M4 12h15', 'M13 6l6 6l-6 6');
export const ExternalIcon = icon('M14 4h6v6', 'M20 4l-9 9', 'M18 14v6H4V6h6');
export const DownloadIcon = icon('M12 4v11', 'M7 11l5 5l5-5', 'M4 20h16');
export const SearchIcon = icon('M4 11a7 7 0 1 0 14 0a7 7 0 1 0-14 0', 'M16.5 16.5L21 21');
export const RingIcon = icon('M5 12a7 7 0 1 0 14 0a7 7 0 1 0-14 0');
export const LockIcon = icon('M5 11h14v9H5z', 'M8 11V8a4 4 0 0 1 8 0v3');
export const PrintIcon = icon('M7 9V4h10v5', 'M7 17H4V9h16v8h-3', 'M7 14h10v6H7z');
export const TrashIcon = icon('M4 7h16', 'M9 7V4h6v3', 'M6 7l1 13h10l1-13');
export const FlagIcon = icon('M5 21V4h13l-3 4.500l3 4.500H5');
