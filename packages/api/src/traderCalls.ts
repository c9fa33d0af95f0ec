import type { z } from 'zod';
import type { Api } from './apiClient.ts';
import type { authNonceBody, authVerifyBody, payoutAddressBody, payoutAddressMessageBody } from './auth.ts';
import { authNonceAnswer, meAnswer, okAnswer } from './auth.ts';
import type { fileClaimBody } from './claims.ts';
import { triggerClaimAnswer } from './claims.ts';
import type { registerCredentialBody } from './credentials.ts';
import {
  credentialAnswer,
  credentialList,
  deleteCredentialAnswer,
  positionList,
  sealingKeyAnswer,
} from './credentials.ts';
import { evidenceAnswer, traderClaimAnswer } from './events.ts';
import type { bindOkxBody, createPurchaseOrderBody, reportPaymentBody } from './purchaseOrders.ts';
import { createPurchaseOrderAnswer, purchaseOrderAnswer, purchaseOrderPage } from './purchaseOrders.ts';
import type { quoteBody } from './quotes.ts';
import { candlesAnswer, marksAnswer, paymentInstructionsAnswer, productsAnswer, quoteAnswer } from './quotes.ts';

// What a trader asks, one function per route; the client comes first, so that a page carries only what it uses.
type In<T extends z.ZodType> = z.input<T>;
const order = (id: string): string => `/api/purchase-orders/${encodeURIComponent(id)}`;

export const getProducts = (api: Api) => api('GET', '/api/products', productsAnswer);
export const requestQuote = (api: Api, body: In<typeof quoteBody>, signal?: AbortSignal) =>
  api('POST', '/api/quotes', quoteAnswer, { body, ...(signal ? { signal } : {}) });
export const getCandles = (api: Api, query: { instId: string; bar: '1m' | '1H'; limit: number; until?: string }) =>
  api('GET', '/api/market/candles', candlesAnswer, { query });
export const getMarks = (api: Api) => api('GET', '/api/market/marks', marksAnswer);
export const getPaymentInstructions = (api: Api) => api('GET', '/api/payment-instructions', paymentInstructionsAnswer);

export const requestNonce = (api: Api, body: In<typeof authNonceBody>) =>
  api('POST', '/api/auth/nonce', authNonceAnswer, { body });
export const verifySignIn = (api: Api, body: In<typeof authVerifyBody>) =>
  api('POST', '/api/auth/verify', meAnswer, { body });
export const signOut = (api: Api) => api('POST', '/api/auth/sign-out', okAnswer);
export const getMe = (api: Api) => api('GET', '/api/me', meAnswer);
export const listMyPurchaseOrders = (api: Api, query: { limit?: number; cursor?: string; status?: string } = {}) =>
  api('GET', '/api/me/purchase-orders', purchaseOrderPage, { query });

export const getSealingKey = (api: Api) => api('GET', '/api/sealing-key', sealingKeyAnswer);
export const registerCredential = (api: Api, body: In<typeof registerCredentialBody>) =>
  api('POST', '/api/okx-credentials', credentialAnswer, { body });
export const listCredentials = (api: Api) => api('GET', '/api/okx-credentials', credentialList);
export const deleteCredential = (api: Api, id: string) =>
  api('DELETE', `/api/okx-credentials/${encodeURIComponent(id)}`, deleteCredentialAnswer);
export const listPositions = (api: Api, id: string) =>
  api('GET', `/api/okx-credentials/${encodeURIComponent(id)}/positions`, positionList);

export const createPurchaseOrder = (api: Api, body: In<typeof createPurchaseOrderBody>, idempotencyKey: string) =>
  api('POST', '/api/purchase-orders', createPurchaseOrderAnswer, { body, idempotencyKey });
export const getPurchaseOrder = (api: Api, id: string) => api('GET', order(id), purchaseOrderAnswer);
export const bindOkx = (api: Api, id: string, body: In<typeof bindOkxBody>) =>
  api('POST', `${order(id)}/bind-okx`, purchaseOrderAnswer, { body });
export const reportPayment = (api: Api, id: string, body: In<typeof reportPaymentBody>) =>
  api('POST', `${order(id)}/report-payment`, purchaseOrderAnswer, { body });
export const requestPayoutAddressMessage = (api: Api, id: string, body: In<typeof payoutAddressMessageBody>) =>
  api('POST', `${order(id)}/payout-address/message`, authNonceAnswer, { body });
export const setPayoutAddress = (api: Api, id: string, body: In<typeof payoutAddressBody>) =>
  api('POST', `${order(id)}/payout-address`, purchaseOrderAnswer, { body });
export const fileClaim = (api: Api, id: string, body: In<typeof fileClaimBody>) =>
  api('POST', `${order(id)}/claims`, triggerClaimAnswer, { body });
export const getTraderClaim = (api: Api, id: string) => api('GET', `${order(id)}/claim`, traderClaimAnswer);
export const getEvidence = (api: Api, claimId: string) =>
  api('GET', `/api/claims/${encodeURIComponent(claimId)}/evidence`, evidenceAnswer);
