const TOUCHES = ['pointermove', 'pointerdown', 'keydown', 'scroll'];
const STANDS_AFTER_MS = 3_000;

/** Calls `load` once, when somebody does something on the page. Answers with what calls it off. */
export function onceTouched(load: () => unknown): () => void {
  const done = new AbortController();
  const once = (): void => {
    done.abort();
    load();
  };
  for (const touch of TOUCHES) addEventListener(touch, once, { signal: done.signal, passive: true });
  return () => done.abort();
}

/**
 * The same, or a moment later where nobody does anything: what a page needs only after it is there does not hold it up on a
 * slow line.
 */
export function oncePageStands(load: () => unknown): () => void {
  const callOff = (): void => {
    clearTimeout(timer);
    untouched();
  };
  const once = (): void => {
    callOff();
    load();
  };
  const timer = setTimeout(once, STANDS_AFTER_MS);
  const untouched = onceTouched(once);
  return callOff;
}
