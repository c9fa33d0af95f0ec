import { randomUUID } from 'node:crypto';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, formatIso, type EpochMs } from '@liqpass/kernel/time';
import type { ToldEvent } from '@liqpass/kernel/vocabulary';
import {
  dropLate,
  endChannel,
  markFailed,
  markSent,
  takeDueMessages,
  type Lane,
  type TakenMessage,
} from '../../db/watch/outboxRepo.ts';
import { messageOf } from '../../domain/watch/message.ts';
import type { LookoutContext } from './lookoutContext.ts';
import { sendMail } from './mailClient.ts';
import { sendPush } from './pushClient.ts';
import { sendTelegram } from './telegramClient.ts';
import { failed, type Sending, type Target, type TellingSettings } from './tellingContext.ts';
import { sendWebhook } from './webhookClient.ts';

/** Longer than any channel takes: one whose process was killed while sending is sent again, with the same id, after it. */
export const SENDING_MS = 45 * SECOND_MS;
/** Messages of a lane sent at once: one a channel. */
const MOST_SENDINGS = 32;
const FIRST_WAIT_MS = 5 * SECOND_MS;
const LONGEST_WAIT_MS = HOUR_MS;
/** About half a day of trying. */
const MOST_TRIES = 18;
/** What is of no use any more when it comes late. */
const USELESS_AFTER_MS: Partial<Record<ToldEvent, number>> = {
  NEAR: 15 * MINUTE_MS,
  TEST: 10 * MINUTE_MS,
  CONFIRM: HOUR_MS,
  ENDS_SOON: HOUR_MS,
};

/** How long a push service keeps a message for a browser that is not there, in seconds: no longer than it is of use, counted from the event. */
export const pushTtlSeconds = (event: ToldEvent, atMs: EpochMs, nowMs: EpochMs): number =>
  Math.max(0, Math.floor((atMs + (USELESS_AFTER_MS[event] ?? DAY_MS) - nowMs) / SECOND_MS));

/** When a message that failed is tried again; null: no more. Three times as long each time, up to an hour. */
export function againAt(outcome: Extract<Sending, { ok: false }>, tries: number, nowMs: EpochMs): EpochMs | null {
  if (outcome.final || tries >= MOST_TRIES) return null;
  const waitMs = Math.min(FIRST_WAIT_MS * 3 ** Math.min(tries - 1, 10), LONGEST_WAIT_MS);
  return nowMs + Math.max(waitMs, Math.min(outcome.retryAfterMs ?? 0, LONGEST_WAIT_MS));
}

/**
 * Sends what of a lane is due, each channel's oldest, and answers how many were taken. At least once: a message is marked after it was sent, so that
 * one whose sender is killed in between goes out again, with the same id.
 */
export async function sendDue(ctx: LookoutContext, lane: Lane): Promise<number> {
  const nowMs = ctx.clock.now();
  const taken = await takeDueMessages(ctx.db, lane, randomUUID(), nowMs, nowMs + SENDING_MS, MOST_SENDINGS);
  await Promise.all(taken.map((message) => sendOne(ctx, message)));
  return taken.length;
}

async function sendOne(ctx: LookoutContext, message: TakenMessage): Promise<void> {
  const useless = USELESS_AFTER_MS[message.event];
  if (useless !== undefined && ctx.clock.now() - message.atMs > useless)
    return dropLate(ctx.db, message, ctx.clock.now());
  const outcome = await send(ctx, message);
  const nowMs = ctx.clock.now();
  if (outcome.ok) return markSent(ctx.db, message, nowMs);
  const againAtMs = againAt(outcome, message.tries, nowMs);
  // A code of ours, and no more: what was answered may hold an address or a token.
  const said = { channelId: message.channelId, kind: message.kind, event: message.event, reason: outcome.error };
  if (againAtMs === null) ctx.log.error(said, 'a message was given up');
  else ctx.log.warn(said, 'a message did not get through: it is tried again');
  await markFailed(ctx.db, message, { error: outcome.error, againAtMs }, nowMs);
  if (outcome.error === 'ENDED') await endChannel(ctx.db, message.channelId, nowMs);
}

/** Whether the operators allow this host although it is not public. */
const isPrivateHost = ({ privateHosts }: TellingSettings, address: string): boolean =>
  URL.canParse(address) && privateHosts.includes(new URL(address).host);

/** Sends a message by its channel's way. It never throws: what is unforeseen is a failure like another. */
export async function send(ctx: LookoutContext, message: TakenMessage): Promise<Sending> {
  const { telling } = ctx.settings;
  const named = message.name === null ? null : telling.operators.find(({ name }) => name === message.name);
  const target: Target | null =
    named ?? (message.address === null ? null : { address: message.address, secret: message.secret });
  // Another process's configuration names it: ours may be older.
  if (target === null) return failed('NOT_CONFIGURED');
  const facts: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.facts)) if (value !== null) facts[name] = String(value);
  const said = messageOf(message.event, facts, { locale: message.locale, site: telling.site, order: message.orderId });
  switch (message.kind) {
    case 'telegram':
      return telling.telegram ? sendTelegram(telling.telegram, target.address, said) : failed('NOT_CONFIGURED');
    case 'email':
      return telling.smtpUrl === null
        ? failed('NOT_CONFIGURED')
        : sendMail({ smtpUrl: telling.smtpUrl, from: telling.mailFrom }, target.address, said, message.id);
    case 'push':
      return telling.push === null
        ? failed('NOT_CONFIGURED')
        : sendPush(telling.push, target, said, {
            id: message.id,
            ttlSeconds: pushTtlSeconds(message.event, message.atMs, ctx.clock.now()),
            mayBePrivate: isPrivateHost(telling, target.address),
          });
    case 'feishu':
    case 'dingtalk':
    case 'wecom':
    case 'json':
      return sendWebhook(
        message.kind,
        target,
        { id: message.id, event: message.event, at: formatIso(message.atMs), order: message.orderId, message: said },
        {
          nowMs: ctx.clock.now(),
          // The operators' own addresses come from the configuration.
          mayBePrivate: message.name !== null || isPrivateHost(telling, target.address),
        },
      );
  }
}
