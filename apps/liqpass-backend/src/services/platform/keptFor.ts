/** Reads once for everybody who asks within `forMs` of it, and while it is being read; a failure is kept for nobody. */
export function keptFor<T>(forMs: number, read: () => Promise<T>): () => Promise<T> {
  let kept: { readonly value: Promise<T>; untilMs: number } | null = null;
  return () => {
    if (kept && performance.now() < kept.untilMs) return kept.value;
    const mine = { value: read(), untilMs: Infinity };
    kept = mine;
    mine.value.then(
      () => (mine.untilMs = performance.now() + forMs),
      () => (mine.untilMs = 0),
    );
    return mine.value;
  };
}
