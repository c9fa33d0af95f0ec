import { useTranslation } from 'react-i18next';

/** What is not covered, before anybody pays. */
export function Exclusions({ open = false }: { open?: boolean }) {
  const { t } = useTranslation('trader');
  const keys = ['closed', 'before', 'wait', 'cross', 'margin', 'adl', 'touch', 'late'] as const;
  return (
    <details open={open} className="border-t border-line pt-4 text-sm">
      <summary className="font-semibold">{t('exclusions.title')}</summary>
      <ul className="mt-3 grid list-disc gap-2 pl-5">
        {keys.map((key) => (
          <li key={key}>{t(`exclusions.${key}`)}</li>
        ))}
      </ul>
    </details>
  );
}
