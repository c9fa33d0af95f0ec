import type { z } from 'zod';
import type { Api, In } from './apiClient.ts';
import { okAnswer } from './auth.ts';
import type { approveClaimBody, rejectClaimBody } from './claims.ts';
import type { markClaimPaidBody } from './claimBodies.ts';
import { claimSummary } from './claims.ts';
import type { putOperatorBody } from './operatorBodies.ts';
import type {
  listAdminClaimsQuery,
  listAdminPurchaseOrdersQuery,
  listAuditQuery,
  putOnePersonShopBody,
  putSalesBody,
  releaseHoldBody,
  takeBackBody,
} from './operators.ts';
import {
  adminClaimAnswer,
  adminClaimPage,
  adminPurchaseOrderPage,
  auditPage,
  exposureAnswer,
  operatorAnswer,
  operatorList,
  operatorMe,
  settingsAnswer,
} from './operators.ts';
import type { markPaidBody, paymentPreviewQuery } from './orderBodies.ts';
import { paymentPreviewAnswer, purchaseOrderAnswer } from './purchaseOrders.ts';
import { watchAnswer } from './watch.ts';

// What an operator asks, one function per route; the trader's pages never load this.
type Query<T extends z.ZodType> = { [K in keyof In<T>]?: string | number | undefined };
/** A decision answers with the claim, some with more of it: who decides reads it anew anyway. */
const decided = claimSummary.pick({ id: true, status: true }).loose();
const claim = (id: string): string => `/admin/claims/${encodeURIComponent(id)}`;

export const getOperatorMe = (api: Api) => api('GET', '/admin/me', operatorMe);
export const listOperators = (api: Api) => api('GET', '/admin/operators', operatorList);
export const putOperator = (api: Api, address: string, body: In<typeof putOperatorBody>) =>
  api('PUT', `/admin/operators/${encodeURIComponent(address)}`, operatorAnswer, { body });
export const removeOperator = (api: Api, address: string) =>
  api('DELETE', `/admin/operators/${encodeURIComponent(address)}`, okAnswer);

export const listAdminClaims = (api: Api, query: Query<typeof listAdminClaimsQuery>) =>
  api('GET', '/admin/claims', adminClaimPage, { query });
export const getAdminClaim = (api: Api, id: string) => api('GET', claim(id), adminClaimAnswer);
export const approveClaim = (api: Api, id: string, body: In<typeof approveClaimBody>) =>
  api('POST', `${claim(id)}/approve`, decided, { body });
export const rejectClaim = (api: Api, id: string, body: In<typeof rejectClaimBody>) =>
  api('POST', `${claim(id)}/reject`, decided, { body });
export const takeBackClaim = (api: Api, id: string, body: In<typeof takeBackBody>) =>
  api('POST', `${claim(id)}/take-back`, decided, { body });
export const releaseClaimHold = (api: Api, id: string, body: In<typeof releaseHoldBody>) =>
  api('POST', `${claim(id)}/release-hold`, decided, { body });
export const markClaimPaid = (api: Api, id: string, body: In<typeof markClaimPaidBody>) =>
  api('POST', `${claim(id)}/mark-paid`, decided, { body });

export const listAdminPurchaseOrders = (api: Api, query: Query<typeof listAdminPurchaseOrdersQuery>) =>
  api('GET', '/admin/purchase-orders', adminPurchaseOrderPage, { query });
export const getPaymentPreviewOf = (api: Api, id: string, query: Query<typeof paymentPreviewQuery>) =>
  api('GET', `/admin/purchase-orders/${encodeURIComponent(id)}/payment-preview`, paymentPreviewAnswer, { query });
export const markOrderPaid = (api: Api, id: string, body: In<typeof markPaidBody>) =>
  api('POST', `/admin/purchase-orders/${encodeURIComponent(id)}/mark-paid`, purchaseOrderAnswer, { body });

export const listAudit = (api: Api, query: Query<typeof listAuditQuery>) =>
  api('GET', '/admin/audit', auditPage, { query });
export const getExposure = (api: Api) => api('GET', '/admin/exposure', exposureAnswer);
export const getSettings = (api: Api) => api('GET', '/admin/settings', settingsAnswer);
export const putSales = (api: Api, body: In<typeof putSalesBody>) =>
  api('PUT', '/admin/settings/sales', settingsAnswer, { body });
export const putOnePersonShop = (api: Api, body: In<typeof putOnePersonShopBody>) =>
  api('PUT', '/admin/settings/one-person-shop', settingsAnswer, { body });

/** What the watch over an order's position saw. */
export const getAdminWatch = (api: Api, orderId: string) =>
  api('GET', `/admin/purchase-orders/${encodeURIComponent(orderId)}/watch`, watchAnswer);
