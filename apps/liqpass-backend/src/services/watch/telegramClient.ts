import { SECOND_MS } from '@liqpass/kernel/time';
import { z } from 'zod';
import type { Message } from '../../domain/watch/message.ts';
import { post } from './postClient.ts';
import { failed, SENT, type Sending, type TellingSettings } from './tellingContext.ts';

// Three methods of the Bot API (core.telegram.org/bots/api), each a POST of JSON.

type Bot = NonNullable<TellingSettings['telegram']>;

const answer = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  parameters: z.object({ retry_after: z.number() }).partial().optional(),
});
const updates = z.array(
  z.object({
    update_id: z.number(),
    message: z.object({ text: z.string().optional(), chat: z.object({ id: z.number(), type: z.string() }) }).optional(),
  }),
);

/**
 * Anybody may write to the bot, and what they wrote is answered together: a hundred messages of 4096 characters, each with what it replies to.
 * All of it is read, since what is not read is answered again.
 */
const MOST_BYTES = 16 * 1024 * 1024;

async function call(bot: Bot, method: string, body: Record<string, unknown>) {
  // The address holds the token: it is in no failure. The operator chose the host.
  return post(`${bot.apiRoot}/bot${bot.token}/${method}`, JSON.stringify(body), {
    mayBePrivate: true,
    mostBytes: MOST_BYTES,
  });
}

/** Sends to a chat. One that blocked the bot, or is gone, is given up at once. */
export async function sendTelegram(bot: Bot, chat: string, { title, text, link }: Message): Promise<Sending> {
  const posted = await call(bot, 'sendMessage', { chat_id: chat, text: `${title}\n\n${text}\n\n${link}` });
  if (posted.failure !== null) return failed(posted.failure);
  const parsed = answer.safeParse(posted.json);
  if (posted.status === 200 && parsed.data?.ok) return SENT;
  if (posted.status === 429)
    return failed('RATE_LIMITED', false, (parsed.data?.parameters?.retry_after ?? 1) * SECOND_MS);
  if (posted.status === 403) return failed('BLOCKED', true);
  if (posted.status >= 500) return failed('UNREACHABLE');
  return failed('REFUSED', posted.status === 400);
}

/** The bot's own name, for a link to it; null where Telegram does not say now. */
export async function readBotName(bot: Bot): Promise<string | null> {
  const posted = await call(bot, 'getMe', {});
  if (posted.failure !== null) return null;
  const me = z.object({ result: z.object({ username: z.string() }) }).safeParse(posted.json);
  return me.data?.result.username ?? null;
}

export type Start = { readonly code: string; readonly chat: string };

/** The codes that people have sent to the bot since `offset`, and the offset behind them; null where Telegram does not answer. */
export async function readStarts(bot: Bot, offset: number): Promise<{ starts: Start[]; offset: number } | null> {
  const posted = await call(bot, 'getUpdates', { offset, limit: 100, timeout: 0, allowed_updates: ['message'] });
  if (posted.failure !== null || posted.status !== 200) return null;
  const parsed = updates.safeParse(answer.safeParse(posted.json).data?.result);
  if (!parsed.success) return null;
  let next = offset;
  const starts: Start[] = [];
  for (const { update_id: id, message } of parsed.data) {
    next = Math.max(next, id + 1);
    const code = /^\/start ([0-9a-f]{32})$/.exec(message?.text ?? '')?.[1];
    if (code !== undefined && message) starts.push({ code, chat: String(message.chat.id) });
  }
  return { starts, offset: next };
}
