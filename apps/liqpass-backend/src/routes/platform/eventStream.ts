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
/** Whether whoever listens still may is asked this often. */
const CHECK_AGAIN_MS = MINUTE_MS;
/** What a caller who reads nothing may leave unread, in bytes. */
const MOST_UNREAD = 256 * 1024;

/** Whoever listens: to which thing, and as whom they are counted (a wallet, an address, or both). */
export type Listener = { readonly id: string; readonly countedAs: readonly string[] };

/** One kind of stream: its callers are counted apart, and all its streams look at the database together. */
export type StreamKind<L extends Listener, T> = {
  readonly event: string;
  /** Streams that one process keeps open, and that one caller does, by what they are counted as; beyond that a page polls. */
  readonly most: number;
  mostOf(countedAs: string): number;
  /** What each of these things is now, in one look for all of them; left out where there is none. */
  look(ids: readonly string[]): Promise<ReadonlyMap<string, T>>;
  /** The things that a change of `id` is about, among those that are listened to. */
  concerned(changed: string): string;
  /** What a listener is told of a thing; throws a LiqPassError for one who may not, or no longer. */
  tell(listener: L, thing: T | undefined): unknown;
  /** Those of the listeners who may still listen, asked once a minute, once for all. */
  stillMay(listeners: readonly L[]): Promise<ReadonlySet<L>>;
};

export type EventStreams<L extends Listener> = {
  /** Sends what is to be told, at once and whenever it has changed, until the caller goes away or may not listen any more. */
  open(request: FastifyRequest, reply: FastifyReply, listener: L): Promise<void>;
};

type Stream<L> = { readonly listener: L; tell(data: string): void; close(): void };

/** Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) that end when the server stops. */
export function eventStreams<L extends Listener, T>(
  app: Server,
  ctx: PlatformContext,
  kind: StreamKind<L, T>,
): EventStreams<L> {
  const streams = new Map<string, Set<Stream<L>>>();
  let open = 0;
  const counts = new Map<string, number>();
  const count = (listener: L, by: 1 | -1): void => {
    for (const name of listener.countedAs) {
      const now = (counts.get(name) ?? 0) + by;
      if (now > 0) counts.set(name, now);
      else counts.delete(name);
    }
  };
  const textOf = (listener: L, thing: T | undefined): string => JSON.stringify(kind.tell(listener, thing));

  /** Things to be looked at; one look at a time, for whatever came together meanwhile. */
  const due = new Set<string>();
  let looking: Promise<void> | null = null;
  async function lookAtDue(): Promise<void> {
    while (due.size > 0) {
      const ids = [...due];
      due.clear();
      const things = await kind.look(ids);
      for (const id of ids)
        for (const stream of streams.get(id) ?? [])
          try {
            stream.tell(textOf(stream.listener, things.get(id)));
          } catch (error) {
            if (!(error instanceof LiqPassError)) throw error;
            stream.close();
          }
    }
  }
  const lookAt = (ids: Iterable<string>): void => {
    for (const id of ids) due.add(id);
    looking ??= lookAtDue()
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'live connections could not be fed'))
      .finally(() => (looking = null));
  };

  const everyStream = (): Stream<L>[] => [...streams.values()].flatMap((some) => [...some]);
  let checkedAtMs = ctx.clock.now();
  async function closeWhoMayNot(): Promise<void> {
    const all = everyStream();
    const may = await kind.stillMay(all.map((stream) => stream.listener));
    for (const stream of all) if (!may.has(stream.listener)) stream.close();
  }
  const again = setInterval(() => {
    if (open === 0) return;
    const nowMs = ctx.clock.now();
    if (nowMs - checkedAtMs >= CHECK_AGAIN_MS) {
      checkedAtMs = nowMs;
      closeWhoMayNot().catch((error: unknown) => ctx.log.warn({ err: error }, 'who listens could not be checked'));
    }
    lookAt(streams.keys());
  }, LOOK_AGAIN_MS).unref();
  const unsubscribe = ctx.changes.subscribe((changed) => {
    const id = kind.concerned(changed);
    if (streams.has(id)) lookAt([id]);
  });
  app.addHook('preClose', async () => {
    clearInterval(again);
    unsubscribe();
    for (const stream of everyStream()) stream.close();
  });

  const refuseMore = (listener: L): void => {
    if (open >= kind.most)
      throw new LiqPassError(
        'SERVICE_UNAVAILABLE',
        'Too many live connections right now: the page asks again by itself.',
      );
    if (listener.countedAs.some((name) => (counts.get(name) ?? 0) >= kind.mostOf(name)))
      throw new LiqPassError(
        'TOO_MANY_REQUESTS',
        'Too many live connections are open from here: close some of them. The page asks again by itself.',
      );
  };

  return {
    async open(request, reply, listener) {
      refuseMore(listener);
      let last = textOf(listener, (await kind.look([listener.id])).get(listener.id));
      // Others may have come while that was read.
      refuseMore(listener);
      reply.hijack();
      const { raw } = reply;
      // Whoever has gone meanwhile takes no place: that they closed is not told again.
      if (raw.destroyed || raw.socket?.destroyed !== false) return;
      raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      const write = (text: string): void => {
        if (raw.writableLength > MOST_UNREAD) raw.destroy();
        else raw.write(text);
      };
      const send = (): void => write(`event: ${kind.event}\ndata: ${last}\n\n`);
      // The page connects again by itself, and is asked again who it is: nobody listens on after signing out.
      const enough = setTimeout(() => stream.close(), LONGEST_MS);
      const heartbeat = setInterval(() => write(': still here\n\n'), HEARTBEAT_MS);
      const stream: Stream<L> = {
        listener,
        tell(data) {
          if (data === last) return;
          last = data;
          send();
        },
        close() {
          const same = streams.get(listener.id);
          if (same?.delete(stream) !== true) return;
          if (same.size === 0) streams.delete(listener.id);
          open -= 1;
          count(listener, -1);
          clearTimeout(enough);
          clearInterval(heartbeat);
          raw.end();
        },
      };
      streams.set(listener.id, (streams.get(listener.id) ?? new Set()).add(stream));
      open += 1;
      count(listener, 1);
      raw.on('close', () => stream.close());
      raw.on('error', () => stream.close());
      send();
    },
  };
}
