import { LiqPassError } from '@liqpass/api/errors';
import { MINUTE_MS } from '@liqpass/kernel/time';
import type { Server } from '@liqpass/service/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PlatformContext } from '../../services/platform/platformContext.ts';

/** A change made in another process is not announced here: whoever listens looks again this often. */
const LOOK_AGAIN_MS = 3_000;
const HEARTBEAT_MS = 15_000;
/** A stream ends after this long. */
const LONGEST_MS = 5 * MINUTE_MS;
/** Streams that one process keeps open; beyond that a page polls. */
const MOST_STREAMS = 1_000;

export type EventStreams = {
  /** Sends `event` with what `read` answers: at once, and whenever that has changed, until the caller goes away. */
  open(
    request: FastifyRequest,
    reply: FastifyReply,
    event: string,
    isConcerned: (id: string) => boolean,
    read: () => Promise<unknown>,
  ): Promise<void>;
};

/** Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) that end when the server stops. */
export function eventStreams(app: Server, ctx: PlatformContext): EventStreams {
  const closers = new Set<() => void>();
  app.addHook('preClose', async () => {
    for (const close of closers) close();
  });

  return {
    async open(request, reply, event, isConcerned, read) {
      if (closers.size >= MOST_STREAMS)
        throw new LiqPassError(
          'SERVICE_UNAVAILABLE',
          'Too many live connections right now: the page asks again by itself.',
        );
      let last = JSON.stringify(await read());
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      const send = (): void => void raw.write(`event: ${event}\ndata: ${last}\n\n`);
      send();

      let looking = false;
      let again = false;
      const look = async (): Promise<void> => {
        if (looking) {
          again = true;
          return;
        }
        looking = true;
        try {
          do {
            again = false;
            const now = JSON.stringify(await read());
            if (now !== last) {
              last = now;
              send();
            }
          } while (again);
        } catch (error) {
          request.log.warn({ err: error }, 'a live connection could not be fed');
        } finally {
          looking = false;
        }
      };
      const unsubscribe = ctx.changes.subscribe((id) => {
        if (isConcerned(id)) void look();
      });
      const poll = setInterval(() => void look(), LOOK_AGAIN_MS);
      // The page connects again by itself, and is asked again who it is: nobody listens on after signing out.
      const enough = setTimeout(() => close(), LONGEST_MS);
      const heartbeat = setInterval(() => void raw.write(': still here\n\n'), HEARTBEAT_MS);
      const close = (): void => {
        closers.delete(close);
        unsubscribe();
        clearInterval(poll);
        clearTimeout(enough);
        clearInterval(heartbeat);
        raw.end();
      };
      closers.add(close);
      raw.on('close', close);
      raw.on('error', close);
    },
  };
}
