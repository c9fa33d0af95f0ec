import { useTranslation } from 'react-i18next';
import { Instant } from '../ui/Instant.tsx';

/** When a cover that goes on from another begins, said before it is paid. */
export function NextBegins({ at }: { at: string }) {
  const { t } = useTranslation('trader');
  return (
    <p className="text-sm">
      {t('again.next')} <Instant at={at} />
      <br />
      <span className="text-muted">{t('again.late')}</span>
    </p>
  );
}
