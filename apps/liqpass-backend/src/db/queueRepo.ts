import { COUNTED_TO } from '@liqpass/api/operators';
import type { ClaimStatus } from '@liqpass/kernel/vocabulary';
import { sql } from 'kysely';
import { countClaimsByStatus } from './claimsRepo.ts';
import type { Db } from './platform/database.ts';

export type QueueCounts = { readonly claims: Record<ClaimStatus, number>; readonly reportedPayments: number };

/** How much waits for the operators; each count stops at COUNTED_TO. */
export async function countQueue(db: Db): Promise<QueueCounts> {
  const claims = await countClaimsByStatus(db, COUNTED_TO);
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from (select 1 from purchase_orders where (case when paid_at is null and reported_at is not null then 1 else 0 end) = 1 limit ${COUNTED_TO}) few`.execute(
    db,
  );
  return { claims, reportedPayments: Number(rows[0]?.count ?? 0) };
}
