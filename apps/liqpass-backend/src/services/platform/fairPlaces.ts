/** Places for work that somebody else bears: as many at once as they bear, given in turns to those who wait. */
export type Places = {
  /** Runs `work` when the turn of `owner` comes. It says whether it was borne: the number of places follows. */
  run<T>(owner: string, work: () => Promise<{ readonly borne: boolean; readonly result: T }>): Promise<T>;
  /** How many could begin at once now. */
  free(): number;
};

/**
 * Each work that is borne makes room for one more, as long as places are short, up to `most`; one that is not halves them,
 * down to `least`, at most once for those that were under way together. Owners take turns: who brings a thousand waits behind
 * nobody, and nobody behind them.
 */
export function buildPlaces(bounds: { readonly least: number; readonly first: number; readonly most: number }): Places {
  let places = bounds.first;
  let running = 0;
  /** Works begun before this one count no more against the places: they were halved for them. */
  let halvedAt = 0;
  let begun = 0;
  const waiting = new Map<string, (() => void)[]>();

  function begin(): void {
    while (running < places) {
      const [next] = waiting;
      if (!next) return;
      const [owner, works] = next;
      const work = works.shift();
      // Behind all others, where more of theirs waits.
      waiting.delete(owner);
      if (works.length > 0) waiting.set(owner, works);
      work?.();
    }
  }

  return {
    free: () => Math.max(0, places - running - waiting.size),
    run: (owner, work) =>
      new Promise((resolve, reject) => {
        const start = (): void => {
          running += 1;
          begun += 1;
          const turn = begun;
          const end = (borne: boolean): void => {
            if (borne && running >= places) places = Math.min(bounds.most, places + 1);
            if (!borne && turn > halvedAt) {
              places = Math.max(bounds.least, Math.floor(places / 2));
              halvedAt = begun;
            }
            running -= 1;
            begin();
          };
          work().then(
            ({ borne, result }) => {
              end(borne);
              resolve(result);
            },
            (error: unknown) => {
              end(true);
              reject(error instanceof Error ? error : new Error('the work failed', { cause: error }));
            },
          );
        };
        const own = waiting.get(owner);
        if (own) own.push(start);
        else waiting.set(owner, [start]);
        begin();
      }),
  };
}
