import type { RecordedExchange } from '@liqpass/evidence/bundle';
import { readAnswer, type Answer, type RawRow } from './answers.ts';

/**
 * What has been read so far, by request target. A proof asks for what it wants; what is not there is noted as a need, and
 * whatever was concluded beside an open need is a draft that nobody sees. So one function both says what to read next (all
 * of it that can be known by now, to be asked for at once) and judges what was read, and a bundle is complete exactly when
 * judging it needs nothing more.
 */
export type Reader = {
  /** The answer to a request, or null: not read yet, and noted. */
  read(target: string): Answer | null;
  /** When the question was sent; null where it was not. */
  sentAtMs(target: string): number | null;
  readonly needs: readonly string[];
  /** Targets that were looked at. */
  readonly used: ReadonlySet<string>;
};

export function createReader(exchanges: readonly RecordedExchange[]): Reader {
  const byTarget = new Map(exchanges.map((exchange) => [exchange.target, exchange]));
  const answers = new Map<string, Answer>();
  const needs: string[] = [];
  const used = new Set<string>();
  return {
    needs,
    used,
    read(target) {
      used.add(target);
      const known = answers.get(target);
      if (known) return known;
      const exchange = byTarget.get(target);
      if (!exchange) {
        if (!needs.includes(target)) needs.push(target);
        return null;
      }
      const answer = readAnswer(exchange);
      answers.set(target, answer);
      return answer;
    },
    sentAtMs: (target) => byTarget.get(target)?.sent_at_ms ?? null,
  };
}

/** The largest page the exchange gives. */
export const PAGE_SIZE = 100;
/** More pages than any insurable position has: a server that never ends is not read for ever. */
export const MAX_PAGES = 40;

export type Pages =
  /** draft: the next page must be read first; what is there already shows what else to ask for meanwhile. */
  | { readonly kind: 'complete' | 'incomplete' | 'draft'; readonly rows: readonly RawRow[]; readonly why: string }
  | { readonly kind: 'refused'; readonly answer: Extract<Answer, { kind: 'refused' }> };

export type PagePlan = {
  /** The request without its cursor, ending in `limit=100`. */
  target: string;
  /** What makes a row itself; rows met twice are dropped. null: the row cannot be read. */
  identify: (value: unknown) => { id: string; cursor: bigint } | null;
  /** Whether a page shows that older ones are of no interest any more. */
  enough?: (page: readonly RawRow[]) => boolean;
  /** Whether several rows may have one cursor (a time): then a full page is followed from that cursor on, not from below it. */
  ties?: true;
};

/** Whether two rows are written alike; one that is nested too deep to be written is like none. */
function isSameText(a: unknown, b: unknown): boolean {
  try {
    return JSON.stringify(a) === JSON.stringify(b);
  } catch {
    return false;
  }
}

/**
 * Reads page after page, each older than the one before (`after=` the oldest cursor seen), until an empty page. null:
 * the first must be read first. A short page is not taken for the last one: a server may give less than was asked for. A short
 * page that only repeats is (a server that knows no cursor); a full one that repeats is not, and leaves the reading incomplete.
 */
export function readPages(reader: Reader, plan: PagePlan): Pages | null {
  const rows: RawRow[] = [];
  const seen = new Map<string, unknown>();
  const incomplete = (why: string): Pages => ({ kind: 'incomplete', rows, why });
  let oldest: bigint | null = null;
  let cursor: bigint | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = reader.read(cursor === null ? plan.target : `${plan.target}&after=${cursor}`);
    if (answer === null) return page === 0 ? null : { kind: 'draft', rows, why: '' };
    if (answer.kind === 'refused') return { kind: 'refused', answer };
    if (answer.rows.length === 0) return { kind: 'complete', rows, why: '' };
    let fresh = 0;
    let lowest: bigint | null = oldest;
    for (const row of answer.rows) {
      const identity = plan.identify(row.value);
      if (!identity) return incomplete(`a row of ${answer.path} cannot be read`);
      if (lowest === null || identity.cursor < lowest) lowest = identity.cursor;
      const known = seen.get(identity.id);
      if (known !== undefined && !isSameText(known, row.value))
        return incomplete(`a row of ${answer.path} is told in two ways`);
      if (known !== undefined) continue;
      seen.set(identity.id, row.value);
      rows.push(row);
      fresh += 1;
    }
    const isFull = answer.rows.length >= PAGE_SIZE;
    if (fresh === 0) return isFull ? incomplete('the pages repeat') : { kind: 'complete', rows, why: '' };
    const mayTie = plan.ties === true && lowest === oldest;
    if (lowest === null || (oldest !== null && lowest >= oldest && !mayTie))
      return incomplete('the pages do not get older');
    oldest = lowest;
    cursor = plan.ties === true && isFull ? lowest + 1n : lowest;
    if (plan.enough?.(answer.rows)) return { kind: 'complete', rows, why: '' };
  }
  return incomplete(`there are more than ${MAX_PAGES} pages`);
}
