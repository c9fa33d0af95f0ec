const TOUCHES = ['pointermove', 'pointerdown', 'keydown', 'scroll'];
const STANDS_AFTER_MS = 3_000;

/**
 * Calls `load` once, when somebody does something on the page or a moment later: what a page needs only after it is there
 * does not hold it up on a slow line. Answers with what calls it off.
 */
export function oncePageStands(load: () => unknown): () => void {
  const done = new AbortController();
  const once = (): void => {
    clearTimeout(timer);
    done.abort();
    load();
  };
  const timer = setTimeout(once, STANDS_AFTER_MS);
  for (const touch of TOUCHES) addEventListener(touch, once, { signal: done.signal, passive: true });
  return () => {
    clearTimeout(timer);
    done.abort();
  };
}
