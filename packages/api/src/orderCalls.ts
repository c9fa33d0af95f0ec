import type { Api, In } from './apiClient.ts';
import {
  createPurchaseOrderAnswer,
  paymentPreviewAnswer,
  purchaseOrderAnswer,
  purchaseOrderPage,
} from './purchaseOrders.ts';
import { watchAnswer, type watchBody } from './watch.ts';
import type { bindOkxBody, createPurchaseOrderBody, reportPaymentBody } from './orderBodies.ts';

const order = (id: string): string => `/api/purchase-orders/${encodeURIComponent(id)}`;

// A trader's orders. One function per route; the client comes first, so that a page carries only what it uses.

export const listMyPurchaseOrders = (api: Api, query: { limit?: number; cursor?: string; status?: string } = {}) =>
  api('GET', '/api/me/purchase-orders', purchaseOrderPage, { query });

export const createPurchaseOrder = (api: Api, body: In<typeof createPurchaseOrderBody>, idempotencyKey: string) =>
  api('POST', '/api/purchase-orders', createPurchaseOrderAnswer, { body, idempotencyKey });

export const getPurchaseOrder = (api: Api, id: string) => api('GET', order(id), purchaseOrderAnswer);

export const bindOkx = (api: Api, id: string, body: In<typeof bindOkxBody>) =>
  api('POST', `${order(id)}/bind-okx`, purchaseOrderAnswer, { body });

export const cancelOrder = (api: Api, id: string) => api('POST', `${order(id)}/cancel`, purchaseOrderAnswer);

export const getPaymentPreview = (api: Api, id: string) =>
  api('GET', `${order(id)}/payment-preview`, paymentPreviewAnswer);
export const reportPayment = (api: Api, id: string, body: In<typeof reportPaymentBody>) =>
  api('POST', `${order(id)}/report-payment`, purchaseOrderAnswer, { body });

export const getWatch = (api: Api, id: string) => api('GET', `${order(id)}/watch`, watchAnswer);

export const setWatch = (api: Api, id: string, body: In<typeof watchBody>) =>
  api('PUT', `${order(id)}/watch`, watchAnswer, { body });
