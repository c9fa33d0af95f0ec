import { useEffect, useState } from 'react';
import { localTime, utcTime, zone } from '../format.ts';

/** An instant as its reader's local time and UTC beside each other. */
export function Instant({ at, seconds = true }: { at: string | number; seconds?: boolean }) {
  const ms = typeof at === 'number' ? at : Date.parse(at);
  return (
    <time dateTime={new Date(ms).toISOString()} className="num inline-flex flex-wrap gap-x-2" title={zone(ms)}>
      <span className="whitespace-nowrap">{localTime(ms, seconds)}</span>
      <span className="whitespace-nowrap text-muted">{utcTime(ms, seconds)} UTC</span>
    </time>
  );
}

/** The present, once a second (or every `everyMs`). */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
