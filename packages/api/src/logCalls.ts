import type { Api } from './apiClient.ts';
import { liabilitiesAnswer, liabilityPathAnswer, ownLogAnswer } from './log.ts';

// The public log, for the owner of an order and for operators. One function per route; the client comes first, so that a page carries only what it uses.

/** What the log tells of an order and its claim, with what opens it. */
export const getOwnLog = (api: Api, orderId: string) =>
  api('GET', `/api/purchase-orders/${encodeURIComponent(orderId)}/log`, ownLogAnswer);

/** Where an order stands in the last tree of what is owed. */
export const getLiabilityPath = (api: Api, orderId: string) =>
  api('GET', `/api/liabilities/${encodeURIComponent(orderId)}`, liabilityPathAnswer);

/** Logs what is owed now, instead of at the next hour. */
export const logLiabilitiesNow = (api: Api) => api('POST', '/admin/liabilities', liabilitiesAnswer);
