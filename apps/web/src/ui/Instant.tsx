import { useEffect, useState } from 'react';
import { serverNow } from '../data/serverTime.ts';
import { localTime, utcTime, zone } from '../format.ts';

/** An instant as its reader's local time, with UTC in brackets behind it so that the two never read as a range. */
export function Instant({ at, seconds = true }: { at: string | number; seconds?: boolean }) {
  const ms = typeof at === 'number' ? at : Date.parse(at);
  return (
    <time
      translate="no"
      dateTime={new Date(ms).toISOString()}
      className="num inline-flex flex-wrap gap-x-2"
      title={zone(ms)}
    >
      <span className="whitespace-nowrap">{localTime(ms, seconds)}</span>
      <span className="text-muted sm:whitespace-nowrap">({utcTime(ms, seconds)} UTC)</span>
    </time>
  );
}

/** The present by the server's clock, once a second (or every `everyMs`). */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
