import { formatUsdc } from '@liqpass/kernel/money';
import { DAY_MS, MINUTE_MS, SECOND_MS, type EpochMs } from '@liqpass/kernel/time';
import { randomUUID } from 'node:crypto';
import { holdLease } from '../../db/book/marketRepo.ts';
import { confirmByCode, waitsForChat } from '../../db/watch/channelsRepo.ts';
import { isAnybodyTold, tellByTheClock, tellNear, tellOperators } from '../../db/watch/outboxRepo.ts';
import { checkAudit, MOST_PROBLEMS } from '../audit/auditTrail.ts';
import { reportExposure } from '../book/exposureReport.ts';
import { INSTRUMENTS } from '../book/market.ts';
import { hashOfCode } from './channels.ts';
import type { LookoutContext } from './lookoutContext.ts';
import { readStarts } from './telegramClient.ts';

const SIDES = ['long', 'short'] as const;
const BY_THE_CLOCK_EVERY_MS = 20 * SECOND_MS;
/** Whose turn it is to follow the audit trail: who takes this has done it for a day. */
const TRAIL_LEASE = 'audit-check';
const TRAIL_ASKED_MS = 10 * MINUTE_MS;
const CHATS_EVERY_MS = 3 * SECOND_MS;

export type Notices = {
  /** Notices what no verb writes: what time and the price bring, and chats that are linked. Where nobody is told it asks one question. */
  notice(): Promise<void>;
  /** Follows the whole audit trail, once a day in one process, where operators are told of what does not check. */
  checkTrail(): Promise<void>;
};

export function buildNotices(ctx: LookoutContext): Notices {
  const marks = new Map<string, EpochMs>();
  let [clockAtMs, chatsAtMs, trailAtMs, offset] = [-Infinity, -Infinity, -Infinity, 0];

  async function nearOnes(nowMs: EpochMs): Promise<void> {
    for (const instId of INSTRUMENTS) {
      const mark = ctx.market.lastMark(instId);
      // Each reading of the mark is looked at once.
      if (!mark || marks.get(instId) === mark.atMs) continue;
      for (const side of SIDES)
        await tellNear(ctx.db, { instId, side }, { px: String(mark.markPx), atMs: mark.atMs }, nowMs);
      marks.set(instId, mark.atMs);
    }
  }

  /** Once for each time that it does not answer. */
  async function exchangeDown(nowMs: EpochMs): Promise<void> {
    const now = ctx.exchange.at(nowMs);
    if (now?.state === 'DOWN') await tellOperators(ctx.db, 'EXCHANGE_DOWN', `exchange:${now.fromMs}`, {}, nowMs);
  }

  async function lowCapital(nowMs: EpochMs): Promise<void> {
    if (ctx.settings.telling.operators.length === 0) return;
    const { reserve } = await reportExposure(ctx);
    const { capital } = ctx.settings.underwriting;
    if (capital >= reserve) return;
    const facts = { capital: formatUsdc(capital), reserve: formatUsdc(reserve) };
    await tellOperators(ctx.db, 'CAPITAL_LOW', `capital:${Math.floor(nowMs / DAY_MS)}`, facts, nowMs);
  }

  async function linkChats(nowMs: EpochMs): Promise<void> {
    const { telegram } = ctx.settings.telling;
    if (!telegram || !(await waitsForChat(ctx.db, nowMs))) return;
    const read = await readStarts(telegram, offset);
    if (!read) return;
    for (const { code, chat } of read.starts)
      await confirmByCode(ctx.db, { hash: hashOfCode(code), kind: 'telegram', address: chat }, nowMs);
    // After the codes are used: until then Telegram keeps them.
    offset = read.offset;
  }

  return {
    async checkTrail() {
      const nowMs = ctx.clock.now();
      if (ctx.settings.telling.operators.length === 0 || nowMs - trailAtMs < TRAIL_ASKED_MS) return;
      trailAtMs = nowMs;
      if (!(await holdLease(ctx.db, TRAIL_LEASE, randomUUID(), nowMs, DAY_MS))) return;
      const { problems } = await checkAudit(ctx.db, nowMs, { auditKeys: ctx.settings.auditKeys });
      if (problems.length === 0) return;
      ctx.log.error({ problems: problems.slice(0, 5) }, 'the audit trail does not check');
      const facts = { problems: `${problems.length}${problems.length < MOST_PROBLEMS ? '' : '+'}` };
      await tellOperators(ctx.db, 'AUDIT_BROKEN', `audit:${Math.floor(nowMs / DAY_MS)}`, facts, ctx.clock.now());
    },
    async notice() {
      const nowMs = ctx.clock.now();
      if (nowMs - chatsAtMs >= CHATS_EVERY_MS) {
        chatsAtMs = nowMs;
        await linkChats(nowMs);
      }
      if (!(await isAnybodyTold(ctx.db))) return;
      await nearOnes(nowMs);
      if (nowMs - clockAtMs < BY_THE_CLOCK_EVERY_MS) return;
      clockAtMs = nowMs;
      await tellByTheClock(ctx.db, nowMs, ctx.settings.reviewWithinHours);
      await exchangeDown(nowMs);
      await lowCapital(nowMs);
    },
  };
}
