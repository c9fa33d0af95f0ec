import type { EpochMs, Window } from '@liqpass/kernel/time';
import type { Usdc } from '@liqpass/kernel/money';
import type { RefundReason } from '@liqpass/kernel/vocabulary';
import { sql } from 'kysely';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import { auditFrom, type AuditEntry } from './audit/auditRepo.ts';
import type { Db } from './platform/database.ts';
import { violatesUnique } from './platform/databaseError.ts';
import { isUnused, keepKey, violatesKey, type KeyToKeep } from './platform/idempotencyRepo.ts';
import { oweExcess, oweRefund } from './obligations.ts';
import { dateOrNull, numericOf } from './platform/rows.ts';
import type { PolicyParamsJson } from './platform/tables.ts';
import { type OrderRow, WITH_CLAIM, WITHOUT_CLAIM, type StatusStep, toPurchaseOrder } from './purchaseOrderRows.ts';

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
  const { rows } = await sql<OrderRow>`
    select ${WITH_CLAIM}
    from purchase_orders p left join insurance_claims c on c.purchase_order_id = p.id
    where p.id = ${id}`.execute(db);
  const row = rows[0];
  return row ? toPurchaseOrder(row) : null;
}

/** These orders, with what there is of their claims; in one query. */
export async function listPurchaseOrdersById(db: Db, ids: readonly string[]): Promise<PurchaseOrder[]> {
  const { rows } = await sql<OrderRow>`
    select ${WITH_CLAIM}
    from purchase_orders p left join insurance_claims c on c.purchase_order_id = p.id
    where p.id = any(${[...ids]}::uuid[])`.execute(db);
  return rows.map(toPurchaseOrder);
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
    const { rows } = await sql<OrderRow>`
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
    const { rows } = await sql<OrderRow>`
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
