import type { RecordedExchange } from '@liqpass/evidence/bundle';
import { answerOf, type Answer, type RawRow } from './answers.ts';

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
  /** How much text an answer is. */
  lengthOf(target: string): number;
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
      const answer = answerOf(exchange);
      answers.set(target, answer);
      return answer;
    },
    lengthOf: (target) => byTarget.get(target)?.body?.length ?? 0,
    sentAtMs: (target) => byTarget.get(target)?.sent_at_ms ?? null,
  };
}

/** The largest page the exchange gives. */
export const PAGE_SIZE = 100;
/**
 * More than this of one list is not read: some 20,000 bills, as much as verifier, backend and browser can hold of bills and fills together. How
 * many pages that is, is the exchange's matter; how long it may take, the reader's.
 */
export const MOST_TEXT = 12 * 1024 * 1024;
/** Nor more pages, however little is on them: evidence has room for a thousand answers. */
const MOST_PAGES = 450;

/** After so many pages a list is long: that the next one did not come in time is the list's doing, not the exchange's. */
const MANY_PAGES = 10;

export type Pages =
  /** draft: the next page must be read first; what is there already shows what else to ask for meanwhile. too_long: there is more than can be read. */
  | {
      readonly kind: 'complete' | 'incomplete' | 'draft' | 'too_long';
      readonly rows: readonly RawRow[];
      readonly why: string;
      readonly pages: number;
      /** The cursor of the oldest row; null where there is none. */
      readonly oldest: bigint | null;
    }
  | { readonly kind: 'refused'; readonly answer: Extract<Answer, { kind: 'refused' }> };

export type PagePlan = {
  /** The request without its cursor, ending in `limit=100`. */
  target: string;
  /** What makes a row itself; rows met twice are dropped. null: the row cannot be read. */
  identify: (value: unknown) => { id: string; cursor: bigint } | null;
  /** Whether a page shows that older ones are of no interest any more. */
  enough?: (page: readonly RawRow[]) => boolean;
  /** No more pages than these. */
  most?: number;
  /** Only what is older than this cursor. */
  from?: bigint;
  /** Where each page is asked for, if not all in one list: two lists that share their cursors. */
  targetOf?: (page: number) => string;
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

type Identity = { readonly id: string; readonly cursor: bigint };
const identities = new WeakMap<PagePlan['identify'], WeakMap<object, Identity | null>>();

/** What makes a row itself, found once for each row. */
function identityOf(identify: PagePlan['identify'], value: unknown): Identity | null {
  if (typeof value !== 'object' || value === null) return identify(value);
  let known = identities.get(identify);
  if (!known) identities.set(identify, (known = new WeakMap()));
  const before = known.get(value);
  if (before !== undefined) return before;
  const identity = identify(value);
  known.set(value, identity);
  return identity;
}

/**
 * Reads page after page, each older than the one before (`after=` the oldest cursor seen), until an empty page. null:
 * the first must be read first. A short page is not taken for the last one: a server may give less than was asked for. A short
 * page that only repeats is (a server that knows no cursor); a full one that repeats is not, and leaves the reading incomplete.
 */
export function readPages(reader: Reader, plan: PagePlan): Pages | null {
  const rows: RawRow[] = [];
  const seen = new Map<string, unknown>();
  let oldest: bigint | null = null;
  let cursor: bigint | null = plan.from ?? null;
  let length = 0;
  for (let page = 0; ; page += 1) {
    const ended = (kind: 'complete' | 'incomplete' | 'draft' | 'too_long', why = ''): Pages => ({
      kind,
      rows,
      why,
      pages: page,
      oldest,
    });
    // A server that gives a row or two at a time, for ever, tells of no long list.
    if (page >= MOST_PAGES && rows.length < (page * PAGE_SIZE) / 2)
      return ended('incomplete', `there are more than ${page} short pages`);
    if (length > MOST_TEXT || page >= MOST_PAGES)
      return ended('too_long', `there is more of them than the ${rows.length} that were read`);
    if (plan.most !== undefined && page >= plan.most) return ended('too_long');
    const list = plan.targetOf?.(page) ?? plan.target;
    const target = cursor === null ? list : `${list}&after=${cursor}`;
    const answer = reader.read(target);
    if (answer === null) return page === 0 ? null : ended('draft');
    if (answer.kind === 'refused')
      return page >= MANY_PAGES && (answer.outOfTime || answer.errorClass === 'rate_limit')
        ? ended('too_long', `there was no time to read more of them than ${rows.length}`)
        : { kind: 'refused', answer };
    if (answer.rows.length === 0) return ended('complete');
    length += reader.lengthOf(target);
    let fresh = 0;
    let lowest: bigint | null = oldest;
    for (const row of answer.rows) {
      const identity = identityOf(plan.identify, row.value);
      if (!identity) return ended('incomplete', `a row of ${answer.path} cannot be read`);
      if (lowest === null || identity.cursor < lowest) lowest = identity.cursor;
      const known = seen.get(identity.id);
      if (known !== undefined && !isSameText(known, row.value))
        return ended('incomplete', `a row of ${answer.path} is told in two ways`);
      if (known !== undefined) continue;
      seen.set(identity.id, row.value);
      rows.push(row);
      fresh += 1;
    }
    const isFull = answer.rows.length >= PAGE_SIZE;
    if (fresh === 0) return isFull ? ended('incomplete', 'the pages repeat') : ended('complete');
    const mayTie = plan.ties === true && lowest === oldest;
    if (lowest === null || (oldest !== null && lowest >= oldest && !mayTie))
      return ended('incomplete', 'the pages do not get older');
    oldest = lowest;
    cursor = plan.ties === true && isFull ? lowest + 1n : lowest;
    if (plan.enough?.(answer.rows)) return ended('complete');
  }
}
