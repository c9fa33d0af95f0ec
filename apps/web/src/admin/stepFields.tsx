import type { ReactNode } from 'react';
import { Field } from '../ui/fields.tsx';

type Typed = {
  label: ReactNode;
  hint?: ReactNode;
  value: string;
  onChange: (text: string) => void;
  error?: string | undefined;
  /** Whether the form begins here. */
  first?: boolean;
};

/** A hash or an address: digits to compare by eye, and nothing that a browser would complete or correct. */
export function HexField({ label, hint, value, onChange, error, first = false }: Typed) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(aria) => (
        <input
          {...aria}
          {...(first ? { 'data-autofocus': true } : {})}
          value={value}
          onChange={(event) => onChange(event.target.value.trim())}
          className="num field-box text-sm"
          autoComplete="off"
          spellCheck={false}
          placeholder="0x…"
        />
      )}
    </Field>
  );
}

/** Some lines of text. */
export function TextField({
  label,
  hint,
  value,
  onChange,
  error,
  first = false,
  most = 500,
}: Typed & { most?: number }) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(aria) => (
        <textarea
          {...aria}
          {...(first ? { 'data-autofocus': true } : {})}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          rows={3}
          maxLength={most}
          className="field-box py-2"
        />
      )}
    </Field>
  );
}

/** A moment to the second, in the time zone of whoever types it. */
export function MomentField({ label, hint, value, onChange, error }: Typed) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(aria) => (
        <input
          {...aria}
          type="datetime-local"
          step={1}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className="num field-box"
        />
      )}
    </Field>
  );
}
