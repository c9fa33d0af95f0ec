/**
 * Runs `step` after `firstMs`, and again so many milliseconds after each time it ended as it answers, until it is stopped; stopping waits for
 * what runs. `step` deals with its own faults: it never rejects.
 * @param step told by the signal that it is being stopped
 */
export function repeatedly(step: (stopping: AbortSignal) => Promise<number>, firstMs = 0): () => Promise<void> {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const runIn = (waitMs: number): void => {
    timer = setTimeout(() => (running = run()), waitMs);
  };
  const run = async (): Promise<void> => {
    const waitMs = await step(stopping.signal);
    if (!stopping.signal.aborted) runIn(waitMs);
  };
  let running = Promise.resolve();
  if (firstMs > 0) runIn(firstMs);
  else running = run();
  return async () => {
    stopping.abort();
    clearTimeout(timer);
    await running;
  };
}
