import type pg from 'pg';

/** A wallet that has bought every hundredth of the policies. Every tenth order is nobody's, and the rest a thousand wallets'. */
export const BUSY_OWNER = '0x00000000000000000000000000000000000000aa';
const hash = (salt: string): string => `'0x' || encode(sha256(('${salt}' || i)::bytea), 'hex')`;

/** The pieces of a fill are transactions of their own: a large one would keep its WAL and its dead weight to the end. */
const PIECE = 500_000;

/**
 * Fills an empty database by SQL with `count` orders of a year and the claims on them, of every status: 5 % never bound,
 * 5 % bound and never paid (each 25th of those reported), 5 % without a claim; of the claims nearly all are paid, one in
 * 200 rejected, one in 200 failed, and the newest 4,000 at most wait for operators. The triggers of foreign keys rest, the
 * CHECKs don't; secondary indexes are taken away meanwhile and made again. Needs a superuser; ends with ANALYZE.
 * @param evidenceBytes how large the evidence of each claim is
 */
export async function fillPolicies(client: pg.ClientBase, count: number, evidenceBytes = 200): Promise<void> {
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(`
    select i.indexrelid::regclass as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
    where i.indrelid in ('purchase_orders'::regclass, 'insurance_claims'::regclass, 'payouts'::regclass)
      and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`);
  await client.query(`set session_replication_role = replica; set statement_timeout = 0`);
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  for (let from = 1; from <= count; from += PIECE) {
    const to = Math.min(count, from + PIECE - 1);
    await client.query('drop table if exists made');
    await client.query(`
      create temporary table made as
      select i, gen_random_uuid() as id, gen_random_uuid() as claim_id,
        date_trunc('milliseconds', now() - (${count} - i + 1) * (interval '365 days' / ${count + 1})) as at,
        i % 20 >= 1 as bound, i % 20 >= 2 as paid, i % 20 >= 3 as claimed, i % 500 = 1 as reported,
        case when i > ${count} - least(2000, ${count} / 50) then 'VERIFIED_PENDING_REVIEW'
          when i > ${count} - 2 * least(2000, ${count} / 50) then 'APPROVED_PENDING_MULTISIG'
          when i % 200 = 13 then 'REJECTED' when i % 200 = 14 then 'FAILED' else 'PAID' end as status
      from generate_series(${from}::bigint, ${to}::bigint) i`);
    await client.query(`
      insert into purchase_orders (id, policy_type, chain_id, premium_amount_usdc, policy_params_json, coverage_start_at, coverage_end_at,
        owner, payout_address, okx_meta_json, bound_at, attested, reported_at, paid_at, paid_amount_usdc, payment_tx_hash, marked_paid_by,
        refund_reason, version, created_at, updated_at)
      select id, 'OKX_24H', 8453, 1, '{"payout_fixed_usdc":"50","payout_cap_usdc":"50"}', at, at + interval '24 hours',
        case when i % 10 = 8 then null when i % 100 = 7 then '${BUSY_OWNER}' else '0x' || left(encode(sha256((i % 1000)::text::bytea), 'hex'), 40) end, null,
        case when bound then jsonb_build_object('ordId', '30' || (10000000000000000 + i), 'instId', 'BTC-USDT-SWAP') end,
        case when bound then at + interval '1 second' end, case when bound then false end,
        case when reported or paid then at + interval '2 seconds' end,
        case when paid then at + interval '3 seconds' end, case when paid then 1 end, case when paid then ${hash('premium')} end,
        case when paid then 'ops' end, case when i % 4000 = 2 then 'PAID_SHORT' end, 3, at, at + interval '3 seconds'
      from made order by i`);
    await client.query(`
      insert into insurance_claims (id, purchase_order_id, claimant, triggered_at_sec, okx_event_id, status, verdict, flags, evidence_json,
        evidence_root, liquidation_time_ms, coverage_window_start, coverage_window_end, payout_amount_usdc, payout_cap_usdc, approved_by,
        approved_at, rejected_reason, multisig_tx_hash, paid_at, created_at, updated_at, checks_passed, checks_total, side)
      select claim_id, id, '0x' || left(encode(sha256((i % 1000)::text::bytea), 'hex'), 40), extract(epoch from at)::bigint + 3600,
        'ordId:30' || (10000000000000000 + i), status, case status when 'REJECTED' then 'STILL_OPEN' when 'FAILED' then 'INCONCLUSIVE' else 'LIQUIDATED' end,
        case when i % 700 = 5 then array['HISTORY_DISAGREES'] else '{}' end,
        json_build_object('bundle', repeat('x', ${evidenceBytes})), ${hash('root')}, (extract(epoch from at) * 1000)::bigint + 3600000, at, at + interval '24 hours',
        case when status in ('REJECTED', 'FAILED') then null else 1 + (i * 7919 % 4900) / 100.0 end, 50,
        case when status in ('APPROVED_PENDING_MULTISIG', 'PAID') then 'alice' end,
        case when status in ('APPROVED_PENDING_MULTISIG', 'PAID') then at + interval '2 hours' end,
        case when status in ('REJECTED', 'FAILED') then 'not proven' end, case when status = 'PAID' then ${hash('payout')} end,
        case when status = 'PAID' then at + interval '3 hours' end, at + interval '1 hour', at + interval '3 hours', 16, 16, 'long'
      from made where claimed order by i`);
  }
  await client.query(`
    insert into payouts (kind, subject, purchase_order_id, claim_id, payee, payee_source, amount_usdc, status, approved_by,
      approved_by_identity, approved_at, tx_hash, paid_at, recorded_by, recorded_at, created_at, updated_at)
    select 'claim', id::text, purchase_order_id, id, claimant, 'CLAIM', payout_amount_usdc, case status when 'PAID' then 'PAID' else 'DUE' end,
      approved_by, approved_by, approved_at, multisig_tx_hash, paid_at, case status when 'PAID' then 'ops' end, paid_at, approved_at, updated_at
    from insurance_claims where status in ('APPROVED_PENDING_MULTISIG', 'PAID')`);
  await client.query(`
    insert into payouts (kind, subject, purchase_order_id, payee, payee_source, amount_usdc, status, created_at, updated_at)
    select 'refund', id::text, id, owner, case when owner is not null then 'OWNER' end, paid_amount_usdc, 'DUE', updated_at, updated_at
    from purchase_orders where refund_reason is not null`);
  await client.query('drop table if exists made');
  for (const { definition } of indexes) await client.query(definition);
  await client.query('set session_replication_role = default');
  await client.query('analyze purchase_orders; analyze insurance_claims; analyze payouts');
}
