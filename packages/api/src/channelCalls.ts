import type { Api, In } from './apiClient.ts';
import {
  addChannelAnswer,
  channelAnswer,
  channelDone,
  channelsAnswer,
  messagesAnswer,
  type addChannelBody,
  type confirmChannelBody,
  type setChannelBody,
} from './channels.ts';

// Where a wallet is told. One function per route; the client comes first, so that a page carries only what it uses.

const of = (id: string): string => `/api/channels/${encodeURIComponent(id)}`;

export const listChannels = (api: Api) => api('GET', '/api/channels', channelsAnswer);
export const addChannel = (api: Api, body: In<typeof addChannelBody>) =>
  api('POST', '/api/channels', addChannelAnswer, { body });
export const setChannel = (api: Api, id: string, body: In<typeof setChannelBody>) =>
  api('PUT', of(id), channelAnswer, { body });
export const removeChannel = (api: Api, id: string) => api('DELETE', of(id), channelDone);
export const testChannel = (api: Api, id: string) => api('POST', `${of(id)}/test`, channelAnswer);
export const confirmChannel = (api: Api, body: In<typeof confirmChannelBody>) =>
  api('POST', '/api/channels/confirm', channelDone, { body });
export const listMessages = (api: Api, orderId: string) =>
  api('GET', `/api/purchase-orders/${encodeURIComponent(orderId)}/messages`, messagesAnswer);
