import { createHmac } from 'node:crypto';
import { SECOND_MS } from '@liqpass/kernel/time';
import type { ChannelKind } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import type { Message } from '../../domain/watch/message.ts';
import { post } from './postClient.ts';
import { failed, SENT, type Sending, type Target } from './tellingContext.ts';

export type Webhook = Exclude<ChannelKind, 'telegram' | 'email' | 'push'>;
/** What goes out, with an id that is the same each time it is tried. */
export type Delivery = {
  readonly id: string;
  readonly event: string;
  readonly at: string;
  readonly order: string | null;
  readonly message: Message;
};

const hmac = (key: string, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const textOf = ({ title, text, link }: Message): string => `${title}\n${text}\n${link}`;
/** Robots answer 200 and say in the body what is wrong: 0 is well. Codes of too many: Feishu 11232, DingTalk 410100, WeCom 45009. */
const robotAnswer = z.object({ code: z.number(), errcode: z.number() }).partial();
const TOO_MANY: readonly number[] = [11_232, 130_101, 410_100, 660_026, 45_009];
/** DingTalk mutes a robot for 10 minutes. */
const MUTED_MS = 600 * SECOND_MS;

type Posting = {
  readonly address: string;
  readonly body: Record<string, unknown>;
  readonly headers?: Record<string, string>;
};

/**
 * What is posted to a webhook. Feishu: sign = base64(HMAC-SHA256(key: ts + "\n" + secret, "")), seconds, in the body. DingTalk:
 * base64(HMAC-SHA256(key: secret, ts + "\n" + secret)), milliseconds, in the query. JSON: v1 = hex(HMAC-SHA256(key: secret, t + "." + body)).
 */
export function postingOf(kind: Webhook, { address, secret }: Target, delivery: Delivery, nowMs: number): Posting {
  const text = textOf(delivery.message);
  const seconds = String(Math.floor(nowMs / SECOND_MS));
  switch (kind) {
    case 'feishu':
      return {
        address,
        body: {
          ...(secret === null
            ? {}
            : { timestamp: seconds, sign: hmac(`${seconds}\n${secret}`, '').toString('base64') }),
          msg_type: 'text',
          content: { text },
        },
      };
    case 'dingtalk': {
      const url = new URL(address);
      if (secret !== null) {
        url.searchParams.set('timestamp', String(nowMs));
        url.searchParams.set('sign', hmac(secret, `${nowMs}\n${secret}`).toString('base64'));
      }
      return { address: url.href, body: { msgtype: 'text', text: { content: text } } };
    }
    case 'wecom':
      return { address, body: { msgtype: 'text', text: { content: text } } };
    case 'json': {
      const { id, event, at, order, message } = delivery;
      const body = { id, event, at, purchase_order_id: order, ...message };
      const signed = secret === null ? null : hmac(secret, `${seconds}.${JSON.stringify(body)}`).toString('hex');
      return {
        address,
        body,
        headers: {
          'x-liqpass-delivery': id,
          ...(signed === null ? {} : { 'x-liqpass-signature': `t=${seconds},v1=${signed}` }),
        },
      };
    }
  }
}

/** Posts a message to a robot or a machine. */
export async function sendWebhook(
  kind: Webhook,
  target: Target,
  delivery: Delivery,
  { nowMs, mayBePrivate }: { nowMs: number; mayBePrivate: boolean },
): Promise<Sending> {
  const { address, body, headers = {} } = postingOf(kind, target, delivery, nowMs);
  const posted = await post(address, JSON.stringify(body), { headers, mayBePrivate });
  if (posted.failure !== null) return failed(posted.failure, posted.failure === 'ADDRESS_NOT_ALLOWED');
  const { status, retryAfterMs } = posted;
  if (status === 429) return failed('RATE_LIMITED', false, retryAfterMs ?? undefined);
  if (status >= 500 || status === 408) return failed('UNREACHABLE');
  if (status < 200 || status > 299) return failed('REFUSED', status === 404 || status === 410);
  if (kind === 'json') return SENT;
  const answer = robotAnswer.safeParse(posted.json);
  const code = answer.data?.errcode ?? answer.data?.code;
  // Neither word: somebody else answered.
  if (code === undefined) return failed('REFUSED');
  if (code === 0) return SENT;
  return TOO_MANY.includes(code) ? failed('RATE_LIMITED', false, MUTED_MS) : failed('REFUSED');
}
