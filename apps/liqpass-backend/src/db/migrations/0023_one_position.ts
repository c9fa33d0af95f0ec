import { sql, type Kysely } from 'kysely';

/**
 * One position, one cover: the unique indexes stand over everything that is covered or may become so. Not only over bindings that
 * have not let go: an order that let go and is a cover all the same, its window not over by then, is in them again, and collides
 * with whoever has the position now. (purchase_orders_released_is_no_cover lets no such row in to begin with.)
 *
 * A book from before that rule may hold two covers of one position, sold and paid: there the indexes stay as they were, and the
 * rule holds for every row that is written from now on.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const covered = `(binding_released_at is null
    or (paid_at is not null and refund_reason is null and binding_released_at < coverage_end_at))`;
  await sql
    .raw(
      `do $$ begin
        create unique index purchase_orders_one_okx_order on purchase_orders ((okx_meta_json ->> 'ordId'))
          where okx_meta_json is not null and ${covered};
        create unique index purchase_orders_one_position on purchase_orders (okx_main_uid, okx_pos_id, okx_pos_ctime)
          where okx_pos_id is not null and ${covered};
        drop index purchase_orders_live_okx_order;
        drop index purchase_orders_live_position;
        alter index purchase_orders_one_okx_order rename to purchase_orders_live_okx_order;
        alter index purchase_orders_one_position rename to purchase_orders_live_position;
      exception when unique_violation then
        raise warning 'two covers of one position were sold before: look at orders whose binding was released';
      end $$`,
    )
    .execute(db);
}
