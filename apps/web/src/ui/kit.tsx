import clsx from 'clsx';
import { useEffect, useId, useState, type ComponentProps, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CheckIcon, CopyIcon, CrossIcon, SpinnerIcon } from './icons.tsx';

type ButtonKind = 'solid' | 'quiet' | 'danger' | 'bare';
export const buttonClass = (kind: ButtonKind = 'solid', size: 'sm' | 'md' | 'lg' = 'md'): string =>
  clsx(
    'inline-flex shrink-0 items-center justify-center gap-2 rounded-md border font-semibold whitespace-nowrap no-underline transition-colors disabled:cursor-not-allowed disabled:opacity-45',
    size === 'sm' && 'min-h-9 px-3 text-sm',
    size === 'md' && 'min-h-11 px-4 text-sm',
    size === 'lg' && 'min-h-13 px-6 text-base',
    kind === 'solid' && 'border-ink bg-ink text-on-ink hover:border-floor hover:bg-floor',
    kind === 'quiet' && 'border-edge bg-surface text-ink hover:border-ink',
    kind === 'danger' && 'border-liq bg-surface text-liq hover:bg-liq-soft',
    kind === 'bare' && 'border-transparent bg-transparent text-ink hover:bg-sunken',
  );

/** A button; while `busy` it keeps its place and focus, and does nothing. */
export function Button({
  kind = 'solid',
  size = 'md',
  busy = false,
  className,
  children,
  onClick,
  ...rest
}: ComponentProps<'button'> & { kind?: ButtonKind; size?: 'sm' | 'md' | 'lg'; busy?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={clsx(buttonClass(kind, size), className)}
    >
      {busy && <SpinnerIcon size={16} className="spinning" />}
      {children}
    </button>
  );
}

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

/** Copies `text`; says so, and takes it back after a moment. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1_600);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button"
      aria-label={`${t('copy')}: ${label}`}
      className="no-print inline-flex size-11 shrink-0 items-center justify-center rounded-md text-muted hover:bg-sunken hover:text-ink"
      onClick={() => {
        void navigator.clipboard.writeText(text).then(
          () => setCopied(true),
          () => setCopied(false), // the text can still be selected by hand
        );
      }}
    >
      {copied ? <CheckIcon className="text-floor" /> : <CopyIcon />}
      <span className="sr-only" role="status">
        {copied ? t('copied') : ''}
      </span>
    </button>
  );
}

export type Tone = 'floor' | 'liq' | 'wait' | 'plain';
export const softTone: Record<Tone, string> = {
  floor: 'bg-floor-soft text-floor',
  liq: 'bg-liq-soft text-liq',
  wait: 'bg-wait-soft text-wait',
  plain: 'bg-sunken text-ink',
};
export function Tag({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={clsx(
        'inline-flex items-center gap-1.5 rounded-sm px-2 py-0.5 text-sm font-medium whitespace-nowrap',
        softTone[tone],
      )}
    >
      {children}
    </span>
  );
}

/** A note that stays: what is the case, and what to do. */
export function Note({
  tone = 'plain',
  title,
  children,
  role,
}: {
  tone?: Tone;
  title?: ReactNode;
  children?: ReactNode;
  role?: 'status' | 'alert';
}) {
  return (
    <div
      role={role}
      className={clsx(
        'grid gap-1 rounded-md border-l-3 px-4 py-3 text-sm',
        softTone[tone],
        tone === 'plain' ? 'border-edge' : 'border-current',
      )}
    >
      {title && <p className="font-semibold">{title}</p>}
      {children && <div className="text-ink">{children}</div>}
    </div>
  );
}

/** Name and value, line by line. */
export function Facts({ rows }: { rows: readonly (readonly [ReactNode, ReactNode] | null)[] }) {
  return (
    <dl className="grid grid-cols-[fit-content(42%)_minmax(0,1fr)] gap-x-6 gap-y-2 text-sm">
      {rows.map((row, index) =>
        row === null ? null : (
          <div key={index} className="contents">
            <dt className="text-muted">{row[0]}</dt>
            <dd className="min-w-0 text-right break-words">{row[1]}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

export function Skeleton({ lines = 3 }: { lines?: number }) {
  const { t } = useTranslation();
  return (
    <div className="grid gap-3" role="status" aria-label={t('loading')}>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className="skeleton h-5" style={{ width: `${92 - ((index * 23) % 50)}%` }} />
      ))}
    </div>
  );
}

export function Sheet({
  title,
  aside,
  children,
  className,
}: {
  title?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section className={clsx('sheet min-w-0', className)}>
      {title && (
        <div className="flex min-h-12 flex-wrap items-center justify-between gap-2 border-b border-line px-4">
          <h2 className="text-sm font-semibold">{title}</h2>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}
