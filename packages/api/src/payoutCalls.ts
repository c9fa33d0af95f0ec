import type { z } from 'zod';
import type { Api, In } from './apiClient.ts';
import type { approvePayoutBody, markPayoutPaidBody, setPayeeBody, withReasonBody } from './payoutBodies.ts';
import type { makeBatchBody, listBatchesQuery, listPayoutsQuery } from './payouts.ts';
import { batchAnswer, batchPage, payoutAnswer, payoutsAnswer, safeBatchAnswer } from './payouts.ts';

// What an operator asks about payouts, one function per route.
type Query<T extends z.ZodType> = { [K in keyof In<T>]?: string | number | undefined };
const payout = (id: string): string => `/admin/payouts/${encodeURIComponent(id)}`;
const batch = (id: string): string => `/admin/payouts/batches/${encodeURIComponent(id)}`;

export const listPayouts = (api: Api, query: Query<typeof listPayoutsQuery> = {}) =>
  api('GET', '/admin/payouts', payoutsAnswer, { query });
export const approvePayout = (api: Api, id: string, body: In<typeof approvePayoutBody>) =>
  api('POST', `${payout(id)}/approve`, payoutAnswer, { body });
export const takeBackPayout = (api: Api, id: string, body: In<typeof withReasonBody>) =>
  api('POST', `${payout(id)}/take-back`, payoutAnswer, { body });
export const setPayee = (api: Api, id: string, body: In<typeof setPayeeBody>) =>
  api('POST', `${payout(id)}/payee`, payoutAnswer, { body });
export const markPayoutPaid = (api: Api, id: string, body: In<typeof markPayoutPaidBody>) =>
  api('POST', `${payout(id)}/mark-paid`, payoutAnswer, { body });
export const undoPayoutPaid = (api: Api, id: string, body: In<typeof withReasonBody>) =>
  api('POST', `${payout(id)}/undo-paid`, payoutAnswer, { body });

export const listBatches = (api: Api, query: Query<typeof listBatchesQuery> = {}) =>
  api('GET', '/admin/payouts/batches', batchPage, { query });
export const getBatch = (api: Api, id: string) => api('GET', batch(id), batchAnswer);
export const makeBatch = (api: Api, body: In<typeof makeBatchBody>) =>
  api('POST', '/admin/payouts/batches', batchAnswer, { body });
export const dropBatch = (api: Api, id: string, body: In<typeof withReasonBody>) =>
  api('POST', `${batch(id)}/drop`, batchAnswer, { body });
export const getBatchFile = (api: Api, id: string) => api('GET', `${batch(id)}/safe-batch`, safeBatchAnswer);
export const getSafeBatch = (api: Api) => api('GET', '/admin/payouts/safe-batch', safeBatchAnswer);
