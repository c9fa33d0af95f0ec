import type { Api, In } from './apiClient.ts';
import {
  credentialAnswer,
  credentialList,
  deleteCredentialAnswer,
  positionList,
  sealingKeyAnswer,
  type registerCredentialBody,
} from './credentials.ts';

// Exchange keys, and what is open on their account. One function per route; the client comes first, so that a page carries only what it uses.

export const getSealingKey = (api: Api) => api('GET', '/api/sealing-key', sealingKeyAnswer);

export const registerCredential = (api: Api, body: In<typeof registerCredentialBody>) =>
  api('POST', '/api/okx-credentials', credentialAnswer, { body });

export const listCredentials = (api: Api) => api('GET', '/api/okx-credentials', credentialList);

export const deleteCredential = (api: Api, id: string) =>
  api('DELETE', `/api/okx-credentials/${encodeURIComponent(id)}`, deleteCredentialAnswer);

export const listPositions = (api: Api, id: string) =>
  api('GET', `/api/okx-credentials/${encodeURIComponent(id)}/positions`, positionList);
