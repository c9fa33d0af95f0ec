import { createECDH, createHash } from 'node:crypto';
import { CHANNEL_KINDS } from '@liqpass/kernel/vocabulary';
import { ConfigError, httpUrl, optional, type Environment } from '@liqpass/service/environment';
import type { OperatorChannel, TellingSettings, VapidKeys } from './services/watch/tellingContext.ts';

/** A browser subscribes by itself: nobody can write its subscription into a configuration. */
const OPERATOR_KINDS = CHANNEL_KINDS.filter((kind) => kind !== 'push');
const CHINESE: readonly string[] = ['feishu', 'dingtalk', 'wecom'];

/** Reads how people are told: TELEGRAM_BOT_TOKEN, TELEGRAM_API_ROOT, SMTP_URL, MAIL_FROM, VAPID_*, OPERATOR_WEBHOOKS, WEBHOOK_HOSTS. All optional. */
export function readTellingSettings(
  env: Environment,
  at: { readonly publicOrigins: readonly string[]; readonly port: number },
): TellingSettings {
  const token = optional(env, 'TELEGRAM_BOT_TOKEN');
  if (token !== undefined && !/^\d+:[\w-]+$/.test(token))
    throw new ConfigError('TELEGRAM_BOT_TOKEN is malformed: it looks like 123456:ABC…, as @BotFather gives it');
  const smtpUrl = optional(env, 'SMTP_URL') ?? null;
  if (smtpUrl !== null && !(URL.canParse(smtpUrl) && /^smtps?:$/.test(new URL(smtpUrl).protocol)))
    throw new ConfigError('SMTP_URL is malformed: it looks like smtps://user:password@mail.example');
  const host = smtpUrl === null ? 'liqpass' : new URL(smtpUrl).hostname;
  const mailFrom = optional(env, 'MAIL_FROM') ?? `LiqPass <liqpass@${host}>`;
  if (!/^[^@\r\n]*[^\s@]+@[^\s@]+$/.test(mailFrom))
    throw new ConfigError('MAIL_FROM is malformed: it looks like LiqPass <cover@liqpass.example>');
  return {
    site: at.publicOrigins[0] ?? `http://localhost:${at.port}`,
    telegram:
      token === undefined ? null : { token, apiRoot: httpUrl(env, 'TELEGRAM_API_ROOT', 'https://api.telegram.org') },
    smtpUrl,
    mailFrom,
    push: vapidKeys(env),
    operators: operatorChannels(env),
    privateHosts: parts(optional(env, 'WEBHOOK_HOSTS')),
  };
}

/** All three of VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY and VAPID_SUBJECT, or none of them. */
function vapidKeys(env: Environment): VapidKeys | null {
  const publicKey = optional(env, 'VAPID_PUBLIC_KEY');
  const privateKey = optional(env, 'VAPID_PRIVATE_KEY');
  const subject = optional(env, 'VAPID_SUBJECT');
  if (publicKey === undefined && privateKey === undefined && subject === undefined) return null;
  if (publicKey === undefined || privateKey === undefined || subject === undefined)
    throw new ConfigError(
      'VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY and VAPID_SUBJECT belong together: give all three or none',
    );
  if (!/^(?:mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/.test(subject))
    throw new ConfigError('VAPID_SUBJECT is malformed: it looks like mailto:cover@liqpass.example');
  if (!isPair(publicKey, privateKey))
    throw new ConfigError(
      'VAPID_PRIVATE_KEY is not the key of VAPID_PUBLIC_KEY: npx web-push generate-vapid-keys makes both, in base64url',
    );
  return { publicKey, privateKey, subject };
}

function isPair(publicKey: string, privateKey: string): boolean {
  try {
    const pair = createECDH('prime256v1');
    pair.setPrivateKey(privateKey, 'base64url');
    return /^[\w-]{43}$/.test(privateKey) && pair.getPublicKey('base64url') === publicKey;
  } catch {
    return false; // No number that is a key of this curve.
  }
}

const parts = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** kind:address, separated by commas, with #secret behind a webhook that signs; telegram:chat and email:address too. What it holds is in no sentence. */
function operatorChannels(env: Environment): OperatorChannel[] {
  return parts(optional(env, 'OPERATOR_WEBHOOKS')).map((text) => {
    const colon = text.indexOf(':');
    const kind = OPERATOR_KINDS.find((known) => known === text.slice(0, colon));
    const [address = '', secret = null] = text.slice(colon + 1).split('#', 2);
    const isAddress =
      kind === 'telegram'
        ? /^(?:-?\d+|@\w+)$/.test(address)
        : kind === 'email'
          ? /^[^\s@]+@[^\s@]+$/.test(address)
          : URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
    if (kind === undefined || !isAddress)
      throw new ConfigError(
        `OPERATOR_WEBHOOKS is malformed: give kind:address, separated by commas, with #secret behind one that signs; kinds are ${OPERATOR_KINDS.join(', ')}`,
      );
    const name = `${kind}-${createHash('sha256').update(address).digest('hex').slice(0, 12)}`;
    return { name, kind, address, secret, locale: CHINESE.includes(kind) ? 'zh' : 'en' };
  });
}
