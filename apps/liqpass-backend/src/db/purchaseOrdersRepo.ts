import type { EpochMs, Window } from '@liqpass/kernel/time';
import type { Usdc } from '@liqpass/kernel/money';
import type { ClaimStatus, PurchaseOrderStatus, RefundReason, Verdict, WatchEnd } from '@liqpass/kernel/vocabulary';
import { sql, type RawBuilder, type Selectable } from 'kysely';
import { PAY_WITHIN_MS, WAITING_MS } from '../domain/book/product.ts';
import type { CoverBefore } from '../domain/positionEnd.ts';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import type { Searched } from '../domain/searched.ts';
import { auditFrom, type AuditEntry } from './audit/auditRepo.ts';
import type { Db } from './platform/database.ts';
import { violatesUnique } from './platform/databaseError.ts';
import { isUnused, keepKey, violatesKey, type KeyToKeep } from './platform/idempotencyRepo.ts';
import { oweExcess, oweRefund, oweSecondPayment } from './obligations.ts';
import { among } from './searchedSql.ts';
import { amountOf, amountOrNull, dateOrNull, msOrNull, numericOf } from './platform/rows.ts';
import type { PolicyParamsJson, PurchaseOrdersTable } from './platform/tables.ts';

type Row = Selectable<PurchaseOrdersTable> & {
  claim_id: string | null;
  claim_status: ClaimStatus | null;
  claim_reason: string | null;
  claim_payout: string | null;
};
/** An order (p) with what there is of its claim (c). */
const WITH_CLAIM = sql`p.*, c.id as claim_id, c.status as claim_status, c.rejected_reason as claim_reason, c.payout_amount_usdc as claim_payout`;
const WITHOUT_CLAIM = sql`null as claim_id, null as claim_status, null as claim_reason, null as claim_payout`;

/** An audit row's from and to, as the domain derived them. */
export type StatusStep = { readonly from: PurchaseOrderStatus | null; readonly to: PurchaseOrderStatus };

function toPurchaseOrder(row: Row): PurchaseOrder {
  return {
    id: row.id,
    policyType: row.policy_type,
    chainId: row.chain_id,
    premium: amountOf(row.premium_amount_usdc),
    amountDue: amountOf(row.amount_due_usdc ?? row.premium_amount_usdc),
    paymentReference: row.payment_reference,
    paymentSeen:
      row.payment_seen_tx_hash !== null && row.payment_seen_block !== null
        ? {
            txHash: row.payment_seen_tx_hash,
            blockNumber: Number(row.payment_seen_block),
            final: row.payment_final,
          }
        : null,
    premiumVanished: row.premium_vanished_at !== null,
    policyParams: row.policy_params_json,
    payoutFixed: amountOf(row.policy_params_json.payout_fixed_usdc),
    payoutCap: amountOf(row.policy_params_json.payout_cap_usdc),
    window:
      row.coverage_start_at && row.coverage_end_at
        ? { startMs: row.coverage_start_at.getTime(), endMs: row.coverage_end_at.getTime() }
        : null,
    windowMoves: row.coverage_moves,
    owner: row.owner,
    payoutAddress: row.payout_address,
    follows: row.follows,
    binding:
      row.okx_meta_json && row.bound_at
        ? {
            ...row.okx_meta_json,
            boundAtMs: row.bound_at.getTime(),
            attested: row.attested === true,
            released: row.binding_released_at !== null,
          }
        : null,
    reported: row.reported_at ? { atMs: row.reported_at.getTime(), txHash: row.reported_tx_hash } : null,
    paidAtMs: msOrNull(row.paid_at),
    paidAmount: amountOrNull(row.paid_amount_usdc),
    paymentTxHash: row.payment_tx_hash,
    payer: row.payer,
    paidProbability: row.paid_probability,
    quoteHash: row.quote_hash,
    payByGrownMs: Number(row.pay_by_grown_ms),
    position: row.position_json
      ? {
          instId: row.position_json.inst_id,
          side: row.position_json.side,
          leverage: row.position_json.leverage,
          markPx: row.position_json.mark_px,
          liqPx: row.position_json.liq_px,
        }
      : null,
    refundReason: row.refund_reason,
    refunded:
      row.refunded_at && row.refund_to !== null && row.refund_tx_hash !== null
        ? { atMs: row.refunded_at.getTime(), to: row.refund_to, txHash: row.refund_tx_hash }
        : null,
    waitingCheck: row.waiting_check,
    claim:
      row.claim_id !== null && row.claim_status !== null
        ? {
            id: row.claim_id,
            status: row.claim_status,
            reason: row.claim_reason,
            payout: amountOrNull(row.claim_payout),
          }
        : null,
    cancelledAtMs: msOrNull(row.cancelled_at),
    version: row.version,
    createdAtMs: row.created_at.getTime(),
    updatedAtMs: row.updated_at.getTime(),
  };
}

export type NewPurchaseOrder = Pick<
  PurchaseOrder,
  | 'id'
  | 'policyType'
  | 'chainId'
  | 'premium'
  | 'payoutFixed'
  | 'payoutCap'
  | 'windowMoves'
  | 'owner'
  | 'payoutAddress'
  | 'follows'
  | 'quoteHash'
> & {
  readonly window: Window;
  /** As the buyer wrote it: "50" stays "50". */
  readonly policyParams: PolicyParamsJson;
};

/** Writes a new order with its audit row and its idempotency key; false where the key was used before. */
export async function createPurchaseOrder(
  db: Db,
  order: NewPurchaseOrder,
  key: KeyToKeep | null,
  entry: AuditEntry,
): Promise<boolean> {
  const params = JSON.stringify(order.policyParams);
  const now = new Date(entry.atMs);
  try {
    const { rows } = await sql<{ id: string }>`
      with moved as (
        insert into purchase_orders (id, policy_type, chain_id, premium_amount_usdc, policy_params_json, coverage_start_at,
          coverage_end_at, coverage_moves, owner, payout_address, follows, quote_hash, created_at, updated_at)
        select ${order.id}::uuid, ${order.policyType}, ${order.chainId}::int, ${numericOf(order.premium)}::numeric, ${params}::jsonb,
          ${new Date(order.window.startMs)}::timestamptz, ${new Date(order.window.endMs)}::timestamptz, ${order.windowMoves}::boolean,
          ${order.owner}, ${order.payoutAddress}, ${order.follows}::uuid, ${order.quoteHash}, ${now}::timestamptz, ${now}::timestamptz
        where ${isUnused(key)}
        returning id, null::text as from_status, 'AWAITING_BINDING'::text as to_status
      ), ${keepKey('moved', key, entry.atMs)}noted as (${auditFrom('moved', entry)})
      select id from moved`.execute(db);
    return rows.length === 1;
  } catch (error) {
    if (violatesKey(error)) return false;
    throw error;
  }
}

/** The order with its claim, if there is one (after payment the binding stands, so there is one claim at most). */
export async function getPurchaseOrderById(db: Db, id: string): Promise<PurchaseOrder | null> {
  const { rows } = await sql<Row>`
    select ${WITH_CLAIM}
    from purchase_orders p left join insurance_claims c on c.purchase_order_id = p.id
    where p.id = ${id}`.execute(db);
  const row = rows[0];
  return row ? toPurchaseOrder(row) : null;
}

/** These orders, with what there is of their claims; in one query. */
export async function listPurchaseOrdersById(db: Db, ids: readonly string[]): Promise<PurchaseOrder[]> {
  const { rows } = await sql<Row>`
    select ${WITH_CLAIM}
    from purchase_orders p left join insurance_claims c on c.purchase_order_id = p.id
    where p.id = any(${[...ids]}::uuid[])`.execute(db);
  return rows.map(toPurchaseOrder);
}

/** The orders whose bindings hold this OKX order now, the cover that is before the next one; two at most. */
export async function findHoldersOfOkxOrder(db: Db, ordId: string): Promise<PurchaseOrder[]> {
  const { rows } = await sql<Row>`
    select ${WITH_CLAIM}
    from purchase_orders p left join insurance_claims c on c.purchase_order_id = p.id
    where p.okx_meta_json ->> 'ordId' = ${ordId} and p.okx_meta_json is not null and p.binding_released_at is null
    order by p.behind`.execute(db);
  return rows.map(toPurchaseOrder);
}

/** The orders whose bindings hold this lifetime of a position now, the cover that is before the next one; two at most. */
export async function findHoldersOfPosition(
  db: Db,
  position: { readonly mainUid: string; readonly posId: string; readonly cTime: string },
): Promise<PurchaseOrder[]> {
  const { rows } = await sql<Row>`
    select ${WITH_CLAIM}
    from purchase_orders p left join insurance_claims c on c.purchase_order_id = p.id
    where p.okx_main_uid = ${position.mainUid} and p.okx_pos_id = ${position.posId} and p.okx_pos_ctime = ${position.cTime}
      and p.okx_pos_id is not null and p.binding_released_at is null
    order by p.behind`.execute(db);
  return rows.map(toPurchaseOrder);
}

/** The orders whose bindings are not released and name one of these OKX orders, or a position of this main account. */
export async function listHolders(
  db: Db,
  mainUid: string,
  ordIds: readonly string[],
): Promise<{ readonly order: PurchaseOrder; readonly lifetime: string | null }[]> {
  const { rows } = await sql<Row & { lifetime: string | null }>`
    select ${WITH_CLAIM}, p.okx_pos_id || ':' || p.okx_pos_ctime as lifetime
    from purchase_orders p left join insurance_claims c on c.purchase_order_id = p.id
    where p.binding_released_at is null and p.okx_meta_json is not null
      and ((p.okx_main_uid = ${mainUid} and p.okx_pos_id is not null)
        or p.okx_meta_json ->> 'ordId' = any(${[...ordIds]}::text[]))`.execute(db);
  return rows.map((row) => ({ order: toPurchaseOrder(row), lifetime: row.lifetime }));
}

/** What a claim on an attested binding is verified with: the position as it was seen, and whose key showed it. */
export async function getBoundPosition(
  db: Db,
  id: string,
): Promise<{ snapshot: unknown; credentialId: string; uid: string } | null> {
  const { rows } = await sql<{ snapshot_json: unknown; credential_id: string; okx_uid: string }>`
    select s.snapshot_json, s.credential_id, p.okx_uid
    from purchase_orders p join binding_snapshots s on s.id = p.snapshot_id where p.id = ${id}`.execute(db);
  const row = rows[0];
  return row ? { snapshot: row.snapshot_json, credentialId: row.credential_id, uid: row.okx_uid } : null;
}

/** jp-verify's evidence of the position at binding, and its signature; null for an unattested binding. */
export async function getSnapshotEvidence(
  db: Db,
  id: string,
): Promise<{ evidence: unknown; attestation: unknown } | null> {
  const { rows } = await sql<{ evidence_json: unknown; attestation_json: unknown }>`
    select s.evidence_json, s.attestation_json
    from purchase_orders p join binding_snapshots s on s.id = p.snapshot_id where p.id = ${id}`.execute(db);
  const row = rows[0];
  return row ? { evidence: row.evidence_json, attestation: row.attestation_json } : null;
}

/** Lets go of a binding whose cover is over, if the order is still as it was read. */
export async function releaseBinding(db: Db, order: PurchaseOrder, entry: AuditEntry): Promise<void> {
  await sql`
    with moved as (
      update purchase_orders set binding_released_at = ${new Date(entry.atMs)}, version = version + 1, updated_at = ${new Date(entry.atMs)}
      where id = ${order.id} and version = ${order.version} and binding_released_at is null
      returning id, null::text as from_status, null::text as to_status
    )
    ${auditFrom('moved', entry)}`.execute(db);
}

/** The position as it was seen with the trader's own key, and the evidence of it. */
export type Attestation = {
  readonly snapshotId: string;
  readonly credentialId: string;
  readonly uid: string;
  readonly mainUid: string;
  readonly posId: string;
  readonly cTime: string;
  readonly snapshot: unknown;
  readonly checks: unknown;
  readonly evidenceRoot: string;
  readonly evidence: unknown;
  /** jp-verify's signature over it, and the id of its key; null: it is not signed. */
  readonly signed: { readonly keyId: string; readonly attestation: unknown } | null;
};
export type NewBinding = {
  readonly ordId: string;
  readonly instId: string;
  /** null: nobody has seen the position. */
  readonly attestation: Attestation | null;
  /** The cover behind which it is bound, for the position's next place; null for the first. */
  readonly behind: string | null;
};
export type NotBoundBecause = 'paid_or_bound' | 'order_already_insured' | 'position_already_insured';
/** The order as it is bound now, or why it is not. */
export type BindOutcome = PurchaseOrder | NotBoundBecause;

/** Binds an OKX order, only while the purchase order is unpaid and not bound to it already: one guarded UPDATE, not a read before it. */
export async function bindOkxMeta(
  db: Db,
  id: string,
  binding: NewBinding,
  step: StatusStep,
  entry: AuditEntry,
): Promise<BindOutcome> {
  const now = new Date(entry.atMs);
  const meta = JSON.stringify({ ordId: binding.ordId, instId: binding.instId });
  const seen = binding.attestation;
  const wallet = entry.actor.wallet ?? null;
  const snapshot = seen
    ? sql`kept as (
        insert into binding_snapshots (id, purchase_order_id, credential_id, snapshot_json, checks_json, evidence_root, evidence_json, taken_at, attestation_json, attestation_key_id)
        select ${seen.snapshotId}, id, ${seen.credentialId}, ${JSON.stringify(seen.snapshot)}::json, ${JSON.stringify(seen.checks)}::json,
          ${seen.evidenceRoot}, ${JSON.stringify(seen.evidence)}::json, ${now},
          ${seen.signed && JSON.stringify(seen.signed.attestation)}::json, ${seen.signed?.keyId ?? null} from moved
      ), `
    : sql``;
  // A watch that was switched on for the position that was bound before looks at this one, from its beginning.
  const watched = seen
    ? sql`watched as (
        update watches w set inst_id = ${binding.instId}, side = at_binding.json ->> 'side', liq_px = (at_binding.json ->> 'liqPx')::numeric,
          ended_as = null, unsettled = 0, touched_at = null, blind_since = null, blind_code = null,
          next_look_at = case when w.is_on then ${now}::timestamptz end
        from moved, (select ${JSON.stringify(seen.snapshot)}::json as json) at_binding where w.purchase_order_id = moved.id
      ), `
    : sql``;
  // The cover before it stands as it was judged, on the same position, until this is written: nobody lets go of its binding meanwhile.
  const ahead =
    seen && binding.behind !== null
      ? sql`ahead as (
        select coverage_end_at from purchase_orders where id = ${binding.behind} and okx_main_uid = ${seen.mainUid} and okx_pos_id = ${seen.posId}
          and okx_pos_ctime = ${seen.cTime} and binding_released_at is null and paid_at is not null and refund_reason is null
          and coverage_end_at > ${now} for share
      ), `
      : null;
  try {
    const { rows } = await sql<Row>`
      with ${ahead ?? sql``}moved as (
        update purchase_orders set okx_meta_json = ${meta}::jsonb, behind = ${ahead !== null}, bound_at = ${now}, attested = ${seen !== null},
          ${seen === null ? sql`` : sql`pay_by_grown_ms = 0,`}
          credential_id = ${seen?.credentialId ?? null}, snapshot_id = ${seen?.snapshotId ?? null}, okx_uid = ${seen?.uid ?? null},
          okx_main_uid = ${seen?.mainUid ?? null}, okx_pos_id = ${seen?.posId ?? null}, okx_pos_ctime = ${seen?.cTime ?? null},
          ${seen !== null && wallet !== null ? sql`owner = ${wallet},` : sql``} binding_released_at = null, version = version + 1, updated_at = ${now}
        where id = ${id} and paid_at is null and cancelled_at is null and (owner is null or owner = ${wallet})
          and (okx_meta_json is distinct from ${meta}::jsonb or (${seen !== null}::boolean and attested is not true) or binding_released_at is not null)
          ${ahead ? sql`and follows = ${binding.behind} and coverage_start_at >= (select coverage_end_at from ahead)` : sql``}
        returning *, ${step.from}::text as from_status, ${step.to}::text as to_status
      ), ${snapshot}${watched}noted as (${auditFrom('moved', entry)})
      select moved.*, ${WITHOUT_CLAIM} from moved`.execute(db);
    // Unpaid, it has no claim yet.
    return rows[0] ? toPurchaseOrder(rows[0]) : 'paid_or_bound';
  } catch (error) {
    if (violatesUnique(error, 'purchase_orders_live_okx_order')) return 'order_already_insured';
    if (violatesUnique(error, 'purchase_orders_live_position')) return 'position_already_insured';
    throw error;
  }
}

/** What the cover that an order follows shows of their position; null where it follows none, or is bound to another. */
export async function readCoverBefore(db: Db, order: PurchaseOrder): Promise<CoverBefore | null> {
  if (order.follows === null) return null;
  const { rows } = await sql<{
    liquidation_time_ms: string | null;
    verdict: Verdict | null;
    rejected_reason: string | null;
    updated_at: Date | null;
    is_watched: boolean;
    ended_as: WatchEnd | null;
    looked_at: Date | null;
  }>`
    select c.liquidation_time_ms::text, c.verdict, c.rejected_reason, c.updated_at,
      w.purchase_order_id is not null as is_watched, w.ended_as, w.looked_at
    from purchase_orders p join purchase_orders a on a.id = p.follows and a.okx_main_uid = p.okx_main_uid
        and a.okx_pos_id = p.okx_pos_id and a.okx_pos_ctime = p.okx_pos_ctime
      left join insurance_claims c on c.purchase_order_id = a.id left join watches w on w.purchase_order_id = a.id
    where p.id = ${order.id}`.execute(db);
  const [row] = rows;
  if (!row) return null;
  return {
    claim: row.updated_at && {
      liquidationTimeMs: row.liquidation_time_ms === null ? null : Number(row.liquidation_time_ms),
      verdict: row.verdict,
      reason: row.rejected_reason,
      updatedAtMs: row.updated_at.getTime(),
    },
    watch: row.is_watched ? { endedAs: row.ended_as, lookedAtMs: row.looked_at?.getTime() ?? null } : null,
  };
}

/** Takes back an order that nobody has paid, or says to have paid; what it held is free. Whether it was taken back now. */
export async function cancelPurchaseOrder(db: Db, id: string, step: StatusStep, entry: AuditEntry): Promise<boolean> {
  const now = new Date(entry.atMs);
  const { rows } = await sql<{ id: string }>`
    with moved as (
      update purchase_orders set cancelled_at = ${now}, version = version + 1, updated_at = ${now},
        binding_released_at = case when okx_meta_json is null then null else ${now}::timestamptz end
      where id = ${id} and paid_at is null and reported_at is null and cancelled_at is null
      returning id, ${step.from}::text as from_status, ${step.to}::text as to_status
    ), room as (update book_rooms set held_until = ${now} from moved where purchase_order_id = moved.id),
    noted as (${auditFrom('moved', entry)})
    select id from moved`.execute(db);
  return rows.length === 1;
}

/** How long it took from the report of a payment to its confirmation, in the middle of the last twenty; null for none. */
export async function usualConfirmationMs(db: Db): Promise<number | null> {
  const { rows } = await sql<{ ms: number | null }>`
    select percentile_cont(0.5) within group (order by extract(epoch from paid_at - reported_at) * 1000)::float8 as ms
    from (select paid_at, reported_at from purchase_orders
      where reported_at is not null and paid_at is not null order by reported_at desc limit 20) last
    where paid_at > reported_at`.execute(db);
  return rows[0]?.ms ?? null;
}

/** Keeps the trader's "I have paid" on an unpaid order. A hash replaces none, never another; whether that changed anything. */
export async function reportPayment(db: Db, id: string, txHash: string | null, entry: AuditEntry): Promise<boolean> {
  const now = new Date(entry.atMs);
  const { rows } = await sql<{ id: string }>`
    with moved as (
      update purchase_orders set reported_at = ${now}, reported_tx_hash = coalesce(reported_tx_hash, ${txHash}),
        version = version + 1, updated_at = ${now}
      where id = ${id} and paid_at is null and (reported_at is null or (reported_tx_hash is null and ${txHash}::text is not null))
      returning id, null::text as from_status, null::text as to_status
    ), noted as (${auditFrom('moved', entry)})
    select id from moved`.execute(db);
  return rows.length === 1;
}

/** Another order that named a transaction: whose it is, and whether it was paid by it. */
export type Naming = { readonly owner: string | null; readonly paidByIt: boolean };

/** The order that is to be paid, and who else named the transaction; in one query. */
export async function getOrderToPay(
  db: Db,
  id: string,
  txHash: string | null,
): Promise<{ order: PurchaseOrder; naming: readonly Naming[] } | null> {
  const { rows } = await sql<Row & { naming: Naming[] | null }>`
    select ${WITH_CLAIM}, (select json_agg(json_build_object('owner', o.owner, 'paidByIt', o.payment_tx_hash is not distinct from ${txHash}))
      from purchase_orders o where (o.reported_tx_hash = ${txHash} or o.payment_tx_hash = ${txHash}) and o.id <> p.id) as naming
    from purchase_orders p left join insurance_claims c on c.purchase_order_id = p.id
    where p.id = ${id}`.execute(db);
  const row = rows[0];
  return row ? { order: toPurchaseOrder(row), naming: row.naming ?? [] } : null;
}

/** The orders that a transaction was reported for, or has paid, besides this one; the oldest report first. */
export async function listOrdersNaming(db: Db, txHash: string, exceptId: string): Promise<PurchaseOrder[]> {
  const { rows } = await sql<Row>`
    select ${WITH_CLAIM}
    from purchase_orders p left join insurance_claims c on c.purchase_order_id = p.id
    where (p.reported_tx_hash = ${txHash} or p.payment_tx_hash = ${txHash}) and p.id <> ${exceptId}
    order by p.reported_at nulls first, p.id limit 50`.execute(db);
  return rows.map(toPurchaseOrder);
}

export type NewPayment = {
  /** Until when its room in the book is kept; null where it has none. */
  readonly roomUntilMs: EpochMs | null;
  readonly paidAtMs: EpochMs;
  readonly amount: Usdc | null;
  readonly txHash: string | null;
  readonly payer: string | null;
  readonly note: string | null;
  readonly quoteHash: string | null;
  readonly refundReason: RefundReason | null;
  readonly window: Window | null;
  readonly probability: number | null;
};
export type MarkPaidOutcome = PurchaseOrder | 'changed_meanwhile' | 'tx_hash_used';

/** Records a payment on the order as it was read: an order that was bound, or paid, since then is left alone. */
export async function markPurchaseOrderPaid(
  db: Db,
  order: PurchaseOrder,
  payment: NewPayment,
  step: StatusStep,
  entry: AuditEntry,
): Promise<MarkPaidOutcome> {
  const now = new Date(entry.atMs);
  try {
    const { rows } = await sql<Row>`
      with moved as (
        update purchase_orders set paid_at = ${new Date(payment.paidAtMs)}, marked_paid_by = ${entry.actor.name},
          paid_amount_usdc = ${numericOf(payment.amount ?? order.amountDue)}, payment_tx_hash = ${payment.txHash}, payment_note = ${payment.note},
          payer = ${payment.payer}, paid_probability = ${payment.probability},
          quote_hash = coalesce(quote_hash, ${payment.quoteHash}), refund_reason = ${payment.refundReason},
          coverage_start_at = ${dateOrNull(payment.window?.startMs ?? null)}, coverage_end_at = ${dateOrNull(payment.window?.endMs ?? null)},
          version = version + 1, updated_at = ${now}
        where id = ${order.id} and version = ${order.version} and paid_at is null
          and not exists (select from payouts where kind = 'excess' and subject = ${payment.txHash} and withdrawn_at is null)
        returning *, ${step.from}::text as from_status, ${step.to}::text as to_status
      ), ${payment.roomUntilMs === null ? sql`` : sql`room as (update book_rooms set held_until = ${new Date(payment.roomUntilMs)}, tentative_of = null from moved where purchase_order_id = moved.id),`}
      refund as (${oweRefund('moved', now)}), excess as (${oweExcess('moved', now)}),
      noted as (${auditFrom('moved', entry)})
      select moved.*, ${WITHOUT_CLAIM} from moved`.execute(db);
    // Nobody claims on an order that is not paid: it has no claim yet.
    return rows[0] ? toPurchaseOrder(rows[0]) : 'changed_meanwhile';
  } catch (error) {
    if (violatesUnique(error, 'purchase_orders_payment_tx')) return 'tx_hash_used';
    throw error;
  }
}

/**
 * Keeps another payment of an order that is paid: it is owed back. False when it was kept before. 'tx_hash_used' where the
 * transaction has paid another order, or was kept for another.
 */
export async function recordSecondPayment(
  db: Db,
  order: PurchaseOrder,
  payment: { readonly txHash: string; readonly amount: Usdc },
  entry: AuditEntry,
): Promise<boolean | 'tx_hash_used'> {
  const now = new Date(entry.atMs);
  const { rows } = await sql<{ used: boolean; kept: boolean }>`
    with used as (
      select from purchase_orders where payment_tx_hash = ${payment.txHash} and id <> ${order.id}
      union all select from payouts where kind = 'excess' and subject = ${payment.txHash} and purchase_order_id <> ${order.id} and withdrawn_at is null
    ), paid as (select * from purchase_orders where id = ${order.id} and paid_at is not null and not exists (select from used) for share),
    owed as (${oweSecondPayment('paid', { ...payment, amount: numericOf(payment.amount) }, now)} returning purchase_order_id),
    moved as (select purchase_order_id as id, null::text as from_status, null::text as to_status from owed),
    noted as (${auditFrom('moved', entry)})
    select exists (select from used) as used, exists (select from owed) as kept`.execute(db);
  return rows[0]?.used === true ? 'tx_hash_used' : rows[0]?.kept === true;
}

/** Whether a transaction was kept as another payment of an order that was paid. */
export async function isSecondPayment(db: Db, txHash: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from payouts where kind = 'excess' and subject = ${txHash} and withdrawn_at is null) as found`.execute(
    db,
  );
  return rows[0]?.found === true;
}

/** Where a page of orders begins: after this row. */
export type OrderCursor = { readonly reported: 0 | 1; readonly createdAtMs: EpochMs; readonly id: string };

/** The start of effectiveWindow() as SQL. */
export const effectiveStartSql = sql`greatest(p.coverage_start_at, p.paid_at + case when p.attested then ${`${WAITING_MS} milliseconds`}::interval else '0'::interval end, p.bound_at, p.created_at)`;

/** The status of purchaseOrderStatus() as SQL, to select by; a test holds the two together. */
const statusSql = (nowMs: EpochMs) => sql`
  case
    when p.refunded_at is not null then 'REFUNDED'
    when p.refund_reason is not null then 'REFUND_DUE'
    when c.status = 'PAID' then 'SETTLED'
    when c.status in ('VERIFYING', 'VERIFIED_PENDING_REVIEW', 'APPROVED_PENDING_MULTISIG') then 'CLAIMED'
    when p.paid_at is null and p.cancelled_at is not null then 'LAPSED'
    when p.paid_at is null and p.coverage_end_at <= ${new Date(nowMs)} then 'LAPSED'
    when p.paid_at is null and p.okx_meta_json is not null
      and (case when p.attested then p.bound_at when p.quote_hash is not null then p.created_at end) + p.pay_by_grown_ms * interval '1 millisecond' <= ${new Date(nowMs - PAY_WITHIN_MS)} then 'LAPSED'
    when p.paid_at is null and p.okx_meta_json is null then 'AWAITING_BINDING'
    when p.paid_at is null then 'AWAITING_PAYMENT'
    when p.coverage_end_at is null or ${effectiveStartSql} >= p.coverage_end_at or p.coverage_end_at <= ${new Date(nowMs)} then 'EXPIRED'
    when ${effectiveStartSql} <= ${new Date(nowMs)} then 'ACTIVE'
    else 'SCHEDULED'
  end`;
/** What a status implies, said so that an index finds it: orders of a rare status lie far apart among all the others. */
const impliedBy = (status: PurchaseOrderStatus, nowMs: EpochMs): RawBuilder<unknown> => {
  switch (status) {
    case 'REFUND_DUE':
      return sql`p.refund_reason is not null and p.refunded_at is null`;
    case 'REFUNDED':
      return sql`p.refunded_at is not null`;
    case 'SETTLED':
      return sql`c.status = 'PAID'`;
    case 'CLAIMED':
      return sql`c.status in ('VERIFYING', 'VERIFIED_PENDING_REVIEW', 'APPROVED_PENDING_MULTISIG')`;
    case 'LAPSED':
      return sql`p.paid_at is null`;
    case 'EXPIRED':
      return sql`p.paid_at is not null`;
    case 'AWAITING_BINDING':
    case 'AWAITING_PAYMENT':
      // An order taken over from an earlier book may have no window, and then it still waits.
      return sql`(p.coverage_end_at > ${new Date(nowMs)} or p.coverage_end_at is null)`;
    case 'SCHEDULED':
    case 'ACTIVE':
      return sql`p.coverage_end_at > ${new Date(nowMs)}`;
  }
};
const reportedFirst = sql`(case when p.paid_at is null and p.reported_at is not null then 1 else 0 end)`;

export type OrderFilter = {
  readonly status: PurchaseOrderStatus | null;
  readonly owner: string | null;
  /** Only payments that a trader reported and nobody confirmed. */
  readonly reported?: boolean;
  /** What somebody looks for: whatever an order, its claim or its payouts show. */
  readonly searched?: Searched | null;
  readonly after: OrderCursor | null;
  readonly limit: number;
};

/** Orders, reported payments first, then newest first; optionally of one status, one owner, or that fit a search. */
export async function listPurchaseOrders(db: Db, filter: OrderFilter, nowMs: EpochMs): Promise<PurchaseOrder[]> {
  const { rows } = await sql<Row>`
    select ${WITH_CLAIM}
    from purchase_orders p left join insurance_claims c on c.purchase_order_id = p.id
    where true
      ${filter.status === null ? sql`` : sql`and ${impliedBy(filter.status, nowMs)} and ${statusSql(nowMs)} = ${filter.status}`}
      ${filter.owner === null ? sql`` : sql`and p.owner = ${filter.owner}`}
      ${filter.reported === true ? sql`and ${reportedFirst} = 1` : sql``}
      ${among(sql`p.id`, filter.searched ?? null)}
      ${filter.after === null ? sql`` : sql`and (${reportedFirst}, p.created_at, p.id) < (${filter.after.reported}, ${new Date(filter.after.createdAtMs)}, ${filter.after.id}::uuid)`}
    order by ${reportedFirst} desc, p.created_at desc, p.id desc
    limit ${filter.limit}`.execute(db);
  return rows.map(toPurchaseOrder);
}
