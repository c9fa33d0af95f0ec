import { MINUTE_MS, SECOND_MS, type EpochMs } from '@liqpass/kernel/time';
import type { ExchangeState, ExchangeTrouble } from '@liqpass/kernel/vocabulary';

/** How the exchange answered lately, and its maintenance by its own word (null: it did not say). */
export type ExchangeReading = {
  readonly readAtMs: EpochMs;
  readonly answeredAtMs: EpochMs | null;
  readonly asked: number;
  readonly failed: number;
  readonly maintenance:
    | readonly {
        readonly title: string;
        readonly state: 'scheduled' | 'ongoing' | 'pre_open';
        readonly serviceType: string;
      }[]
    | null;
};
export type ExchangeHealth = {
  readonly state: ExchangeState;
  readonly trouble: ExchangeTrouble | null;
  /** What the exchange calls its maintenance. */
  readonly title: string | null;
};

/** Without any answer for so long, it is down: longer than one question is tried. */
const SILENT_MS = 20 * SECOND_MS;
/** It answers only now and then: so many questions of a minute without an answer, and such a share of them. */
const MANY = 3;
const MANY_SHARE = 0.2;
/** serviceType of GET /api/v5/system/status (OKX v5, June 2026): without trading, or without accounts, nothing can be proven. */
const TRADING_OR_ACCOUNTS = ['5', '8'];
const OTHERS = '99';

/** Whether the exchange is up, by our own calls and by what it says itself. An answer to somebody counts more than a word about maintenance that is planned. */
export function judgeExchange(reading: ExchangeReading): ExchangeHealth {
  const { readAtMs, answeredAtMs, asked, failed, maintenance } = reading;
  const ongoing = (types: readonly string[]) =>
    maintenance?.find(({ state, serviceType }) => state === 'ongoing' && types.includes(serviceType));
  const closed = ongoing(TRADING_OR_ACCOUNTS);
  if (closed) return { state: 'DOWN', trouble: 'MAINTENANCE', title: closed.title };
  // Just started, nobody may have asked yet: what was asked and not answered says more.
  if (failed > 0 && readAtMs - (answeredAtMs ?? -Infinity) >= SILENT_MS)
    return { state: 'DOWN', trouble: 'NO_ANSWER', title: null };
  const opening = maintenance?.find(({ state, serviceType }) => state === 'pre_open' && serviceType !== '0');
  if (opening) return { state: 'DEGRADED', trouble: 'PRE_OPEN', title: opening.title };
  const other = ongoing([OTHERS]);
  if (other) return { state: 'DEGRADED', trouble: 'MAINTENANCE', title: other.title };
  if (failed >= MANY && failed >= asked * MANY_SHARE)
    return { state: 'DEGRADED', trouble: 'MANY_FAILURES', title: null };
  return { state: 'UP', trouble: null, title: null };
}

/** For so long a reading says how the exchange is; then nobody knows, until somebody looks. */
export const SAYS_FOR_MS = 90 * SECOND_MS;

/** What is waited for while the exchange cannot answer is looked at again after this. */
export const WHILE_DOWN_MS = MINUTE_MS;

/**
 * Whether an attempt that came to nothing is the exchange's doing, and then counts for nothing. A key that its owner deleted is not;
 * while the exchange answers now and then, only an attempt that it left without an answer.
 */
export function isExchangesDoing(reason: string, exchange: ExchangeState | null): boolean {
  if (reason === 'KEY_REJECTED') return false;
  return exchange === 'DOWN' || (exchange === 'DEGRADED' && reason === 'EXCHANGE_UNAVAILABLE');
}
