import clsx from 'clsx';
import type { ReactNode } from 'react';
import { Instant } from './Instant.tsx';

export type Step = {
  key: string;
  label: ReactNode;
  at?: string | number | null | undefined;
  /** past: it happened; now: it is under way; planned: it will; bad: it ended here. */
  state: 'past' | 'now' | 'planned' | 'bad';
  note?: ReactNode;
};

/** Past, present and planned steps, with their times. */
export function Timeline({ steps, label }: { steps: readonly Step[]; label: string }) {
  return (
    <ol aria-label={label} className="grid">
      {steps.map((step, index) => (
        <li
          key={step.key}
          aria-current={step.state === 'now' ? 'step' : undefined}
          className="grid grid-cols-[20px_1fr] gap-x-2"
        >
          <span aria-hidden="true" className="relative flex justify-center">
            {index < steps.length - 1 && (
              <span
                className={clsx('absolute top-4 bottom-[-6px] w-px', step.state === 'past' ? 'bg-floor' : 'bg-line')}
              />
            )}
            <span
              className={clsx(
                'relative mt-1.5 size-2.5',
                step.state === 'past' && 'bg-floor',
                step.state === 'now' && 'bg-wait outline-3 outline-wait-soft',
                step.state === 'bad' && 'bg-liq',
                step.state === 'planned' && 'border-2 border-edge bg-bg',
              )}
            />
          </span>
          <div className="flex flex-wrap items-baseline justify-between gap-x-4 pb-4 text-sm">
            <span className={step.state === 'planned' ? 'text-muted' : 'font-medium'}>{step.label}</span>
            {step.at !== null && step.at !== undefined && <Instant at={step.at} />}
            {step.note && <div className="w-full text-muted">{step.note}</div>}
          </div>
        </li>
      ))}
    </ol>
  );
}
