import type { Verdict, WatchEnd } from '@liqpass/kernel/vocabulary';
import { sql } from 'kysely';
import type { CoverBefore } from '../domain/positionEnd.ts';
import type { PurchaseOrder } from '../domain/purchaseOrder.ts';
import { auditFrom, type AuditEntry } from './audit/auditRepo.ts';
import type { Db } from './platform/database.ts';
import { type OrderRow, WITH_CLAIM, toPurchaseOrder } from './purchaseOrderRows.ts';

/** The orders whose bindings hold this OKX order now, the cover that is before the next one; two at most. */
export async function findHoldersOfOkxOrder(db: Db, ordId: string): Promise<PurchaseOrder[]> {
  const { rows } = await sql<OrderRow>`
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
  const { rows } = await sql<OrderRow>`
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
  const { rows } = await sql<OrderRow & { lifetime: string | null }>`
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
