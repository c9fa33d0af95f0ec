/**
 * The server's clock, learned from its answers: a device's own may be minutes off, and never judges anything here. Counted on
 * the monotonic clock of the page, so that nobody who sets the time moves a deadline. Null until the first answer.
 */
let zeroMs: number | null = null;

export type Heard = {
  /** When the server wrote the answer: whole seconds, cut off. */
  readonly dateMs: number;
  /** On the page's monotonic clock: when it was asked, and when the answer came. */
  readonly askedAtMs: number;
  readonly heardAtMs: number;
};

/**
 * The server's time at zero of the monotonic clock, as far as one more answer tells. The answer was written after it was
 * asked for and before it came, so it gives a latest and an earliest value; within them what was known stays, and where it does not fit
 * (either clock was set, or the device slept) the earliest is taken: never ahead of the server, and at most a second behind.
 */
export function narrowed(known: number | null, { dateMs, askedAtMs, heardAtMs }: Heard): number {
  const earliest = dateMs - heardAtMs;
  const latest = dateMs + 1_000 - askedAtMs;
  return known === null || known < earliest || known > latest ? earliest : known;
}

/** Takes the server's time from an answer of its. */
export function learnTime(response: Response, askedAtMs: number): void {
  const dateMs = Date.parse(response.headers.get('date') ?? '');
  if (!Number.isNaN(dateMs)) zeroMs = narrowed(zeroMs, { dateMs, askedAtMs, heardAtMs: performance.now() });
}

/** The server's time now, epoch milliseconds; the device's own until the server has answered once. */
export const serverNow = (): number => (zeroMs === null ? Date.now() : Math.floor(zeroMs + performance.now()));
