import type { Usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';
import type { ClaimStatus, Side } from '@liqpass/kernel/vocabulary';
import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../platform/database.ts';
import { amountOf, amountOrNull, numericOf } from '../platform/rows.ts';
import { sinceKept } from './keptSums.ts';

/** Any number that nothing else of ours uses as an advisory lock. */
const BOOK_LOCK = 4_242_001;

/**
 * Takes the book's lock until the transaction ends. Every sale is decided between this and its commit, so two sales cannot
 * both see the same room as free: whoever reads the sums next reads them after the other's rows are there. It is a
 * statement of its own: in one with the sums, their snapshot would be older than the lock.
 */
export async function lockBook(trx: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(${BOOK_LOCK})`.execute(trx);
}

/** From where on a cover is nearer than 3 sigma: at or above this price for a long, below it for a short. */
export type NearPrice = {
  readonly instId: string;
  readonly side: Side;
  readonly policyType: string;
  /** A decimal number, on the edge of a step of prices (price_step() in SQL). */
  readonly px: string;
};

/** Of rooms past their end: those with a claim under way, which count until it is settled. */
const claimed = (nowMs: EpochMs): RawBuilder<unknown> => sql`
  (select r.* from book_rooms r join insurance_claims c on c.purchase_order_id = r.purchase_order_id
   where r.held_until <= ${new Date(nowMs)} and c.status in ('VERIFYING', 'VERIFIED_PENDING_REVIEW', 'APPROVED_PENDING_MULTISIG'))`;

/** What counts at a moment: room that is held, and covers under a claim, after their end too. */
const live = (nowMs: EpochMs): RawBuilder<unknown> => sql`
  (select r.* from book_rooms r where r.held_until > ${new Date(nowMs)} union all select * from ${claimed(nowMs)} late)`;

export type BookSums = {
  readonly inForce: Usdc;
  readonly sides: Readonly<
    Record<Side, { readonly inForce: Usdc; readonly near: Usdc; readonly soldLastHour: Usdc; readonly tentative: Usdc }>
  >;
  /** Of the account asked about. */
  readonly account: Usdc;
  /** How many rooms the caller asked about holds tentatively. */
  readonly tentativeRooms: number;
};

/**
 * The sums of the live book that the limits are about, as bookTotals() of the underwriting package defines them (a test
 * holds the two together). What is kept, and what is not in it yet (keptSums.ts): as much work for a million covers as for a thousand.
 * @param except the room that is about to be replaced
 */
export async function sumBook(
  trx: Db,
  asked: {
    readonly nowMs: EpochMs;
    readonly near: readonly NearPrice[];
    readonly account: string | null;
    readonly except: string | null;
    readonly caller: string | null;
  },
): Promise<BookSums> {
  const { near } = asked;
  const now = sql`${new Date(asked.nowMs)}::timestamptz`;
  const { rows } = await sql<
    Record<'in_force' | 'account' | 'rooms' | `${Side}_${'all' | 'near' | 'fresh' | 'tentative'}`, string>
  >`
    with near as materialized (
      select * from unnest(${near.map((one) => one.instId)}::text[], ${near.map((one) => one.side)}::text[],
        ${near.map((one) => one.policyType)}::text[], ${near.map((one) => one.px)}::numeric[]) as n(inst_id, side, policy_type, px)
    ), late as materialized (select r.* from ${claimed(asked.nowMs)} r where r.id is distinct from ${asked.except}::uuid),
    replaced as materialized (select r.* from book_rooms r where r.id = ${asked.except}::uuid and r.held_until > ${now}),
    -- Room by room: what is not in the kept sums.
    single as (
      ${sinceKept(now)}
      union all select policy_type, inst_id, side, liq_px, payout_usdc, case when sold_at > ${now} - interval '1 hour' then payout_usdc else 0 end,
        case when tentative_of is null then 0 else payout_usdc end from late
      union all select policy_type, inst_id, side, liq_px, -payout_usdc, case when sold_at > ${now} - interval '1 hour' then -payout_usdc else 0 end,
        case when tentative_of is null then 0 else -payout_usdc end from replaced
    ), book as (
      select s.side, s.in_force, s.fresh, s.tentative,
        case when coalesce(case s.side when 'long' then s.liq_px >= n.px when 'short' then s.liq_px < n.px end, true) then s.in_force else 0 end as near
      from single s left join near n on n.inst_id = s.inst_id and n.side = s.side and n.policy_type = s.policy_type
      union all
      select nullif(k.side, ''), k.in_force_usdc, k.fresh_usdc, k.tentative_usdc,
        case when n.px is null then k.in_force_usdc else (
          select coalesce(sum(d.in_force_usdc), 0) from book_distances d
          where d.policy_type = k.policy_type and d.inst_id = k.inst_id and d.side = k.side
            and d.px_step >= case k.side when 'long' then n.px else 0 end and d.px_step < case k.side when 'long' then 'NaN' else n.px end) end
      from book_sums k left join near n on n.inst_id = k.inst_id and n.side = k.side and n.policy_type = k.policy_type
    ), sided as (
      select side is distinct from 'short' as long, side is distinct from 'long' as short, in_force, fresh, tentative, near from book
    )
    select coalesce(sum(in_force), 0) as in_force,
      coalesce(sum(in_force) filter (where long), 0) as long_all, coalesce(sum(in_force) filter (where short), 0) as short_all,
      coalesce(sum(near) filter (where long), 0) as long_near, coalesce(sum(near) filter (where short), 0) as short_near,
      coalesce(sum(fresh) filter (where long), 0) as long_fresh, coalesce(sum(fresh) filter (where short), 0) as short_fresh,
      coalesce(sum(tentative) filter (where long), 0) as long_tentative, coalesce(sum(tentative) filter (where short), 0) as short_tentative,
      (select coalesce(sum(payout_usdc), 0) from (
        select payout_usdc from book_rooms r where r.main_account = ${asked.account} and r.held_until > ${now} and r.id is distinct from ${asked.except}::uuid
        union all select payout_usdc from late where main_account = ${asked.account}) a) as account,
      (select count(*) from book_rooms r where r.tentative_of = ${asked.caller} and r.held_until > ${now} and r.id is distinct from ${asked.except}::uuid)
        + (select count(*) from late where tentative_of = ${asked.caller}) as rooms
    from sided`.execute(trx);
  const [row] = rows;
  const of = (side: Side): BookSums['sides'][Side] => ({
    inForce: amountOf(row?.[`${side}_all`] ?? '0'),
    near: amountOf(row?.[`${side}_near`] ?? '0'),
    soldLastHour: amountOf(row?.[`${side}_fresh`] ?? '0'),
    tentative: amountOf(row?.[`${side}_tentative`] ?? '0'),
  });
  return {
    inForce: amountOf(row?.in_force ?? '0'),
    account: amountOf(row?.account ?? '0'),
    tentativeRooms: Number(row?.rooms ?? 0),
    sides: { long: of('long'), short: of('short') },
  };
}

/** Room in the book. */
export type Room = {
  readonly id: string;
  readonly quoteHash: string | null;
  readonly purchaseOrderId: string | null;
  readonly policyType: string;
  readonly instId: string | null;
  readonly side: Side | null;
  readonly liqPx: string | null;
  readonly payout: Usdc;
  readonly probability: number | null;
  readonly mainAccount: string | null;
  readonly margin: Usdc | null;
  readonly soldAtMs: EpochMs;
  readonly heldUntilMs: EpochMs;
  /** Who holds it without having shown that they can buy: a quote, or an order that no key bound. null once one has. */
  readonly tentativeOf: string | null;
};

type RoomRow = {
  id: string;
  quote_hash: string | null;
  purchase_order_id: string | null;
  policy_type: string;
  inst_id: string | null;
  side: Side | null;
  liq_px: string | null;
  payout_usdc: string;
  probability: number | null;
  main_account: string | null;
  margin_usdt: string | null;
  sold_at: Date;
  held_until: Date;
  tentative_of: string | null;
};
const toRoom = (row: RoomRow): Room => ({
  id: row.id,
  quoteHash: row.quote_hash,
  purchaseOrderId: row.purchase_order_id,
  policyType: row.policy_type,
  instId: row.inst_id,
  side: row.side,
  liqPx: row.liq_px,
  payout: amountOf(row.payout_usdc),
  probability: row.probability,
  mainAccount: row.main_account,
  margin: amountOrNull(row.margin_usdt),
  soldAtMs: row.sold_at.getTime(),
  heldUntilMs: row.held_until.getTime(),
  tentativeOf: row.tentative_of,
});

/** Takes room, or takes it anew in place of what the same room said before. Under the book's lock. */
export async function putRoom(trx: Db, room: Room): Promise<void> {
  const values = {
    id: room.id,
    quote_hash: room.quoteHash,
    purchase_order_id: room.purchaseOrderId,
    policy_type: room.policyType,
    inst_id: room.instId,
    side: room.side,
    liq_px: room.liqPx,
    payout_usdc: numericOf(room.payout),
    probability: room.probability,
    main_account: room.mainAccount,
    margin_usdt: room.margin === null ? null : numericOf(room.margin),
    sold_at: new Date(room.soldAtMs),
    held_until: new Date(room.heldUntilMs),
    tentative_of: room.tentativeOf,
  };
  const { id: _id, ...changed } = values;
  await trx
    .insertInto('book_rooms')
    .values(values)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(changed))
    .execute();
}

/** Gives back the room that a quote held and no order took. */
export async function freeQuoteRoom(db: Db, quoteHash: string, nowMs: EpochMs): Promise<void> {
  await db
    .updateTable('book_rooms')
    .set({ held_until: new Date(nowMs) })
    .where('quote_hash', '=', quoteHash)
    .where('purchase_order_id', 'is', null)
    .execute();
}

/** Gives back the room of covers that have been paid out: one cover pays once. */
export async function freeSettledRooms(db: Db, nowMs: EpochMs): Promise<void> {
  await sql`
    update book_rooms r set held_until = ${new Date(nowMs)} from insurance_claims c
    where r.held_until > ${new Date(nowMs)} and c.purchase_order_id = r.purchase_order_id and c.status = 'PAID'`.execute(
    db,
  );
}

export async function getRoomOfOrder(db: Db, purchaseOrderId: string): Promise<Room | null> {
  const row = await db
    .selectFrom('book_rooms')
    .selectAll()
    .where('purchase_order_id', '=', purchaseOrderId)
    .executeTakeFirst();
  return row ? toRoom(row) : null;
}

/** The live covers of one main account. */
export async function listRoomsOfAccount(db: Db, mainAccount: string, nowMs: EpochMs): Promise<Room[]> {
  const { rows } = await sql<RoomRow>`select * from ${live(nowMs)} r where r.main_account = ${mainAccount}`.execute(db);
  return rows.map(toRoom);
}

/** The whole live book. */
export async function listRooms(db: Db, nowMs: EpochMs): Promise<Room[]> {
  const { rows } = await sql<RoomRow>`select * from ${live(nowMs)} r`.execute(db);
  return rows.map(toRoom);
}

export type ClaimOnBook = {
  readonly side: Side | null;
  readonly atMs: EpochMs;
  readonly payout: Usdc;
  readonly status: ClaimStatus;
};

/** Claims filed after `afterMs` on counted covers, those sold after `soldAfterMs`; each with what it may cost. */
export async function listClaimsOnBook(db: Db, afterMs: EpochMs, soldAfterMs: EpochMs): Promise<ClaimOnBook[]> {
  const { rows } = await sql<{ side: Side | null; at: Date; payout: string; status: ClaimStatus }>`
    select r.side, c.created_at as at, coalesce(c.payout_amount_usdc, r.payout_usdc) as payout, c.status
    from book_rooms r join insurance_claims c on c.purchase_order_id = r.purchase_order_id
    where r.sold_at > ${new Date(soldAfterMs)} and c.created_at > ${new Date(afterMs)}`.execute(db);
  return rows.map((row) => ({
    side: row.side,
    atMs: row.at.getTime(),
    payout: amountOf(row.payout),
    status: row.status,
  }));
}
