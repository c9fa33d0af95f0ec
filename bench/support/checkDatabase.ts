import { buildLogger } from '@liqpass/service/logger';
import type { Pool } from 'pg';
import { openDatabase } from '../../apps/liqpass-backend/src/db/platform/database.ts';
import type { Policy, Step } from './closedLoop.ts';

/** Opens a database that no backend has open (embedded), or that one may (PostgreSQL), and looks. */
export async function withDatabase<T>(url: string, look: (pool: Pool) => Promise<T>): Promise<T> {
  const database = await openDatabase(url, buildLogger('bench', 'silent'), 4);
  try {
    return await look(database.pool);
  } finally {
    await database.close();
  }
}

/** What each acknowledged step must have left: the column that shows it, and the audit row that says who did it. */
const LEFT: Record<Exclude<Step, 'read' | 'list'>, { holds: string; of: 'order' | 'claim'; action: string }> = {
  create: { holds: 'true', of: 'order', action: 'create' },
  bind: { holds: `o.okx_meta_json ->> 'ordId' = a.ord_id`, of: 'order', action: 'bind' },
  'mark paid': { holds: 'o.paid_at is not null and o.payment_tx_hash = a.tx_hash', of: 'order', action: 'mark_paid' },
  trigger: { holds: 'c.purchase_order_id = o.id', of: 'claim', action: 'file' },
  approve: { holds: `c.status in ('APPROVED_PENDING_MULTISIG', 'PAID')`, of: 'claim', action: 'approve' },
  'mark claim paid': {
    holds: `c.status = 'PAID' and c.multisig_tx_hash = a.multisig_tx_hash`,
    of: 'claim',
    action: 'mark_paid',
  },
};

/** Compares what clients were told with what is there: one sentence for each kind of difference. Nothing lost, nothing twice, audit complete. */
export async function compareWithAcknowledged(pool: Pool, policies: readonly Policy[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const [step, { holds, of, action }] of Object.entries(LEFT)) {
    const told = policies
      .filter((policy) => policy.acknowledged.includes(step as Step))
      .map((policy) => ({
        order_id: policy.orderId,
        claim_id: policy.claimId,
        ord_id: policy.ordId,
        tx_hash: policy.txHash,
        multisig_tx_hash: policy.multisigTxHash,
      }));
    const { rows } = await pool.query<{ lost: string; audited: string }>(
      `with a as (select * from json_to_recordset($1::json) as x (order_id uuid, claim_id uuid, ord_id text, tx_hash text, multisig_tx_hash text))
       select (select count(*) from a where not exists (
                 select from purchase_orders o left join insurance_claims c on c.id = a.claim_id where o.id = a.order_id and ${holds})) as lost,
              (select count(*) from a where 1 <> (
                 select count(*) from audit_log l where l.subject_id = ${of === 'order' ? 'a.order_id' : 'a.claim_id'}::text and l.action = '${action}')) as audited`,
      [JSON.stringify(told)],
    );
    const { lost = '0', audited = '0' } = rows[0] ?? {};
    if (lost !== '0') wrong.push(`${lost} of ${told.length} acknowledged "${step}" are not there`);
    if (audited !== '0')
      wrong.push(`${audited} of ${told.length} acknowledged "${step}" have not exactly one audit row`);
  }
  return wrong;
}

/** Rows and bytes that each policy left, by table, indexes included. */
export async function footprint(
  pool: Pool,
  policies: number,
): Promise<{ table: string; rows: number; bytes: number }[]> {
  const { rows } = await pool.query<{ name: string; bytes: string }>(
    `select n.nspname || '.' || c.relname as name, pg_total_relation_size(c.oid) as bytes
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname in ('public', 'pgboss') and pg_total_relation_size(c.oid) > 65536 order by 2 desc`,
  );
  const found = [];
  for (const { name, bytes } of rows) {
    const counted = await pool.query<{ count: string }>(`select count(*) from ${name}`);
    found.push({
      table: name.replace('public.', ''),
      rows: Number(counted.rows[0]?.count ?? 0) / policies,
      bytes: Number(bytes) / policies,
    });
  }
  return found;
}
