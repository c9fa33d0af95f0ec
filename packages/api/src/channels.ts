import { CHANNEL_FAILURES, CHANNEL_KINDS, TELLING_LOCALES, TOLD_EVENTS } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { instant, uuid } from './wire.ts';

// Where a wallet wants to be told of its cover.

/** A line without anything invisible in it. */
const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[\x20-\x7e]+$/, 'plain characters');

/** The keys of a browser's push subscription (RFC 8291), as it gives them: an uncompressed P-256 point, and 16 bytes; base64url. */
const pushKeys = z.strictObject({
  p256dh: z.string().regex(/^B[A-Za-z0-9_-]{86}$/, 'an uncompressed point of P-256, base64url'),
  auth: z.string().regex(/^[A-Za-z0-9_-]{22}$/, '16 bytes, base64url'),
});

/**
 * POST /api/channels: `address` is an e-mail address, a webhook's, or a push subscription's endpoint; a Telegram chat has none. `secret` is
 * what a webhook signs with, `keys` are those of a push subscription.
 */
export const addChannelBody = z
  .strictObject({
    kind: z.enum(CHANNEL_KINDS),
    address: line(1_000).optional(),
    secret: line(200).optional(),
    keys: pushKeys.optional(),
    locale: z.enum(TELLING_LOCALES),
  })
  .meta({ id: 'AddChannel' });
export type AddChannelBody = z.infer<typeof addChannelBody>;

/** PUT /api/channels/:id: whole each time. */
export const setChannelBody = z
  .strictObject({ on: z.boolean(), locale: z.enum(TELLING_LOCALES) })
  .meta({ id: 'SetChannel' });
export type SetChannelBody = z.infer<typeof setChannelBody>;

export const channelParams = z.strictObject({ id: uuid });

export const channelAnswer = z
  .strictObject({
    id: uuid,
    kind: z.enum(CHANNEL_KINDS),
    /** So much of the address that its owner knows which it is; null: no chat is linked yet. */
    shown: z.string().nullable(),
    locale: z.enum(TELLING_LOCALES),
    on: z.boolean(),
    /** Whether its owner has shown to be there; nothing is sent before. */
    confirmed: z.boolean(),
    created_at: instant,
    last_sent_at: instant.nullable(),
    /** Since when, and why, nothing gets through. */
    failing: z.strictObject({ since: instant, code: z.enum(CHANNEL_FAILURES) }).nullable(),
  })
  .meta({ id: 'Channel' });
export type ChannelAnswer = z.infer<typeof channelAnswer>;

export const channelsAnswer = z
  .strictObject({
    items: z.array(channelAnswer),
    /** The ways there are here. */
    kinds: z.array(z.enum(CHANNEL_KINDS)),
    /** The server's key that a browser subscribes with (VAPID); null: nothing is pushed. */
    push_key: z.string().nullable(),
  })
  .meta({ id: 'Channels' });
export type ChannelsAnswer = z.infer<typeof channelsAnswer>;

/** `link`: to open in Telegram, once, within the hour; null for the others. */
export const addChannelAnswer = z
  .strictObject({ channel: channelAnswer, link: z.string().nullable() })
  .meta({ id: 'ChannelAdded' });

/** POST /api/channels/confirm: the code of the link in the mail. */
export const confirmChannelBody = z
  .strictObject({ code: z.string().regex(/^[0-9a-f]{32}$/, 'the code of the link: 32 hex digits') })
  .meta({ id: 'ConfirmChannel' });
export const channelDone = z.strictObject({ ok: z.literal(true) }).meta({ id: 'ChannelDone' });

/** GET /api/purchase-orders/:id/messages: what its owner was told, newest first. */
export const messagesAnswer = z
  .strictObject({
    items: z.array(
      z.strictObject({
        event: z.enum(TOLD_EVENTS),
        kind: z.enum(CHANNEL_KINDS),
        at: instant,
        state: z.enum(['waiting', 'sent', 'given_up']),
      }),
    ),
  })
  .meta({ id: 'MessagesOfOrder' });
export type MessagesAnswer = z.infer<typeof messagesAnswer>;
