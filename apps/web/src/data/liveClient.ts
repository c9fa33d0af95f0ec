import { useEffect, useRef, useState } from 'react';
import type { z } from 'zod';

/** 'connecting' until the first event; 'live' while the line is open; 'lost' after it broke: then pages poll. */
export type LiveState = 'connecting' | 'live' | 'lost';
const AGAIN_MS = 10_000;

/** Listens to a server-sent event of our own API and hands on what fits the schema. `url` null: not now. */
export function useLive<T>(
  url: string | null,
  event: string,
  schema: z.ZodType<T>,
  onData: (data: T) => void,
): LiveState {
  const [state, setState] = useState<LiveState>('connecting');
  const handler = useRef(onData);
  useEffect(() => {
    handler.current = onData;
  });
  useEffect(() => {
    if (url === null) return undefined;
    let source: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = (): void => {
      const current = new EventSource(url);
      source = current;
      current.addEventListener(event, (message: MessageEvent<unknown>) => {
        const parsed = schema.safeParse(parse(message.data));
        if (!parsed.success) return;
        setState('live');
        handler.current(parsed.data);
      });
      current.addEventListener('error', () => {
        setState('lost');
        // The browser tries again by itself unless the server refused; then we do, later.
        if (current.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN_MS);
      });
    };
    open();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }, [url, event, schema]);
  return state;
}

function parse(data: unknown): unknown {
  try {
    const value: unknown = typeof data === 'string' ? JSON.parse(data) : undefined;
    return value;
  } catch {
    return undefined;
  }
}
