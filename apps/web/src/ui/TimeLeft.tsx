import type { ReactNode } from 'react';
import { countdown } from '../format.ts';
import { useNow } from './Instant.tsx';

/** How long something still holds: a bar that shrinks from `from` to `until`, and the minutes and seconds (hours where there are any). */
export function TimeLeft({ label, from, until }: { label: ReactNode; from: number; until: number }) {
  const now = useNow(500);
  const left = Math.max(0, until - now);
  const share = Math.min(1, left / Math.max(1, until - from));
  return (
    <div className="grid gap-1 text-sm text-muted">
      <div className="h-1 bg-sunken">
        <div className="h-1 bg-floor" style={{ width: `${share * 100}%` }} />
      </div>
      <p>
        {label}{' '}
        <span translate="no" className="num">
          {countdown(left).replace(/^00:/, '')}
        </span>
      </p>
    </div>
  );
}
