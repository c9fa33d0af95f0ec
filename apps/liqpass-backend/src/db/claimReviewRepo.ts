import { COUNTED_TO } from '@liqpass/api/operators';
import { formatUsdc, type Usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';
import { CLAIM_STATUSES, VERDICT_FLAGS, type ClaimRelation, type ClaimStatus } from '@liqpass/kernel/vocabulary';
import { sql, type RawBuilder } from 'kysely';
import type { Claim } from '../domain/claim.ts';
import type { Searched } from '../domain/searched.ts';
import { claimColumns, claimsByStatus, countClaimsByStatus, toClaim, type ClaimRow } from './claimsRepo.ts';
import type { Db } from './platform/database.ts';
import { among } from './searchedSql.ts';

/** A claim in the operators' queue: with what its order covers, and how many rules of the proof passed. */
export type ReviewItem = {
  readonly claim: Claim;
  readonly policyType: string;
  readonly instId: string | null;
  readonly side: 'long' | 'short' | null;
  readonly leverage: string | null;
  readonly checksPassed: number;
  readonly checksTotal: number;
  readonly notes: number;
  /** Who has it or its order open now. */
  readonly openBy: readonly string[];
};

export type ReviewSort = 'newest' | 'oldest' | 'amount_high' | 'amount_low';
/** Where a page begins: after the row with this sort key and id. */
export type ReviewCursor = { readonly key: string; readonly id: string };
export type ReviewFilter = {
  readonly status: ClaimStatus | null;
  /** What somebody looks for: whatever a claim, its order or its payouts show. */
  readonly searched: Searched | null;
  readonly flag: string | null;
  readonly min: Usdc | null;
  readonly max: Usdc | null;
  readonly sort: ReviewSort;
  readonly after: ReviewCursor | null;
  readonly limit: number;
  /** Who gave a sign of life since has a claim open. */
  readonly openSinceMs: EpochMs;
};

type Row = ClaimRow & {
  policy_type: string;
  inst_id: string | null;
  side: 'long' | 'short' | null;
  lever: string | null;
  checks_passed: number;
  checks_total: number;
  notes: number;
  looked: readonly { readonly by: string; readonly last: string }[] | null;
};

/** Pages of 20, 50, 100 and 200, each with the row that says whether another follows. */
const USUAL_LIMITS = [21, 51, 101, 201];
/**
 * A status, and a limit that is usual, are said in the text and not as values: or PostgreSQL takes a page for a tenth of all there are,
 * and plans it anew each time, which takes longer than reading it.
 */
const limitOf = (limit: number): RawBuilder<unknown> =>
  sql`limit ${USUAL_LIMITS.includes(limit) ? sql.lit(limit) : limit}`;

const amountOf = sql`coalesce(c.payout_amount_usdc, 0)`;
/** The sort key of each order, its direction, and its type: so that a cursor compares as the rows do. */
const SORTS: Record<
  ReviewSort,
  { key: RawBuilder<unknown>; direction: 'asc' | 'desc'; type: 'timestamptz' | 'numeric' }
> = {
  newest: { key: sql`c.created_at`, direction: 'desc', type: 'timestamptz' },
  oldest: { key: sql`c.created_at`, direction: 'asc', type: 'timestamptz' },
  amount_high: { key: amountOf, direction: 'desc', type: 'numeric' },
  amount_low: { key: amountOf, direction: 'asc', type: 'numeric' },
};

/** The cursor that continues after a claim in this order. */
export function reviewCursorOf(claim: Claim, sort: ReviewSort): ReviewCursor {
  const { type } = SORTS[sort];
  return {
    key:
      type === 'numeric'
        ? claim.payoutAmount === null
          ? '0'
          : formatUsdc(claim.payoutAmount)
        : new Date(claim.createdAtMs).toISOString(),
    id: claim.id,
  };
}

const toItem = (row: Row, openSinceMs: EpochMs): ReviewItem => ({
  claim: toClaim(row),
  policyType: row.policy_type,
  instId: row.inst_id,
  side: row.side,
  leverage: row.lever,
  checksPassed: row.checks_passed,
  checksTotal: row.checks_total,
  notes: row.notes,
  openBy: (row.looked ?? []).filter(({ last }) => Date.parse(last) > openSinceMs).map(({ by }) => by),
});

// Who looked is few, and since when counts is not said here: a page without a value is planned once for good.
const itemColumns = sql`
  ${claimColumns}, c.checks_passed, c.checks_total, p.attested, p.policy_type, p.okx_meta_json ->> 'instId' as inst_id,
    coalesce(s.snapshot_json ->> 'side', c.side) as side, s.snapshot_json ->> 'lever' as lever,
    (select count(*)::int from notes where purchase_order_id = p.id) as notes,
    (select json_agg(json_build_object('by', by_name, 'last', last_at) order by first_at, by_name) from looks where purchase_order_id = p.id) as looked`;
const itemSource = sql`
  insurance_claims c join purchase_orders p on p.id = c.purchase_order_id left join binding_snapshots s on s.id = p.snapshot_id`;

/** The operators' queue, a page of it. */
export const listClaimsForReview = async (db: Db, filter: ReviewFilter): Promise<ReviewItem[]> =>
  (await readPage(db, filter)).map((row) => toItem(row, filter.openSinceMs));

/** A page of the queue, and how many claims there are in each status, counted up to COUNTED_TO: one statement, but where the page is empty. */
export async function listQueuePage(
  db: Db,
  filter: ReviewFilter,
): Promise<{ items: ReviewItem[]; counts: Record<ClaimStatus, number> }> {
  const rows = await readPage<{ counts: Record<ClaimStatus, number> }>(
    db,
    filter,
    sql`, ${claimsByStatus(COUNTED_TO)} as counts`,
  );
  const items = rows.map((row) => toItem(row, filter.openSinceMs));
  return { items, counts: rows[0]?.counts ?? (await countClaimsByStatus(db, COUNTED_TO)) };
}

async function readPage<More = unknown>(
  db: Db,
  filter: ReviewFilter,
  more: RawBuilder<unknown> = sql``,
): Promise<(Row & More)[]> {
  const { key, direction, type } = SORTS[filter.sort];
  const way = sql.raw(direction);
  const beyond = sql.raw(direction === 'desc' ? '<' : '>');
  const conditions = [
    ...(filter.status === null ? [] : [sql`c.status = ${sql.lit(filter.status)}`]),
    ...(filter.flag === null
      ? []
      : [
          filter.flag === 'UNATTESTED_BINDING'
            ? sql`p.attested is not true`
            : VERDICT_FLAGS.some((known) => known === filter.flag)
              ? sql`c.flags <> '{}' and c.flags @> ${[filter.flag]}::text[]`
              : // What no verdict says holds a claim until somebody has looked: of those that wait, few to look through.
                sql`c.status in ('VERIFIED_PENDING_REVIEW', 'APPROVED_PENDING_MULTISIG') and c.hold_reasons @> ${[filter.flag]}::text[]`,
        ]),
    ...(filter.min === null ? [] : [sql`${amountOf} >= ${formatUsdc(filter.min)}::numeric`]),
    ...(filter.max === null ? [] : [sql`${amountOf} <= ${formatUsdc(filter.max)}::numeric`]),
    ...(filter.after === null
      ? []
      : [sql`(${key}, c.id) ${beyond} (${filter.after.key}::${sql.raw(type)}, ${filter.after.id}::uuid)`]),
  ];
  const where = sql`${sql.join([sql`true`, ...conditions], sql` and `)} ${among(sql`c.purchase_order_id`, filter.searched)}`;
  const order = sql`${key} ${way}, c.id ${way} ${limitOf(filter.limit)}`;
  // In each status claims lie in every order (insurance_claims_by_status, _status_amount), over all of them in none: an index
  // of its own would be written four times a claim. What a search finds, or a verdict's flag, is few, and sorted.
  const few = filter.searched !== null || (filter.flag !== null && filter.flag !== 'UNATTESTED_BINDING');
  const source =
    few || filter.status !== null
      ? sql`${itemSource} where ${where}`
      : sql`(
          select page.id from unnest(${[...CLAIM_STATUSES]}::text[]) each (status) cross join lateral (
            select c.id, ${key} as key from insurance_claims c join purchase_orders p on p.id = c.purchase_order_id
            where c.status = each.status and ${where} order by ${order}) page
          order by page.key ${way}, page.id ${way} ${limitOf(filter.limit)}
        ) page join (${itemSource}) on c.id = page.id`;
  const { rows } = await sql<Row & More>`
    select ${itemColumns}${more} from ${source} order by ${order}`.execute(db);
  return rows;
}

export async function getClaimForReview(db: Db, id: string, openSinceMs: EpochMs): Promise<ReviewItem | null> {
  const { rows } = await sql<Row>`select ${itemColumns} from ${itemSource} where c.id = ${id}`.execute(db);
  return rows[0] ? toItem(rows[0], openSinceMs) : null;
}

/** The position as it was seen at binding, as kept; null for an unattested order. */
export async function getBindingSnapshot(db: Db, purchaseOrderId: string): Promise<unknown> {
  const { rows } = await sql<{ snapshot_json: unknown }>`
    select s.snapshot_json from purchase_orders p join binding_snapshots s on s.id = p.snapshot_id where p.id = ${purchaseOrderId}`.execute(
    db,
  );
  return rows[0]?.snapshot_json ?? null;
}

export type RelatedClaim = { readonly claim: Claim; readonly relation: ClaimRelation };

/** Other claims of the same exchange account (as seen at binding, else as the evidence has it), wallet or payout transaction, newest first; each under its nearest relation. */
export async function listRelatedClaims(db: Db, claim: Claim, limit: number): Promise<RelatedClaim[]> {
  const { rows } = await sql<ClaimRow & { relation: ClaimRelation }>`
    with account as (
      select coalesce(p.okx_main_uid, c.account_uid) as uid from insurance_claims c join purchase_orders p on p.id = c.purchase_order_id
      where c.id = ${claim.id}
    )
    select distinct on (c.created_at, c.id) ${claimColumns}, p.attested, found.relation
    from (
      (select other.id, 'ACCOUNT' as relation, 1 as rank from purchase_orders theirs
        join insurance_claims other on other.purchase_order_id = theirs.id
        where theirs.okx_main_uid = (select uid from account) and other.id <> ${claim.id} order by other.created_at desc limit ${limit})
      union all
      (select id, 'ACCOUNT', 1 from insurance_claims
        where account_uid = (select uid from account) and id <> ${claim.id} order by created_at desc limit ${limit})
      union all
      (select claim_id, 'TRANSACTION', 2 from payouts where tx_hash = ${claim.multisigTxHash} and claim_id <> ${claim.id} limit ${limit})
      union all
      (select id, 'WALLET', 3 from insurance_claims where claimant = ${claim.claimant} and id <> ${claim.id} order by created_at desc limit ${limit})
    ) found join insurance_claims c on c.id = found.id join purchase_orders p on p.id = c.purchase_order_id
    order by c.created_at desc, c.id, found.rank limit ${limit}`.execute(db);
  return rows.map((row) => ({ claim: toClaim(row), relation: row.relation }));
}
