/**
 * Runs `step` now, and again so many milliseconds after each time it ended as it answers, until it is stopped; stopping waits for
 * what runs. `step` deals with its own faults: it never rejects.
 * @param step told by the signal that it is being stopped
 */
export function repeatedly(step: (stopping: AbortSignal) => Promise<number>): () => Promise<void> {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const run = async (): Promise<void> => {
    const waitMs = await step(stopping.signal);
    if (!stopping.signal.aborted) timer = setTimeout(() => (running = run()), waitMs);
  };
  let running = run();
  return async () => {
    stopping.abort();
    clearTimeout(timer);
    await running;
  };
}
