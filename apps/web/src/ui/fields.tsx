import clsx from 'clsx';
import { useId, type ReactNode } from 'react';
import { CrossIcon } from './icons.tsx';

type FieldAria = { id: string; 'aria-describedby': string | undefined; 'aria-invalid': true | undefined };
/** A labelled field with its hint and its error, tied together for who cannot see them. */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  children: (aria: FieldAria) => ReactNode;
}) {
  const id = useId();
  const describedBy = [hint ? `${id}h` : '', error ? `${id}e` : ''].filter(Boolean).join(' ');
  return (
    <div className="grid content-start gap-1.5">
      <label htmlFor={id} className="text-sm font-semibold">
        {label}
      </label>
      {children({ id, 'aria-describedby': describedBy || undefined, 'aria-invalid': error ? true : undefined })}
      {error && (
        <p id={`${id}e`} className="flex items-start gap-1.5 text-sm text-liq">
          <CrossIcon size={16} className="mt-0.5 shrink-0" />
          {error}
        </p>
      )}
      {hint && (
        <div id={`${id}h`} className="text-sm text-muted">
          {hint}
        </div>
      )}
    </div>
  );
}

/** A few options side by side: radios, so that arrows move between them. */
export function Choice<T extends string>({
  legend,
  name,
  value,
  options,
  onChange,
}: {
  legend: string;
  name: string;
  value: T;
  options: readonly { value: T; label: ReactNode; disabled?: boolean }[];
  onChange: (value: T) => void;
}) {
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 text-sm font-semibold">{legend}</legend>
      <div className="grid auto-cols-fr grid-flow-col gap-px overflow-hidden rounded-md border border-edge bg-line">
        {options.map((option) => (
          <label
            key={option.value}
            className={clsx(
              'relative flex min-h-11 items-center justify-center px-2 text-center text-sm font-medium has-focus-visible:z-1 has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-floor',
              value === option.value ? 'bg-ink text-on-ink' : 'bg-surface hover:bg-sunken',
              option.disabled && 'text-muted line-through',
            )}
          >
            <input
              type="radio"
              className="absolute inset-0 cursor-pointer opacity-0"
              name={name}
              value={option.value}
              checked={value === option.value}
              disabled={option.disabled}
              onChange={() => onChange(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
