import { useTranslation } from 'react-i18next';
import { Field } from '../ui/fields.tsx';

/** Why an operator does what they do: it stands in the audit trail. */
export function ReasonField({ value, onChange }: { value: string; onChange: (reason: string) => void }) {
  const { t } = useTranslation('admin');
  return (
    <Field label={t('decide.text')}>
      {(aria) => (
        <input
          {...aria}
          className="field-box"
          value={value}
          maxLength={500}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
