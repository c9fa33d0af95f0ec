import { EventEmitter } from 'node:events';

/**
 * Tells, inside this process, that an order or a claim has changed. A hint and no more: another process may have changed
 * it, so whoever waits looks again from time to time as well.
 */
export type Changes = {
  announce(id: string): void;
  /** Resolves at the next change of `id`, or after `withinMs`, whichever comes first. */
  next(id: string, withinMs: number): Promise<void>;
  /** What `promise` answers; null after `withinMs`, or when the server stops, whichever comes first. */
  within<T>(promise: Promise<T>, withinMs: number): Promise<T | null>;
  /** Calls back with the id of whatever changes; returns how to stop. */
  subscribe(listener: (id: string) => void): () => void;
  /** The server stops: whoever waits is told at once, and nobody waits any more. */
  readonly stopping: boolean;
  stop(): void;
};

export function buildChanges(): Changes {
  const emitter = new EventEmitter().setMaxListeners(0);
  const waiting = new Set<() => void>();
  let stopping = false;
  return {
    get stopping() {
      return stopping;
    },
    stop() {
      stopping = true;
      for (const done of waiting) done();
    },
    announce: (id) => {
      emitter.emit(id);
      emitter.emit('any', id);
    },
    next: (id, withinMs) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          emitter.off(id, done);
          waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, stopping ? 0 : withinMs);
        emitter.once(id, done);
        waiting.add(done);
      }),
    within: (promise, withinMs) =>
      new Promise((resolve, reject) => {
        const end = (): void => {
          clearTimeout(timer);
          waiting.delete(late);
        };
        const late = (): void => {
          end();
          resolve(null);
        };
        const timer = setTimeout(late, stopping ? 0 : withinMs);
        waiting.add(late);
        promise.then(
          (answer) => {
            end();
            resolve(answer);
          },
          (error: unknown) => {
            end();
            reject(error instanceof Error ? error : new Error('it failed', { cause: error }));
          },
        );
      }),
    subscribe: (listener) => {
      emitter.on('any', listener);
      return () => emitter.off('any', listener);
    },
  };
}
