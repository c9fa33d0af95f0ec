/** Instants are epoch milliseconds inside, ISO 8601 with Z on the wire, timestamptz in SQL. Windows are half-open: start ≤ t < end. */
export type EpochMs = number;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** What the time is. Rules never ask: the caller passes `clock.now()` in. */
export type Clock = { now(): EpochMs };
export const systemClock: Clock = { now: () => Date.now() };

export type Window = { readonly startMs: EpochMs; readonly endMs: EpochMs };

/** Whether `atMs` lies in the half-open window. */
export function isWithin(window: Window, atMs: EpochMs): boolean {
  return window.startMs <= atMs && atMs < window.endMs;
}

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/;

/** Epoch milliseconds from ISO 8601 with Z; null for anything else, and for days that do not exist. */
export function parseIso(text: string): EpochMs | null {
  if (!ISO.test(text)) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return null;
  // Date.parse turns 31 February into 3 March: only a date that reads back the same is one.
  return new Date(ms).toISOString().slice(0, 19) === text.slice(0, 19) ? ms : null;
}

/** ISO 8601 with milliseconds and Z. */
export function formatIso(ms: EpochMs): string {
  return new Date(ms).toISOString();
}
