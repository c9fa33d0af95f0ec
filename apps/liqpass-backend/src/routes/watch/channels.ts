import {
  addChannelAnswer,
  addChannelBody,
  channelAnswer,
  channelDone,
  channelParams,
  channelsAnswer,
  confirmChannelBody,
  messagesAnswer,
  setChannelBody,
} from '@liqpass/api/channels';
import { purchaseOrderParams } from '@liqpass/api/purchaseOrders';
import type { Server } from '@liqpass/service/server';
import {
  addChannel,
  confirmChannel,
  readChannels,
  readMessages,
  removeChannel,
  setChannel,
  testChannel,
} from '../../services/watch/channels.ts';
import type { LookoutContext } from '../../services/watch/lookoutContext.ts';
import { signedIn, signedInOnly, traderActor } from '../people/guards.ts';
import { OF_OWN_ORDER, OPTIONAL_SESSION } from '../platform/refusals.ts';

/** Where a wallet is told of its cover, and what it was told. */
export function channelRoutes(app: Server, ctx: LookoutContext): void {
  const tags = ['telling'];
  const security = [{ session: [] }];
  app.get(
    '/api/channels',
    {
      ...signedInOnly,
      schema: { tags, summary: 'Where you are told of your cover', security, response: { 200: channelsAnswer } },
    },
    (request) => readChannels(ctx, signedIn(request).address),
  );
  app.post(
    '/api/channels',
    {
      ...signedInOnly,
      schema: {
        tags,
        summary: 'Add where you want to be told',
        security,
        body: addChannelBody,
        response: { 201: addChannelAnswer },
        refuses: ['CHANNEL_NOT_AVAILABLE', 'CHANNEL_ADDRESS_NOT_ALLOWED', 'TOO_MANY_CHANNELS', 'SERVICE_UNAVAILABLE'],
      },
    },
    async (request, reply) => reply.code(201).send(await addChannel(ctx, signedIn(request).address, request.body)),
  );
  app.put(
    '/api/channels/:id',
    {
      ...signedInOnly,
      schema: {
        tags,
        summary: 'Switch a channel on or off, and set its language',
        security,
        params: channelParams,
        body: setChannelBody,
        response: { 200: channelAnswer },
        refuses: ['CHANNEL_NOT_FOUND'],
      },
    },
    (request) => setChannel(ctx, signedIn(request).address, request.params.id, request.body),
  );
  app.delete(
    '/api/channels/:id',
    {
      ...signedInOnly,
      schema: {
        tags,
        summary: 'Remove a channel and its address',
        security,
        params: channelParams,
        response: { 200: channelDone },
        refuses: ['CHANNEL_NOT_FOUND'],
      },
    },
    async (request) => {
      await removeChannel(ctx, signedIn(request).address, request.params.id);
      return { ok: true as const };
    },
  );
  app.post(
    '/api/channels/:id/test',
    {
      ...signedInOnly,
      schema: {
        tags,
        summary: 'Send a test message',
        security,
        params: channelParams,
        response: { 200: channelAnswer },
        refuses: ['CHANNEL_NOT_FOUND', 'CHANNEL_NOT_AVAILABLE'],
      },
    },
    (request) => testChannel(ctx, signedIn(request).address, request.params.id),
  );
  app.post(
    '/api/channels/confirm',
    {
      schema: {
        tags,
        summary: 'Confirm an e-mail address by the code of its link',
        body: confirmChannelBody,
        response: { 200: channelDone },
        refuses: ['CHANNEL_CODE_WRONG'],
      },
    },
    async (request) => {
      await confirmChannel(ctx, request.body.code);
      return { ok: true as const };
    },
  );
  app.get(
    '/api/purchase-orders/:id/messages',
    {
      schema: {
        tags,
        security: OPTIONAL_SESSION,
        summary: 'What was told of an order, and what of it got through',
        params: purchaseOrderParams,
        response: { 200: messagesAnswer },
        refuses: [...OF_OWN_ORDER],
      },
    },
    (request) => readMessages(ctx, request.params.id, traderActor(request)),
  );
}
