import { sql, type RawBuilder } from 'kysely';
import { getAddress } from 'viem/utils';
import type { Piece, Searched } from '../domain/searched.ts';
import { idBeginsWith, isIdPrefix } from './platform/idPrefix.ts';

// A search as SQL: each way is a condition that one index answers, so that looking costs the same in a book of any size.

/** What begins with a text that is as it is kept: as a range, which an index finds under any collation of digits and letters. */
const beginsWith = (column: RawBuilder<unknown>, begin: string, length: number): RawBuilder<unknown> =>
  sql`${column} between ${begin.padEnd(length, '0')} and ${begin.padEnd(length, 'f')}`;

/** The letters of so many hex digits may be of either case in a checksum: the index is asked for each spelling. */
const SPELLED_OUT = 4;
function spellings(digits: string): string[] {
  const [first, ...rest] = digits;
  if (first === undefined) return [''];
  const more = spellings(rest.join(''));
  const cases = first === first.toUpperCase() ? [first] : [first, first.toUpperCase()];
  return cases.flatMap((each) => more.map((tail) => each + tail));
}
const like = (column: RawBuilder<unknown>, { begin, end }: Piece): RawBuilder<unknown> =>
  sql`lower(${column}) like ${`${begin}%${end}`}`;

const hashPiece = (column: RawBuilder<unknown>, piece: Piece): RawBuilder<unknown> =>
  sql`${beginsWith(column, piece.begin, 66)} and ${like(column, piece)}`;
function addressPiece(column: RawBuilder<unknown>, piece: Piece): RawBuilder<unknown> {
  const ranges = spellings(piece.begin.slice(2, 2 + SPELLED_OUT)).map((digits) =>
    beginsWith(column, `0x${digits}`, 42),
  );
  return sql`(${sql.join(ranges, sql` or `)}) and ${like(column, piece)}`;
}
/** Numbers of accounts, as text: what follows a digit is a digit. */
const numberPiece = (column: RawBuilder<unknown>, piece: Piece): RawBuilder<unknown> =>
  sql`${column} >= ${piece.begin} and ${column} < ${`${piece.begin}a`} and ${like(column, piece)}`;

const orders = (condition: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`select id from purchase_orders where ${condition}`;
const ordersOfClaims = (condition: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`select purchase_order_id from insurance_claims where ${condition}`;
const ordersOfPayouts = (condition: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`select purchase_order_id from payouts where ${condition}`;

const column = {
  id: sql`id`,
  owner: sql`owner`,
  payoutAddress: sql`payout_address`,
  premiumTx: sql`payment_tx_hash`,
  reportedTx: sql`reported_tx_hash`,
  claimant: sql`claimant`,
  payoutTx: sql`tx_hash`,
  uid: sql`okx_uid`,
  mainUid: sql`okx_main_uid`,
};

/** The ids of the orders that fit a search, by what they and their claims and payouts show; null where it finds nothing. */
function searchedOrders(searched: Searched): RawBuilder<unknown> | null {
  const { hash, address, hex, number, digits, id } = searched;
  const ways: RawBuilder<unknown>[] = [];
  if (hash !== null)
    ways.push(
      orders(sql`payment_tx_hash = ${hash}`),
      orders(sql`reported_tx_hash = ${hash}`),
      ordersOfClaims(sql`evidence_root = ${hash}`),
      ordersOfPayouts(sql`tx_hash = ${hash}`),
      ordersOfPayouts(sql`kind = 'excess' and subject = ${hash} and withdrawn_at is null`),
      sql`select purchase_order_id from quotes where quote_hash = ${hash}`,
    );
  if (address !== null) {
    // As it is kept.
    const checksummed = getAddress(address);
    ways.push(
      orders(sql`owner = ${checksummed}`),
      orders(sql`payout_address = ${checksummed}`),
      ordersOfClaims(sql`claimant = ${checksummed}`),
    );
  }
  if (hex !== null)
    ways.push(
      orders(addressPiece(column.owner, hex)),
      orders(addressPiece(column.payoutAddress, hex)),
      ordersOfClaims(addressPiece(column.claimant, hex)),
      orders(hashPiece(column.premiumTx, hex)),
      orders(hashPiece(column.reportedTx, hex)),
      ordersOfPayouts(hashPiece(column.payoutTx, hex)),
    );
  if (number !== null)
    ways.push(
      orders(sql`okx_meta_json ->> 'ordId' = ${number} and okx_meta_json is not null and binding_released_at is null`),
      orders(sql`okx_meta_json ->> 'ordId' = ${number} and binding_released_at is not null`),
      orders(sql`okx_uid = ${number}`),
      orders(sql`okx_main_uid = ${number}`),
      ordersOfClaims(sql`account_uid = ${number}`),
    );
  if (digits !== null)
    ways.push(
      orders(numberPiece(column.uid, digits)),
      orders(numberPiece(column.mainUid, digits)),
      ordersOfClaims(numberPiece(sql`account_uid`, digits)),
    );
  if (id !== null && isIdPrefix(id))
    ways.push(orders(idBeginsWith(column.id, id)), ordersOfClaims(idBeginsWith(column.id, id)));
  return ways.length === 0 ? null : sql.join(ways, sql` union all `);
}

/** "and this column is among the orders that fit": nothing where nobody searched, nothing at all where nothing is found. */
export function among(orderId: RawBuilder<unknown>, searched: Searched | null): RawBuilder<unknown> {
  if (searched === null) return sql``;
  const found = searchedOrders(searched);
  return found === null ? sql`and false` : sql`and ${orderId} in (${found})`;
}
