import clsx from 'clsx';
import { useEffect, useState, type ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';
import { CheckIcon, CopyIcon, SpinnerIcon } from './icons.tsx';

// What every page shows from the start; the front page loads nothing more than it needs.

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
