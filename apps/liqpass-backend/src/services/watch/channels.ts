import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type {
  AddChannelBody,
  ChannelAnswer,
  ChannelsAnswer,
  MessagesAnswer,
  SetChannelBody,
} from '@liqpass/api/channels';
import { LiqPassError } from '@liqpass/api/errors';
import { DAY_MS, formatIso, HOUR_MS, type EpochMs } from '@liqpass/kernel/time';
import type { Actor } from '../../db/audit/auditRepo.ts';
import type { Db } from '../../db/platform/database.ts';
import { addToCounters } from '../../db/platform/rateLimitsRepo.ts';
import * as repo from '../../db/watch/channelsRepo.ts';
import { listMessagesOf, tellChannel } from '../../db/watch/outboxRepo.ts';
import { readOwnPurchaseOrder } from '../purchaseOrders.ts';
import type { LookoutContext } from './lookoutContext.ts';
import { isAllowedWebhook } from './publicAddress.ts';
import { pushSecret } from './pushClient.ts';
import { readBotName } from './telegramClient.ts';

/** A wallet's channels, those that it added and removed within a day among them: an address cannot be flooded with requests to confirm. */
const MOST_CHANNELS = 8;
const CODE_GOOD_MS = HOUR_MS;
/**
 * Links to confirm that one mailbox is sent a day. Strangers share theirs, since wallets cost nothing; a wallet that is known there
 * has its own, so that strangers neither use them up nor, all together, fill the mailbox.
 */
const MOST_LINKS = { strangers: 5, known: 3, allKnown: 20 } as const;
/** Tests of one channel: one in so long. */
const TEST_EVERY_MS = 10_000;
const MOST_MESSAGES = 50;

/** A code as the database knows it: whoever reads that cannot use it. */
export const hashOfCode = (code: string): string => createHash('sha256').update(code).digest('hex');

/** A mailbox as it is counted: one of many spellings, and not to be read. */
function mailboxOf(address: string): string {
  const [local = '', host = ''] = address.toLowerCase().split('@');
  return hashOfCode(`${local.replace(/\+.*$/, '')}@${host}`);
}

const hashOfOwn = (owner: string, address: string): string => hashOfCode(`${owner} ${mailboxOf(address)}`);

/** Counts one more link to a mailbox; whether it may be sent. */
async function countLink(trx: Db, owner: string, address: string, nowMs: EpochMs): Promise<boolean> {
  const mailbox = `!mailbox ${mailboxOf(address)}`;
  const isKnown = await repo.isKnownAt(trx, { owner, mailboxHash: hashOfOwn(owner, address) });
  const limits = isKnown
    ? [
        { key: `${mailbox} ${owner}`, most: MOST_LINKS.known },
        { key: `${mailbox} known`, most: MOST_LINKS.allKnown },
      ]
    : [{ key: mailbox, most: MOST_LINKS.strangers }];
  const counts = await addToCounters(
    trx,
    limits.map(({ key }) => ({ key, count: 1, windowMs: DAY_MS })),
    nowMs,
  );
  return limits.every(({ key, most }) => counts.some((each) => each.key === key && each.count <= most));
}

const instantOf = (ms: EpochMs | null): string | null => (ms === null ? null : formatIso(ms));

/** So much of an address that its owner knows which it is. A webhook's path is its key. */
function shownOf({ kind, address }: repo.Channel): string | null {
  if (address === null) return null;
  if (kind === 'telegram') return `…${address.slice(-3)}`;
  if (kind === 'email') return address.replace(/^(.).*@/, '$1…@');
  return URL.canParse(address) ? new URL(address).host : null;
}

const toWire = (channel: repo.Channel): ChannelAnswer => ({
  id: channel.id,
  kind: channel.kind,
  shown: shownOf(channel),
  locale: channel.locale,
  on: channel.isOn,
  confirmed: channel.isConfirmed,
  created_at: formatIso(channel.createdAtMs),
  last_sent_at: instantOf(channel.lastSentAtMs),
  failing: channel.failing ? { since: formatIso(channel.failing.sinceMs), code: channel.failing.code } : null,
});

/** Where a wallet is told, and what ways there are. */
export async function readChannels(ctx: LookoutContext, owner: string): Promise<ChannelsAnswer> {
  const { telegram, smtpUrl, push } = ctx.settings.telling;
  return {
    items: (await repo.listChannels(ctx.db, owner)).map(toWire),
    kinds: [
      ...(telegram ? (['telegram'] as const) : []),
      ...(smtpUrl === null ? [] : (['email'] as const)),
      'feishu',
      'dingtalk',
      'wecom',
      'json',
      ...(push ? (['push'] as const) : []),
    ],
    push_key: push?.publicKey ?? null,
  };
}

/**
 * Adds where a wallet wants to be told. A webhook is good at once; an e-mail address when its link was followed; a chat when the code was
 * sent to the bot, by the link that is answered, once.
 */
export async function addChannel(
  ctx: LookoutContext,
  owner: string,
  { kind, locale, ...given }: AddChannelBody,
): Promise<{ channel: ChannelAnswer; link: string | null }> {
  const { telling } = ctx.settings;
  const [address, secret] = [given.address ?? null, given.secret ?? null];
  if (
    (kind === 'telegram' && !telling.telegram) ||
    (kind === 'email' && telling.smtpUrl === null) ||
    (kind === 'push' && telling.push === null)
  )
    throw new LiqPassError(
      'CHANNEL_NOT_AVAILABLE',
      'The operators have not set up this way of being told: choose another.',
    );
  if (kind === 'push') return { channel: await addPush(ctx, owner, { ...given, locale }), link: null };
  const isWebhook = kind !== 'telegram' && kind !== 'email';
  if (isWebhook && (address === null || !isAllowedWebhook(kind, address, telling.privateHosts)))
    throw new LiqPassError(
      'CHANNEL_ADDRESS_NOT_ALLOWED',
      'A webhook is a public https address, of a robot the one that its own service gives.',
    );
  if (
    kind === 'email' &&
    (address === null || !/^[^\s@<>,;:"()[\]\\]{1,64}@[A-Za-z0-9.-]{1,250}\.[A-Za-z0-9-]{2,}$/.test(address))
  )
    throw new LiqPassError('CHANNEL_ADDRESS_NOT_ALLOWED', 'This is no e-mail address, such as me@example.com.');
  const bot = kind === 'telegram' && telling.telegram ? await readBotName(telling.telegram) : null;
  if (kind === 'telegram' && bot === null)
    throw new LiqPassError('SERVICE_UNAVAILABLE', 'Telegram does not answer now: try again in a minute.');
  const [id, nowMs, code] = [randomUUID(), ctx.clock.now(), randomBytes(16).toString('hex')];
  const added = await ctx.db.transaction().execute(async (trx) => {
    const isNew = await repo.addChannel(
      trx,
      {
        id,
        owner,
        kind,
        address: kind === 'telegram' ? null : address,
        secret: isWebhook ? secret : null,
        locale,
        code: isWebhook ? null : { hash: hashOfCode(code), untilMs: nowMs + CODE_GOOD_MS },
        mailboxHash: kind === 'email' && address !== null ? hashOfOwn(owner, address) : null,
      },
      { most: MOST_CHANNELS, sinceMs: nowMs - DAY_MS, nowMs },
    );
    if (isNew && kind === 'email' && address !== null) {
      if (!(await countLink(trx, owner, address, nowMs)))
        throw new LiqPassError(
          'TOO_MANY_CHANNELS',
          'This mailbox was sent enough links to confirm for a day: look there, or choose another way.',
        );
      await tellChannel(trx, id, 'CONFIRM', 'confirm', { code }, nowMs);
    }
    return isNew;
  });
  if (!added) throw tooMany();
  return { channel: await ownChannel(ctx, owner, id), link: bot === null ? null : `https://t.me/${bot}?start=${code}` };
}

/** A browser that subscribed; one that did before is the same channel. */
async function addPush(
  ctx: LookoutContext,
  owner: string,
  { address, keys, locale }: Pick<AddChannelBody, 'address' | 'keys' | 'locale'>,
): Promise<ChannelAnswer> {
  if (address === undefined || !keys || !isAllowedWebhook('push', address, ctx.settings.telling.privateHosts))
    throw new LiqPassError(
      'CHANNEL_ADDRESS_NOT_ALLOWED',
      'A push subscription has a public https address and two keys, as the browser gives them.',
    );
  const [nowMs, secret] = [ctx.clock.now(), pushSecret(keys)];
  const id = await ctx.db.transaction().execute(async (trx) => {
    const known = await repo.renewPush(trx, owner, { address, secret, locale });
    if (known !== null) return known;
    const added = {
      id: randomUUID(),
      owner,
      kind: 'push' as const,
      address,
      secret,
      locale,
      code: null,
      mailboxHash: null,
    };
    const isNew = await repo.addChannel(trx, added, { most: MOST_CHANNELS, sinceMs: nowMs - DAY_MS, nowMs });
    return isNew ? added.id : null;
  });
  if (id === null) throw tooMany();
  return ownChannel(ctx, owner, id);
}

const tooMany = (): LiqPassError =>
  new LiqPassError(
    'TOO_MANY_CHANNELS',
    `A wallet has at most ${MOST_CHANNELS} channels a day: change one that is there.`,
  );
const notFound = (): LiqPassError => new LiqPassError('CHANNEL_NOT_FOUND', 'There is no such channel of yours.');

async function ownChannel(ctx: LookoutContext, owner: string, id: string): Promise<ChannelAnswer> {
  const channel = (await repo.listChannels(ctx.db, owner)).find((each) => each.id === id);
  if (!channel) throw notFound();
  return toWire(channel);
}

/** Switches a channel and sets its language. */
export async function setChannel(
  ctx: LookoutContext,
  owner: string,
  id: string,
  { on, locale }: SetChannelBody,
): Promise<ChannelAnswer> {
  const nowMs = ctx.clock.now();
  const channel = await ctx.db
    .transaction()
    .execute((trx) => repo.setChannel(trx, owner, id, { isOn: on, locale }, nowMs));
  if (!channel) throw notFound();
  return toWire(channel);
}

export async function removeChannel(ctx: LookoutContext, owner: string, id: string): Promise<void> {
  const nowMs = ctx.clock.now();
  if (!(await ctx.db.transaction().execute((trx) => repo.removeChannel(trx, owner, id, nowMs)))) throw notFound();
}

/** Puts a test message into the outbox, at most one in ten seconds; whether it got through the channel then shows. */
export async function testChannel(ctx: LookoutContext, owner: string, id: string): Promise<ChannelAnswer> {
  const channel = await ownChannel(ctx, owner, id);
  if (!channel.confirmed || !channel.on)
    throw new LiqPassError('CHANNEL_NOT_AVAILABLE', 'Confirm this channel and switch it on before testing it.');
  const nowMs = ctx.clock.now();
  await tellChannel(ctx.db, id, 'TEST', `test:${Math.floor(nowMs / TEST_EVERY_MS)}`, {}, nowMs);
  return channel;
}

/** Confirms an e-mail address by the code of its link: whoever holds it reads that mailbox. */
export async function confirmChannel(ctx: LookoutContext, code: string): Promise<void> {
  const of = { hash: hashOfCode(code), kind: 'email' as const, address: null };
  if (!(await repo.confirmByCode(ctx.db, of, ctx.clock.now())))
    throw new LiqPassError('CHANNEL_CODE_WRONG', 'This link was used already, or is too old: add the address again.');
}

/** What its owner was told of an order, and what of it got through. */
export async function readMessages(ctx: LookoutContext, orderId: string, actor: Actor): Promise<MessagesAnswer> {
  const order = await readOwnPurchaseOrder(ctx, orderId, actor);
  return {
    items: (await listMessagesOf(ctx.db, order.id, MOST_MESSAGES)).map((row) => ({
      event: row.event,
      kind: row.kind,
      at: formatIso(row.at.getTime()),
      state: row.sent_at ? ('sent' as const) : row.given_up_at ? ('given_up' as const) : ('waiting' as const),
    })),
  };
}
