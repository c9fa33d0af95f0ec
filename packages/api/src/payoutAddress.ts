import { PAYEE_DOUBTS } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import type { Api, In } from './apiClient.ts';
import { authNonceAnswer } from './auth.ts';
import type { payoutAddressBody, payoutAddressMessageBody } from './authBodies.ts';
import { purchaseOrderAnswer } from './purchaseOrders.ts';

// Another address for a payout: of one form, and of no page's first load.

/** `payee_doubts`: what the chain says against the address; left out where it was not asked, or did not answer. */
export const payoutAddressMessageAnswer = authNonceAnswer
  .extend({ payee_doubts: z.array(z.enum(PAYEE_DOUBTS)).optional() })
  .meta({ id: 'PayoutAddressMessage' });

const order = (id: string): string => `/api/purchase-orders/${encodeURIComponent(id)}`;

export const requestPayoutAddressMessage = (api: Api, id: string, body: In<typeof payoutAddressMessageBody>) =>
  api('POST', `${order(id)}/payout-address/message`, payoutAddressMessageAnswer, { body });

export const setPayoutAddress = (api: Api, id: string, body: In<typeof payoutAddressBody>) =>
  api('POST', `${order(id)}/payout-address`, purchaseOrderAnswer, { body });
