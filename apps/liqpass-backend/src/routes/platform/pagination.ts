import { LiqPassError } from '@liqpass/api/errors';

// A cursor is the sort key of the last row of a page, opaque to the caller.

export const sealCursor = (parts: readonly (string | number)[]): string =>
  Buffer.from(parts.join('|')).toString('base64url');
export const openCursor = (cursor: string): string[] => Buffer.from(cursor, 'base64url').toString().split('|');
export const badCursor = (): LiqPassError =>
  new LiqPassError('VALIDATION_FAILED', 'The cursor is not one of ours: use next_cursor of the page before, as it is.');

/** A page from one row more than its limit: that one says that there is a next page. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
  toItem: (row: Row) => Item,
): { items: Item[]; limit: number; next_cursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    limit,
    next_cursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  };
}
