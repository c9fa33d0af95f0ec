import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { paymentInstructionsQuery } from '../data/marketQueries.ts';

/** What people call the chain of the payments; words that fit any while it is not known. */
export function useNetwork(): string {
  const { t } = useTranslation('trader');
  const to = useQuery(paymentInstructionsQuery);
  return to.data?.chain_name ?? t('network');
}
