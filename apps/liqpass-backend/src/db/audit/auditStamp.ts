import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';

// A stamp says that LiqPass wrote an audit row. Unkeyed, it is a hash that anybody who may write to the database can make too.
// Keyed (AUDIT_KEY, outside of the database), it is HMAC-SHA256 over the row's content. The database alone knows a row's id and
// where it moved from, so it computes the stamp; it is given a key that is good for this row only, never AUDIT_KEY itself.

/** What a row's own key is made of, besides AUDIT_KEY: none of it can be another row's. */
export type StampedOf = {
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly subjectType: string;
  readonly requestId: string | null;
};
/** A row as the check reads it. `said`: the text that is stamped. `nonce`: null where the stamp is unkeyed. */
export type Stamped = StampedOf & {
  readonly said: string;
  readonly stamp: Buffer | null;
  readonly nonce: Buffer | null;
  /** Of an unkeyed stamp: whether it is the hash of the content. */
  readonly unkeyedHolds: boolean;
};

const BLOCK_BYTES = 64;
const NONCE_BYTES = 16;

/** The key of one row: HMAC-SHA256 of its nonce and of what tells it apart, with AUDIT_KEY. */
function rowKey(auditKey: string, nonce: Buffer, of: StampedOf): Buffer {
  const said = [
    'liqpass audit row 2',
    nonce.toString('hex'),
    of.atMs,
    of.actor,
    of.action,
    of.subjectType,
    of.requestId,
  ];
  return createHmac('sha256', auditKey).update(JSON.stringify(said)).digest();
}

/** What is stamped of row `of` (a table or subquery with audit_log's columns), as text. */
export const stampedText = (of: string): RawBuilder<string> => {
  const columns = ['actor', 'action', 'subject_type', 'subject_id', 'from_status', 'to_status', 'why', 'details'];
  const list = columns.map((column) => `${of}.${column}`).join(', ');
  return sql.raw(
    `jsonb_build_array('liqpass audit row 2', ${of}.id, extract(epoch from ${of}.at), ${list}, ${of}.request_id)::text`,
  );
};

/** SQL of the stamp and the nonce of a row that is being written. */
export function stampSql(
  of: string,
  stampKey: string | null,
  row: StampedOf,
): { stamp: RawBuilder<unknown>; nonce: RawBuilder<unknown> } {
  if (stampKey === null) return { stamp: unkeyedStamp(of), nonce: sql`null::bytea` };
  const nonce = randomBytes(NONCE_BYTES);
  const key = rowKey(stampKey, nonce, row);
  // HMAC (RFC 2104) in what every PostgreSQL has.
  const [inner, outer] = [0x36, 0x5c].map((pad) =>
    Buffer.concat([key, Buffer.alloc(BLOCK_BYTES - key.length)]).map((byte) => byte ^ pad),
  );
  return {
    stamp: sql`sha256(${Buffer.from(outer ?? [])}::bytea || sha256(${Buffer.from(inner ?? [])}::bytea || convert_to(${stampedText(of)}, 'UTF8')))`,
    nonce: sql`${nonce}::bytea`,
  };
}

/** The stamp of a row where there is no key. */
export const unkeyedStamp = (of: string): RawBuilder<unknown> =>
  sql.raw(
    `audit_stamp(${of}.id, ${of}.at, ${of}.actor, ${of}.action, ${of}.subject_type, ${of}.subject_id, ${of}.from_status, ${of}.to_status, ${of}.why, ${of}.details, ${of}.request_id)`,
  );

/** What a row's stamp shows: `keyed` by one of our keys, `unkeyed` and right, `unknown` keyed where no key is at hand, or `forged`. */
export type StampVerdict = 'keyed' | 'unkeyed' | 'unknown' | 'forged';

export function judgeStamp(row: Stamped, auditKeys: readonly string[]): StampVerdict {
  const { nonce, stamp } = row;
  if (stamp === null) return 'forged';
  if (nonce === null) return row.unkeyedHolds ? 'unkeyed' : 'forged';
  if (auditKeys.length === 0) return 'unknown';
  const isKeyed = auditKeys.some((auditKey) => {
    const expected = createHmac('sha256', rowKey(auditKey, nonce, row))
      .update(row.said, 'utf8')
      .digest();
    return expected.length === stamp.length && timingSafeEqual(expected, stamp);
  });
  return isKeyed ? 'keyed' : 'forged';
}
