import { useTranslation } from 'react-i18next';
import { CheckIcon } from './icons.tsx';

/** Where one is between position and payment. */
export function Steps({ at }: { at: 1 | 2 | 3 }) {
  const { t } = useTranslation('trader');
  const names = [t('steps.position'), t('steps.bind'), t('steps.pay')];
  return (
    <ol className="grid grid-cols-3 gap-1.5" aria-label={t('steps.label')}>
      {names.map((name, index) => {
        const n = index + 1;
        return (
          <li
            key={name}
            aria-current={n === at ? 'step' : undefined}
            className={`border-t-3 pt-1.5 text-sm ${n <= at ? 'border-floor' : 'border-line'} ${n === at ? 'font-semibold' : 'text-muted'}`}
          >
            {n < at ? (
              <CheckIcon size={14} className="mr-1 inline text-floor" />
            ) : (
              <span className="num mr-1">{n}</span>
            )}
            {name}
          </li>
        );
      })}
    </ol>
  );
}
