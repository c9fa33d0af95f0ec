import type { EpochMs } from '@liqpass/kernel/time';
import type { ExchangeState, ExchangeTrouble } from '@liqpass/kernel/vocabulary';
import { sql } from 'kysely';
import type { ExchangeHealth } from '../../domain/book/exchangeHealth.ts';
import { PAY_WITHIN_MS } from '../../domain/book/product.ts';
import type { Db } from '../platform/database.ts';

export type ExchangeInterval = ExchangeHealth & { readonly fromMs: EpochMs; readonly untilMs: EpochMs };

/**
 * Keeps a reading, by one statement: the interval that it goes on with grows to it, else that one ends and a new one begins; after more
 * than `saysForMs` without a reading nothing is known of the time between. While the exchange was down, until when unpaid orders may be
 * paid grows by that time, once. A reading older than what is kept leaves nothing.
 */
export async function keepExchangeReading(
  db: Db,
  health: ExchangeHealth,
  atMs: EpochMs,
  saysForMs: number,
): Promise<void> {
  const at = new Date(atMs);
  const since = new Date(atMs - saysForMs);
  const { state, trouble, title } = health;
  await sql`
    with last as materialized (
      select * from exchange_intervals where id = (select max(id) from exchange_intervals) for update
    ), grown as (
      update exchange_intervals i set until_at = ${at} from last
      where i.id = last.id and last.until_at < ${at} and last.until_at >= ${since}
      returning i.state, last.until_at as was, (i.state = ${state} and i.trouble is not distinct from ${trouble}::text and i.title is not distinct from ${title}::text) as goes_on
    ), begun as (
      insert into exchange_intervals (state, trouble, title, from_at, until_at)
      select ${state}, ${trouble}::text, ${title}::text, ${at}, ${at}
      where not exists (select from grown where goes_on) and not exists (select from last where until_at >= ${at})
    )
    update purchase_orders p set pay_by_grown_ms = pay_by_grown_ms
      + (extract(epoch from ${at}::timestamptz - greatest(grown.was, case when p.attested then p.bound_at else p.created_at end)) * 1000)::bigint
    from grown
    where grown.state = 'DOWN' and p.paid_at is null and p.cancelled_at is null and p.coverage_end_at > grown.was
      and (case when p.attested then p.bound_at else p.created_at end) < ${at}
      and (case when p.attested then p.bound_at else p.created_at end) + p.pay_by_grown_ms * interval '1 millisecond' > grown.was - ${`${PAY_WITHIN_MS} milliseconds`}::interval`.execute(
    db,
  );
}

type Row = {
  state: ExchangeState;
  trouble: ExchangeTrouble | null;
  title: string | null;
  from_at: Date;
  until_at: Date;
};

/** The latest intervals, newest first. */
export async function listExchangeIntervals(
  db: Db,
  { limit, onlyTrouble }: { readonly limit: number; readonly onlyTrouble: boolean },
): Promise<ExchangeInterval[]> {
  const { rows } = await sql<Row>`
    select state, trouble, title, from_at, until_at from exchange_intervals
    where ${onlyTrouble ? sql`state <> 'UP'` : sql`true`} order by id desc limit ${limit}`.execute(db);
  return rows.map(({ from_at: from, until_at: until, ...health }) => ({
    ...health,
    fromMs: from.getTime(),
    untilMs: until.getTime(),
  }));
}
