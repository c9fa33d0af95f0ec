import { sql, type Kysely } from 'kysely';
import { foldChecks } from '../platform/foldChecks.ts';
import type { Tables } from '../platform/tables.ts';

/** How the exchange answered, as intervals; and by how much its downtime has put off until when an order may be paid. */
export async function up(db: Kysely<Tables>): Promise<void> {
  // From reading to reading; what lies between two intervals was not looked at.
  await sql`create table exchange_intervals (
    id bigint generated always as identity primary key,
    state text not null check (state in ('UP', 'DEGRADED', 'DOWN')),
    trouble text check (trouble in ('NO_ANSWER', 'MAINTENANCE', 'PRE_OPEN', 'MANY_FAILURES')),
    title text,
    from_at timestamptz not null,
    until_at timestamptz not null,
    check (until_at >= from_at),
    check ((state = 'UP') = (trouble is null))
  )`.execute(db);
  await sql`alter table purchase_orders add column pay_by_grown_ms bigint not null default 0 check (pay_by_grown_ms >= 0)`.execute(
    db,
  );
  await foldChecks(db, 'purchase_orders');
}
