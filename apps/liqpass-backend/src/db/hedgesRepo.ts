import type { Usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';
import type { ClaimStatus, CoverLink, Side } from '@liqpass/kernel/vocabulary';
import { sql, type RawBuilder } from 'kysely';
import type { Db } from './platform/database.ts';
import { amountOf } from './platform/rows.ts';

/**
 * The opposite covers of a claim's (q), by what they are linked (link), a row for each link: paid for, on the same instrument, of
 * the other side, at the same time. A cover's time is over with its liquidation: who turns round afterwards hedges nothing. A side
 * is the one that was quoted or seen, else the evidence's; where neither tells, nobody knows of an opposite.
 * @param side the claim's, where its order does not say
 */
const hedgesOf = (
  claim: RawBuilder<unknown>,
  side: RawBuilder<unknown> = sql`${claim}.side`,
  liquidatedMs: RawBuilder<unknown> = sql`${claim}.liquidation_time_ms`,
  account: RawBuilder<unknown> = sql`${claim}.account_uid`,
): RawBuilder<unknown> => sql`
  select q.id, linked.link from purchase_orders p cross join lateral (
    select coalesce(p.okx_main_uid, ${account}) as uid, array[p.owner, p.payout_address, p.payer, ${claim}.claimant] as addresses
  ) person cross join lateral (
    select id, 'ACCOUNT' as link from purchase_orders where okx_main_uid is not null and okx_main_uid = person.uid
    union select purchase_order_id, 'ACCOUNT' from insurance_claims where account_uid is not null and account_uid = person.uid
    union select id, 'WALLET' from purchase_orders where owner is not null and owner = any(person.addresses)
    -- Anybody may name any address in orders that he never pays: what is read is what somebody paid for.
    union select id, 'PAYOUT_ADDRESS' from purchase_orders
      where payout_address is not null and payout_address = any(person.addresses) and paid_at is not null
        and coverage_end_at > ${claim}.coverage_window_start
    union select id, 'PAYER' from purchase_orders
      where payer is not null and payer = any(person.addresses) and coverage_end_at > ${claim}.coverage_window_start
  ) linked
  -- By its id, and only then looked at: else PostgreSQL may first read all covers of the instrument, and ask of each who is linked to it.
  cross join lateral (select * from purchase_orders where id = linked.id offset 0) q left join insurance_claims t on t.purchase_order_id = q.id
  where p.id = ${claim}.purchase_order_id and q.id <> p.id and q.paid_at is not null and q.refund_reason is null
    and q.okx_meta_json ->> 'instId' = p.okx_meta_json ->> 'instId'
    and coalesce(q.position_json ->> 'side', t.side) <> coalesce(p.position_json ->> 'side', ${side})
    and greatest(q.coverage_start_at, q.paid_at, q.bound_at) < to_timestamp(${liquidatedMs} / 1000.0)
    and least(q.coverage_end_at, to_timestamp(t.liquidation_time_ms / 1000.0)) > ${claim}.coverage_window_start`;

/** Whether a claim has an opposite cover, for the statement that verifies it, by what that one knows of it. */
export const isHedged = (
  claim: RawBuilder<unknown>,
  found: { readonly side: Side | null; readonly liquidatedMs: EpochMs | null; readonly account: string | null },
): RawBuilder<boolean> =>
  sql`exists (${hedgesOf(
    claim,
    sql`coalesce(${found.side}, ${claim}.side)`,
    sql`${found.liquidatedMs}::bigint`,
    sql`coalesce(${found.account}, ${claim}.account_uid)`,
  )})`;

/** Whether a person has to look at opposite covers before this claim is approved. */
const toBeLookedAt = (claim: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql`(${claim}.hedges_seen_at is null and exists (${hedgesOf(claim)}))`;
/** The guard of an approval: what was paid for since the claim was verified counts too. */
export const noHedgeUnseen = (claim: RawBuilder<unknown>): RawBuilder<boolean> => sql`not ${toBeLookedAt(claim)}`;

/** Holds a claim that waits for review where an opposite cover came to be known since it was verified. */
export async function holdHedged(db: Db, claimId: string, atMs: EpochMs): Promise<void> {
  await sql`
    update insurance_claims c set hold_reasons = array_append(hold_reasons, 'HEDGED_PAIR'), updated_at = ${new Date(atMs)}
    where id = ${claimId} and (status = 'VERIFIED_PENDING_REVIEW') is true and not 'HEDGED_PAIR' = any(hold_reasons)
      and ${toBeLookedAt(sql`c`)}`.execute(db);
}

/** A cover of the other side of a claim's instrument at the same time, by one who is linked to it. */
export type Hedge = {
  readonly orderId: string;
  readonly instId: string;
  readonly side: Side;
  readonly links: readonly CoverLink[];
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly payout: Usdc;
  readonly claim: { readonly id: string; readonly status: ClaimStatus } | null;
};

type Row = {
  id: string;
  inst_id: string;
  side: Side;
  links: CoverLink[];
  start_at: Date;
  end_at: Date;
  payout: string;
  claim_id: string | null;
  claim_status: ClaimStatus | null;
};

/** The opposite covers of a claim's, the latest first. */
export async function listHedges(db: Db, claimId: string, limit: number): Promise<Hedge[]> {
  const { rows } = await sql<Row>`
    select q.id, q.okx_meta_json ->> 'instId' as inst_id, coalesce(q.position_json ->> 'side', t.side) as side,
      array_agg(h.link order by h.link) as links, greatest(q.coverage_start_at, q.paid_at, q.bound_at) as start_at,
      q.coverage_end_at as end_at, q.policy_params_json ->> 'payout_fixed_usdc' as payout, t.id as claim_id, t.status as claim_status
    from insurance_claims c cross join lateral (${hedgesOf(sql`c`)}) h
      join purchase_orders q on q.id = h.id left join insurance_claims t on t.purchase_order_id = q.id
    where c.id = ${claimId}
    group by q.id, t.id order by q.coverage_end_at desc, q.id limit ${limit}`.execute(db);
  return rows.map((row) => ({
    orderId: row.id,
    instId: row.inst_id,
    side: row.side,
    links: row.links,
    startMs: row.start_at.getTime(),
    endMs: row.end_at.getTime(),
    payout: amountOf(row.payout),
    claim: row.claim_id !== null && row.claim_status !== null ? { id: row.claim_id, status: row.claim_status } : null,
  }));
}
