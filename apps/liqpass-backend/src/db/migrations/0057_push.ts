import { sql, type Kysely } from 'kysely';

/** Browsers are told too: a channel's address is then its subscription's endpoint, its secret the subscription's two keys with a full stop between. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table channels drop constraint channels_kind_check`.execute(db);
  await sql`alter table channels add constraint channels_kind_check
    check (kind in ('telegram', 'email', 'feishu', 'dingtalk', 'wecom', 'json', 'push'))`.execute(db);
}
