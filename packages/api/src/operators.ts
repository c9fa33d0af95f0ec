import {
  CLAIM_RELATIONS,
  CLAIM_STATUSES,
  COVER_LINKS,
  HOLD_REASONS,
  PAYEE_DOUBTS,
  OPERATOR_ROLES,
  PURCHASE_ORDER_STATUSES,
  SALES_STOP_REASONS,
  SIDES,
  TIMELINE_KINDS,
} from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { claimAnswer, claimSummary } from './claims.ts';
import { purchaseOrderAnswer } from './purchaseOrders.ts';
import { check, liquidation } from './verify.ts';
import { address, instId, instant, page, pageQuery, usdcText, uuid } from './wire.ts';

const reason = z.string().trim().min(1).max(500);
const role = z.enum(OPERATOR_ROLES);

/** GET /admin/me. A machine with x-admin-key has no address. */
export const operatorMe = z
  .strictObject({ name: z.string(), address: address.nullable(), role })
  .meta({ id: 'OperatorMe' });
export type OperatorMe = z.infer<typeof operatorMe>;
export const operatorAnswer = z
  .strictObject({ address, name: z.string(), role, created_at: instant, added_by: z.string() })
  .meta({ id: 'Operator' });
export type Operator = z.infer<typeof operatorAnswer>;
export const operatorList = z.strictObject({ items: z.array(operatorAnswer) }).meta({ id: 'OperatorList' });
export const operatorParams = z.strictObject({ address });

const searchText = z.string().trim().max(400).optional();

// claims -------------------------------------------------------------------------------------------------------------
export const CLAIM_SORTS = ['newest', 'oldest', 'amount_high', 'amount_low'] as const;
/** GET /admin/claims: the contract's query and the queue's filters. */
export const listAdminClaimsQuery = z.strictObject({
  status: z.enum(CLAIM_STATUSES).optional(),
  /** Whatever a page shows of a claim, its order or its payouts, whole or as it is printed ("0x4f58…E982"), or a link to it. */
  q: searchText,
  flag: z.enum(HOLD_REASONS).optional(),
  min: usdcText.optional(),
  max: usdcText.optional(),
  sort: z.enum(CLAIM_SORTS).optional(),
  ...pageQuery,
});
const queueFacts = {
  policy_type: z.string(),
  inst_id: instId.nullable(),
  side: z.enum(SIDES).nullable(),
  leverage: z.string().nullable(),
  checks_passed: z.int(),
  checks_total: z.int(),
  /** How many notes operators wrote on it or its order. */
  notes: z.int(),
  /** Who has it open now. */
  open_by: z.array(z.string()),
};
export const adminClaimItem = claimSummary.extend(queueFacts).meta({ id: 'AdminClaimItem' });
export type AdminClaimItem = z.infer<typeof adminClaimItem>;
/** Counts of what waits stop here, so that a book of millions costs no more than a small one: this many means this many or more. */
export const COUNTED_TO = 100;
/** The page, with how many claims there are in each status whatever the filter, up to COUNTED_TO. */
export const adminClaimPage = page(adminClaimItem)
  .extend({
    counts: z.record(z.enum(CLAIM_STATUSES), z.int()),
    /** Within how many hours a claim is promised to be reviewed. */
    review_within_hours: z.int(),
  })
  .meta({ id: 'AdminClaimPage' });
export type AdminClaimPage = z.infer<typeof adminClaimPage>;

/** A position as jp-verify saw it when it was bound; amounts and prices as the exchange writes them. */
export const bindingSnapshot = z
  .strictObject({
    uid_masked: z.string(),
    main_uid_masked: z.string(),
    pos_id: z.string(),
    opened_at: instant,
    liq_px: z.string(),
    lever: z.string(),
    margin: z.string(),
    pos: z.string(),
    avg_px: z.string(),
    mark_px: z.string().nullable(),
    mgn_mode: z.string(),
    pos_side: z.string(),
  })
  .meta({ id: 'BindingSnapshot' });

/** GET /admin/claims/:id: the contract's claim, and what a person decides from. */
export const adminClaimAnswer = claimAnswer
  .extend({
    ...queueFacts,
    checks: z.array(check),
    liquidation: liquidation.nullable(),
    purchase_order: purchaseOrderAnswer,
    /** The position as jp-verify saw it at binding; null for an unattested one. */
    snapshot: bindingSnapshot.nullable(),
    related: z.array(
      z.strictObject({
        claim_id: uuid,
        purchase_order_id: uuid,
        relation: z.enum(CLAIM_RELATIONS),
        status: z.enum(CLAIM_STATUSES),
        payout_amount_usdc: usdcText.nullable(),
        created_at: instant,
      }),
    ),
    /** Covers of the other side of the same instrument at the same time, and by what they are linked to this one. */
    hedges: z.array(
      z.strictObject({
        purchase_order_id: uuid,
        inst_id: instId,
        side: z.enum(SIDES),
        links: z.array(z.enum(COVER_LINKS)),
        cover_start_at: instant,
        cover_end_at: instant,
        payout_usdc: usdcText,
        claim: z.strictObject({ id: uuid, status: z.enum(CLAIM_STATUSES) }).nullable(),
      }),
    ),
    /** What the chain says against the claimant, who would be paid; left out where it was not asked, or did not answer. */
    payee_doubts: z.array(z.enum(PAYEE_DOUBTS)).optional(),
    timeline: z.array(z.strictObject({ at: instant, kind: z.enum(TIMELINE_KINDS), px: z.string().nullable() })),
    /** Whether this operator may approve, take back, and record the payment of this claim, now. */
    may: z.strictObject({ approve: z.boolean(), reject: z.boolean(), take_back: z.boolean(), mark_paid: z.boolean() }),
  })
  .meta({ id: 'AdminClaim' });
export type AdminClaim = z.infer<typeof adminClaimAnswer>;
/** POST /admin/claims/:id/take-back and /release-hold */
export const takeBackBody = z.strictObject({ reason }).meta({ id: 'TakeBackClaim' });
export const releaseHoldBody = z.strictObject({ reason }).meta({ id: 'ReleaseClaimHold' });

// purchase orders ----------------------------------------------------------------------------------------------------
/** GET /admin/purchase-orders: reported payments that are not yet confirmed first, then newest first. */
export const listAdminPurchaseOrdersQuery = z.strictObject({
  status: z.enum(PURCHASE_ORDER_STATUSES).optional(),
  q: searchText,
  /** "true": only those whose trader said "I have paid" and nobody confirmed. */
  reported: z.enum(['true']).optional(),
  ...pageQuery,
});
export const adminPurchaseOrderPage = page(purchaseOrderAnswer).meta({ id: 'AdminPurchaseOrderPage' });
export type AdminPurchaseOrderPage = z.infer<typeof adminPurchaseOrderPage>;

// audit --------------------------------------------------------------------------------------------------------------
export const listAuditQuery = z.strictObject({
  /** A claim's, order's or operator's id. */
  subject: z.string().max(120).optional(),
  ...pageQuery,
});
export const auditRow = z
  .strictObject({
    id: z.string(),
    at: instant,
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    from: z.string().nullable(),
    to: z.string().nullable(),
    why: z.string().nullable(),
    prev_hash: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'AuditRow' });
export type AuditRow = z.infer<typeof auditRow>;
export const auditPage = page(auditRow).meta({ id: 'AuditPage' });
export type AuditPage = z.infer<typeof auditPage>;

// exposure -----------------------------------------------------------------------------------------------------------
const limit = z.strictObject({ used_usdc: usdcText, limit_usdc: usdcText });
/** GET /admin/exposure: the book now, and how it went. */
export const exposureAnswer = z
  .strictObject({
    at: instant,
    capital_usdc: usdcText,
    book: limit,
    reserve_usdc: usdcText,
    policies: z.int(),
    /** Of the book: what open quotes keep until they are bought or run out. */
    held_by_quotes: z.strictObject({ quotes: z.int(), payout_usdc: usdcText }),
    /** Of the book: what is not bound yet; it is on no side, and counts on both. */
    not_bound_yet: z.strictObject({ policies: z.int(), payout_usdc: usdcText }),
    per_account_limit_usdc: usdcText,
    per_policy_limit_usdc: usdcText,
    sides: z.array(
      z.strictObject({
        side: z.enum(SIDES),
        in_force: limit,
        /** Policies nearer than three sigma. */
        near: limit,
        this_hour: limit,
        stopped_reason: z.enum(SALES_STOP_REASONS).nullable(),
      }),
    ),
    /**
     * In-force payouts by instrument, side and distance in sigmas; together they are the book. `to_sigma` is null in the last
     * bucket; instrument and side are null in the one of what is not bound yet.
     */
    buckets: z.array(
      z.strictObject({
        inst_id: instId.nullable(),
        side: z.enum(SIDES).nullable(),
        from_sigma: z.number(),
        to_sigma: z.number().nullable(),
        policies: z.int(),
        payout_usdc: usdcText,
      }),
    ),
    /** The last 30 days, oldest first; `day` is a UTC date. */
    days: z.array(
      z.strictObject({
        day: z.iso.date(),
        premiums_usdc: usdcText,
        payouts_usdc: usdcText,
        in_force_usdc: usdcText,
        reserve_usdc: usdcText.nullable(),
      }),
    ),
    /** Payouts over premiums of those days; null without premiums. Expected claims against seen ones. */
    loss_ratio: z.number().nullable(),
    claims_expected: z.number().nullable(),
    claims_seen: z.int(),
  })
  .meta({ id: 'Exposure' });
export type Exposure = z.infer<typeof exposureAnswer>;

// settings -----------------------------------------------------------------------------------------------------------
const salesScope = {
  /** null: every one. */
  policy_type: z.string().nullable(),
  inst_id: instId.nullable(),
  side: z.enum(SIDES).nullable(),
};
/** GET /admin/settings */
export const settingsAnswer = z
  .strictObject({
    treasury_safe: address.nullable(),
    chain_id: z.int(),
    token_address: address,
    capital_usdc: usdcText,
    allow_unattested_binding: z.boolean(),
    /** Whether one person may both approve a claim and record its payment. */
    one_person_shop: z.boolean(),
    operators: z.int(),
    sales_stops: z.array(z.strictObject({ ...salesScope, reason: z.string(), by: z.string(), at: instant })),
  })
  .meta({ id: 'Settings' });
export type Settings = z.infer<typeof settingsAnswer>;
/** PUT /admin/settings/sales: answers with the settings. What is left out means every one. */
export const putSalesBody = z
  .strictObject({
    stopped: z.boolean(),
    policyType: z.string().min(1).max(40).optional(),
    instId: instId.optional(),
    side: z.enum(SIDES).optional(),
    reason,
  })
  .meta({ id: 'PutSales' });
/** PUT /admin/settings/one-person-shop: answers with the settings. */
export const putOnePersonShopBody = z.strictObject({ enabled: z.boolean(), reason }).meta({ id: 'PutOnePersonShop' });
