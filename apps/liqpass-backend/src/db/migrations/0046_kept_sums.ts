import { sql, type Kysely } from 'kysely';
import type { Tables } from '../platform/tables.ts';

/** The book's sums, kept: what a sale reads no longer grows with the covers in force (db/book/keptSums.ts says how they are read). */
export async function up(db: Kysely<Tables>): Promise<void> {
  // The lower edge of the step that a liquidation price is in: 1,000 to 1,999 steps of one digit's worth, of two up to 4,998, of five up to 9,995.
  await sql`
    create function price_step(px numeric) returns numeric language plpgsql immutable parallel safe as $$
    declare
      shift numeric := power(10::numeric, 3 - floor(log(px::float8))::int);
      steps numeric := trunc(px * shift);
      wide int := case when steps < 2000 then 1 when steps < 5000 then 2 else 5 end;
    begin
      return div(steps, wide) * wide / shift;
    end
    $$`.execute(db);
  // What is kept holds at this moment; what ended since is read off the rooms, and no row is written for it.
  await sql`create table book_kept (one boolean primary key default true check (one), at timestamptz not null,
    checked_at timestamptz not null default '-infinity')`.execute(db);
  await sql`
    create table book_sums (
      policy_type text not null,
      -- '' where it is not known yet.
      inst_id text not null,
      side text not null,
      in_force_usdc numeric(38, 6) not null,
      -- Of it: sold within the hour, and held by who has not shown yet that they can buy.
      fresh_usdc numeric(38, 6) not null,
      tentative_usdc numeric(38, 6) not null,
      primary key (policy_type, inst_id, side)
    )`.execute(db);
  await sql`
    create table book_distances (
      policy_type text not null,
      inst_id text not null,
      side text not null,
      -- The step of the liquidation price; Infinity for a long and 0 for a short where it is not known: always near.
      px_step numeric not null,
      in_force_usdc numeric(38, 6) not null,
      primary key (policy_type, inst_id, side, px_step)
    )`.execute(db);
  // What changed in the rooms and is not in the sums yet. Only added to by whoever changes a room, so that nobody waits for anybody.
  await sql`
    create table book_changes (
      policy_type text not null,
      inst_id text,
      side text,
      liq_px numeric,
      -- Below 0: a room, or what it said before, is gone.
      payout_usdc numeric(38, 6) not null,
      tentative boolean not null,
      sold_at timestamptz not null,
      held_until timestamptz not null
    )`.execute(db);
  // In the statement that changes the room, whichever it is.
  await sql`
    create function note_room() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and (old.policy_type, old.inst_id, old.side, old.liq_px, old.payout_usdc, old.tentative_of is null, old.sold_at, old.held_until)
          is not distinct from (new.policy_type, new.inst_id, new.side, new.liq_px, new.payout_usdc, new.tentative_of is null, new.sold_at, new.held_until) then
        return null;
      end if;
      if tg_op <> 'INSERT' then
        insert into book_changes values (old.policy_type, old.inst_id, old.side, old.liq_px, -old.payout_usdc, old.tentative_of is not null, old.sold_at, old.held_until);
      end if;
      if tg_op <> 'DELETE' then
        insert into book_changes values (new.policy_type, new.inst_id, new.side, new.liq_px, new.payout_usdc, new.tentative_of is not null, new.sold_at, new.held_until);
      end if;
      return null;
    end
    $$`.execute(db);
  // What there is is a change like any other: the first look takes it into the sums.
  await sql`insert into book_kept (at) values (now())`.execute(db);
  await sql`
    insert into book_changes
    select policy_type, inst_id, side, liq_px, payout_usdc, tentative_of is not null, sold_at, held_until from book_rooms`.execute(
    db,
  );
  await sql`create trigger note after insert or update or delete on book_rooms for each row execute function note_room()`.execute(
    db,
  );
  // Who asked for rooms without having shown that they can buy: how many a caller holds.
  await sql`create index book_rooms_tentative on book_rooms (tentative_of, held_until) where tentative_of is not null`.execute(
    db,
  );
}
