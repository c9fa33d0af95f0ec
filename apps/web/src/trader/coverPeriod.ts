import type { TFunction } from 'i18next';

/** "8 hours", "24 hours", "7 days". */
export const coverPeriod = (t: TFunction, hours: number): string =>
  hours > 48 && hours % 24 === 0 ? t('period.days', { count: hours / 24 }) : t('period.hours', { count: hours });
