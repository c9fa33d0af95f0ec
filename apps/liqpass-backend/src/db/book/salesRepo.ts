import type { Side } from '@liqpass/kernel/vocabulary';
import type { EpochMs } from '@liqpass/kernel/time';
import { sql } from 'kysely';
import { auditFrom, type AuditEntry } from '../audit/auditRepo.ts';
import type { Db } from '../platform/database.ts';

/** null: every one. */
export type SalesScope = {
  readonly policyType: string | null;
  readonly instId: string | null;
  readonly side: Side | null;
};
export type SalesStop = SalesScope & { readonly reason: string; readonly by: string; readonly atMs: EpochMs };

export async function listSalesStops(db: Db): Promise<SalesStop[]> {
  const rows = await db.selectFrom('sales_stops').selectAll().orderBy('stopped_at').execute();
  return rows.map((row) => ({
    policyType: row.policy_type,
    instId: row.inst_id,
    side: row.side,
    reason: row.reason,
    by: row.stopped_by,
    atMs: row.stopped_at.getTime(),
  }));
}

/** How a scope is named in the audit trail: "OKX_24H/BTC-USDT-SWAP/long", "*" for every one. */
const subjectOf = (scope: SalesScope): string =>
  [scope.policyType ?? '*', scope.instId ?? '*', scope.side ?? '*'].join('/');

/** Takes a scope off sale; stopped again, the first stop stands. */
export async function stopSales(db: Db, scope: SalesScope, reason: string, entry: AuditEntry): Promise<void> {
  await sql`
    with moved as (
      insert into sales_stops (policy_type, inst_id, side, reason, stopped_by, stopped_at)
      values (${scope.policyType}, ${scope.instId}, ${scope.side}, ${reason}, ${entry.actor.name}, ${new Date(entry.atMs)})
      on conflict do nothing
      returning ${subjectOf(scope)}::text as id, 'ON_SALE'::text as from_status, 'STOPPED'::text as to_status
    )
    ${auditFrom('moved', entry)}`.execute(db);
}

/** Puts back on sale what a stop of exactly this scope, or of a part of it, took off. */
export async function resumeSales(db: Db, scope: SalesScope, entry: AuditEntry): Promise<void> {
  await sql`
    with moved as (
      delete from sales_stops
      where (${scope.policyType}::text is null or policy_type = ${scope.policyType})
        and (${scope.instId}::text is null or inst_id = ${scope.instId}) and (${scope.side}::text is null or side = ${scope.side})
      returning concat_ws('/', coalesce(policy_type, '*'), coalesce(inst_id, '*'), coalesce(side, '*')) as id,
        'STOPPED'::text as from_status, 'ON_SALE'::text as to_status
    )
    ${auditFrom('moved', entry)}`.execute(db);
}

const EVERYTHING = subjectOf({ policyType: null, instId: null, side: null });

/** Takes everything off sale because the kept sums are wrong, and tells the operators. Where everything is off sale already, that stop stands. */
export async function stopForWrongSums(db: Db, reason: string, entry: AuditEntry): Promise<void> {
  const at = new Date(entry.atMs);
  await sql`
    with moved as (
      insert into sales_stops (reason, stopped_by, stopped_at) values (${reason}, ${entry.actor.name}, ${at}) on conflict do nothing
      returning ${EVERYTHING}::text as id, 'ON_SALE'::text as from_status, 'STOPPED'::text as to_status
    ), noted as (${auditFrom('moved', entry)})
    select tell_operators('BOOK_OFF', 'book:' || ${entry.atMs}::bigint, ${at}::timestamptz, '{}') from moved`.execute(
    db,
  );
}

/** Puts back on sale what `stopForWrongSums` took off; what an operator took off stays off. Whether there was such a stop. */
export async function resumeAfterWrongSums(db: Db, entry: AuditEntry): Promise<boolean> {
  const { rows } = await sql`
    with moved as (
      delete from sales_stops where stopped_by = ${entry.actor.name} and policy_type is null and inst_id is null and side is null
      returning ${EVERYTHING}::text as id, 'STOPPED'::text as from_status, 'ON_SALE'::text as to_status
    ), noted as (${auditFrom('moved', entry)})
    select from moved`.execute(db);
  return rows.length > 0;
}
