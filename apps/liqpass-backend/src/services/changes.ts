import { EventEmitter } from 'node:events';

/**
 * Tells, inside this process, that an order or a claim has changed. A hint and no more: another process may have changed
 * it, so whoever waits looks again from time to time as well.
 */
export type Changes = {
  announce(id: string): void;
  /** Resolves at the next change of `id`, or after `withinMs`, whichever comes first. */
  next(id: string, withinMs: number): Promise<void>;
  /** Calls back with the id of whatever changes; returns how to stop. */
  subscribe(listener: (id: string) => void): () => void;
};

export function buildChanges(): Changes {
  const emitter = new EventEmitter().setMaxListeners(0);
  return {
    announce: (id) => {
      emitter.emit(id);
      emitter.emit('any', id);
    },
    next: (id, withinMs) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          emitter.off(id, done);
          resolve();
        };
        const timer = setTimeout(done, withinMs);
        emitter.once(id, done);
      }),
    subscribe: (listener) => {
      emitter.on('any', listener);
      return () => emitter.off('any', listener);
    },
  };
}
