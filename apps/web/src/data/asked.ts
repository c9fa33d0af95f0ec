declare global {
  interface Window {
    /** What boot.js asked before this code was there; without an answer, undefined. */
    liqpassAsked?: Map<string, Promise<Response | undefined>>;
  }
}
/** An answer older than this is no longer taken for the first one. */
const FRESH_MS = 10_000;

/** What boot.js asked already, once. */
export function asked(url: string): Promise<Response | undefined> | undefined {
  const answer = window.liqpassAsked?.get(url);
  window.liqpassAsked?.delete(url);
  return performance.now() < FRESH_MS ? answer : undefined;
}

/** What was asked for one person answers nothing for another. */
export const forgetAsked = (): void => window.liqpassAsked?.clear();
