import clsx from 'clsx';
import type { ReactNode } from 'react';

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
            <dd className="min-w-0 text-right break-words [&_button]:-mr-3 [&_time]:justify-end">{row[1]}</dd>
          </div>
        ),
      )}
    </dl>
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
        <div className="flex min-h-12 flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-1.5">
          <h2 className="text-sm font-semibold">{title}</h2>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}
