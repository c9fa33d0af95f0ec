import { useEffect, useRef, useState } from 'react';
import type { z } from 'zod';

/**
 * 'connecting' until the first event, and where another tab listens for this browser; 'live' while the line is open; 'lost' after
 * it broke. Unless it is live, pages poll.
 */
export type LiveState = 'connecting' | 'live' | 'lost';
const AGAIN_MS = 10_000;

// A browser opens six connections to a server, whatever the number of its tabs: one of them holds the only stream, the one
// that is looked at; what it hears the others hear too, and for the rest they poll.
const STREAM = 'lp.stream';
type Said = { readonly kind: 'want' } | { readonly kind: 'event'; readonly url: string; readonly data: unknown };
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel(STREAM) : null;
const say = (said: Said): void => channel?.postMessage(said);

/** Runs `hold` while this tab may have the stream: it is given up when it is hidden and another one wants it. */
function whileLeader(hold: () => () => void): () => void {
  if (!('locks' in navigator)) return hold();
  const gone = new AbortController();
  let giveUp: (() => void) | null = null;
  const queue = (): void => {
    void navigator.locks
      .request(STREAM, { signal: gone.signal }, () => {
        const release = hold();
        return new Promise<void>((done) => {
          giveUp = () => {
            giveUp = null;
            release();
            done();
          };
        });
      })
      .then(() => {
        if (!gone.signal.aborted) queue();
      })
      .catch(() => undefined); // aborted while it waited
  };
  const heard = ({ data }: MessageEvent<Said>): void => {
    if (data.kind === 'want' && document.hidden) giveUp?.();
  };
  const seen = (): void => {
    if (!document.hidden && giveUp === null) say({ kind: 'want' });
  };
  channel?.addEventListener('message', heard);
  document.addEventListener('visibilitychange', seen);
  queue();
  seen();
  return () => {
    gone.abort();
    giveUp?.();
    channel?.removeEventListener('message', heard);
    document.removeEventListener('visibilitychange', seen);
  };
}

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
    const take = (data: unknown): boolean => {
      const parsed = schema.safeParse(data);
      if (parsed.success) handler.current(parsed.data);
      return parsed.success;
    };
    const heard = ({ data }: MessageEvent<Said>): void => {
      if (data.kind === 'event' && data.url === url) take(data.data);
    };
    channel?.addEventListener('message', heard);
    const end = whileLeader(() => {
      let source: EventSource | null = null;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const open = (): void => {
        const current = new EventSource(url);
        source = current;
        current.addEventListener(event, (message: MessageEvent<unknown>) => {
          const data = parse(message.data);
          if (!take(data)) return;
          setState('live');
          say({ kind: 'event', url, data });
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
        setState('connecting');
      };
    });
    return () => {
      end();
      channel?.removeEventListener('message', heard);
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
