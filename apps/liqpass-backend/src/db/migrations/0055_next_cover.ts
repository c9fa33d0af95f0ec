import { sql, type Kysely } from 'kysely';
import type { Tables } from '../platform/tables.ts';
import { foldChecks } from '../platform/foldChecks.ts';

/**
 * The next cover of a position, bought while the one before it still runs. A position has two places: the cover that is, and the next
 * (behind). Each is one order's, by the same unique indexes as before with the place in them. Once the first lets go of its binding the
 * next one moves up, in the same statement: so whoever binds the position anew always meets who has it.
 *
 * A book from before 0023 may hold two covers of one position in the first place: there the indexes stay over bindings that have not let go.
 */
export async function up(db: Kysely<Tables>): Promise<void> {
  await sql`alter table purchase_orders
    add column follows uuid references purchase_orders (id),
    add column behind boolean not null default false,
    add constraint purchase_orders_behind_is_seen check (not behind or (follows is not null and okx_pos_id is not null))`.execute(
    db,
  );
  await foldChecks(db, 'purchase_orders');
  const held = 'binding_released_at is null';
  const covered = `(${held} or (paid_at is not null and refund_reason is null and binding_released_at < coverage_end_at))`;
  const make = (where: string): string => `
    create unique index purchase_orders_placed_okx_order on purchase_orders ((okx_meta_json ->> 'ordId'), behind)
      where okx_meta_json is not null and ${where};
    create unique index purchase_orders_placed_position on purchase_orders (okx_main_uid, okx_pos_id, okx_pos_ctime, behind)
      where okx_pos_id is not null and ${where};`;
  await sql
    .raw(
      `do $$ begin
        ${make(covered)}
      exception when unique_violation then
        raise warning 'two covers of one position were sold before: look at orders whose binding was released';
        ${make(held)}
      end $$`,
    )
    .execute(db);
  await sql`drop index purchase_orders_live_okx_order, purchase_orders_live_position`.execute(db);
  await sql`alter index purchase_orders_placed_okx_order rename to purchase_orders_live_okx_order`.execute(db);
  await sql`alter index purchase_orders_placed_position rename to purchase_orders_live_position`.execute(db);
  // After the statement: the first place is free by then.
  await sql`
    create function move_up_next_cover() returns trigger language plpgsql as $$
    begin
      update purchase_orders set behind = false
      where okx_main_uid = new.okx_main_uid and okx_pos_id = new.okx_pos_id and okx_pos_ctime = new.okx_pos_ctime
        and okx_pos_id is not null and behind and binding_released_at is null;
      return null;
    end
    $$`.execute(db);
  await sql`
    create trigger move_up after update of binding_released_at on purchase_orders for each row
    when (old.binding_released_at is null and new.binding_released_at is not null and not new.behind and new.okx_pos_id is not null)
    execute function move_up_next_cover()`.execute(db);
}
