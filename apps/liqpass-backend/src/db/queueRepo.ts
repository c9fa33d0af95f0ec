import { CLAIM_STATUSES, type ClaimStatus } from '@liqpass/kernel/vocabulary';
import { sql } from 'kysely';
import type { Db } from './database.ts';

/** Claims up to this many are counted in each status; beyond it the queue says "this many or more". */
const COUNT_TO = 1_000;

export type QueueCounts = { readonly claims: Record<ClaimStatus, number>; readonly reportedPayments: number };

/**
 * How much waits for the operators; each count stops at COUNT_TO, so that it costs the same in a book of millions. The order
 * is the index's: without it the server takes a status for common, and reads the whole table for one that nothing has.
 */
export async function countQueue(db: Db): Promise<QueueCounts> {
  const { rows } = await sql<{ status: ClaimStatus | null; count: string }>`
    select s.status, (select count(*) from (select 1 from insurance_claims c where c.status = s.status order by c.created_at desc, c.id desc limit ${COUNT_TO}) few) as count
    from unnest(${[...CLAIM_STATUSES]}::text[]) as s (status)
    union all
    select null, count(*) from (select 1 from purchase_orders where (case when paid_at is null and reported_at is not null then 1 else 0 end) = 1 limit ${COUNT_TO}) few`.execute(
    db,
  );
  const claims = Object.fromEntries(CLAIM_STATUSES.map((status) => [status, 0])) as Record<ClaimStatus, number>;
  let reportedPayments = 0;
  for (const { status, count } of rows) {
    if (status === null) reportedPayments = Number(count);
    else claims[status] = Number(count);
  }
  return { claims, reportedPayments };
}
