import { MINUTE_MS, type EpochMs } from '@liqpass/kernel/time';

/** How the exchange answered lately, whoever asked. */
export type ExchangeCalls = {
  note(answered: boolean, atMs: EpochMs): void;
  /** `answeredAtMs`: the last answer, however long ago; the counts are of the last minute. */
  lately(nowMs: EpochMs): { readonly answeredAtMs: EpochMs | null; readonly asked: number; readonly failed: number };
};

/** A second is a place: the counts of the last minute need no list of calls. */
const SECONDS = MINUTE_MS / 1000;

export function createExchangeCalls(): ExchangeCalls {
  const places = Array.from({ length: SECONDS }, () => ({ second: -1, asked: 0, failed: 0 }));
  let answeredAtMs: EpochMs | null = null;
  return {
    note(answered, atMs) {
      const second = Math.floor(atMs / 1000);
      const place = places[second % SECONDS];
      if (!place) return;
      if (place.second !== second) Object.assign(place, { second, asked: 0, failed: 0 });
      place.asked += 1;
      if (answered) answeredAtMs = atMs;
      else place.failed += 1;
    },
    lately(nowMs) {
      const since = Math.floor(nowMs / 1000) - SECONDS;
      let [asked, failed] = [0, 0];
      for (const place of places)
        if (place.second > since) {
          asked += place.asked;
          failed += place.failed;
        }
      return { answeredAtMs, asked, failed };
    },
  };
}
