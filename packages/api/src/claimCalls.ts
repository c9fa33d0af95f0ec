import type { Api, In } from './apiClient.ts';
import { triggerClaimAnswer } from './claims.ts';
import type { fileClaimBody } from './claimBodies.ts';
import { evidenceAnswer, traderClaimAnswer } from './events.ts';
import { publishedKeysAnswer } from './verify.ts';

const order = (id: string): string => `/api/purchase-orders/${encodeURIComponent(id)}`;

// A trader's claim and its evidence. One function per route; the client comes first, so that a page carries only what it uses.

export const fileClaim = (api: Api, id: string, body: In<typeof fileClaimBody>) =>
  api('POST', `${order(id)}/claims`, triggerClaimAnswer, { body });

export const getTraderClaim = (api: Api, id: string) => api('GET', `${order(id)}/claim`, traderClaimAnswer);

export const getEvidence = (api: Api, claimId: string) =>
  api('GET', `/api/claims/${encodeURIComponent(claimId)}/evidence`, evidenceAnswer);

/** The keys that verdicts and the public log are, or were, signed with. */
export const getAttestationKeys = (api: Api) => api('GET', '/attestation-keys', publishedKeysAnswer);
