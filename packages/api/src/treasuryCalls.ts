import type { z } from 'zod';
import type { Api, In } from './apiClient.ts';
import {
  reservesAnswer,
  transferAnswer,
  transferPage,
  treasuryAnswer,
  type assignTransferBody,
  type listTransfersQuery,
} from './treasury.ts';

// The treasury, for anybody and for operators. One function per route; the client comes first, so that a page carries only what it uses.
type Query<T extends z.ZodType> = { [K in keyof In<T>]?: string | number | undefined };

export const getReserves = (api: Api) => api('GET', '/api/reserves', reservesAnswer);

export const getTreasury = (api: Api) => api('GET', '/admin/treasury', treasuryAnswer);
export const listTransfers = (api: Api, query: Query<typeof listTransfersQuery>) =>
  api('GET', '/admin/treasury/transfers', transferPage, { query });
export const assignTransfer = (api: Api, id: string, body: In<typeof assignTransferBody>) =>
  api('POST', `/admin/treasury/transfers/${encodeURIComponent(id)}/assign`, transferAnswer, { body });
