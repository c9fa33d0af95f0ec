import { sql, type RawBuilder } from 'kysely';

const HEX_PREFIX = /^[0-9a-f-]{4,36}$/i;

/** Whether a text may be the beginning of an id, at least four digits of it. */
export const isIdPrefix = (q: string): boolean => HEX_PREFIX.test(q) && q.replaceAll('-', '').length <= 32;

/** Rows whose id begins with `q`, as a range: an index finds it, a pattern would scan. */
export function idBeginsWith(column: RawBuilder<unknown>, q: string): RawBuilder<unknown> {
  const digits = q.replaceAll('-', '').toLowerCase();
  const uuid = (fill: string): string =>
    digits.padEnd(32, fill).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return sql`${column} between ${uuid('0')}::uuid and ${uuid('f')}::uuid`;
}
