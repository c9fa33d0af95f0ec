import { formatUsdc } from '@liqpass/kernel/money';
import { DAY_MS, SECOND_MS, type EpochMs } from '@liqpass/kernel/time';
import { confirmByCode, waitsForChat } from '../../db/watch/channelsRepo.ts';
import { isAnybodyTold, tellByTheClock, tellNear, tellOperators } from '../../db/watch/outboxRepo.ts';
import { reportExposure } from '../book/exposureReport.ts';
import { INSTRUMENTS } from '../book/market.ts';
import { hashOfCode } from './channels.ts';
import type { LookoutContext } from './lookoutContext.ts';
import { readStarts } from './telegramClient.ts';

const SIDES = ['long', 'short'] as const;
const BY_THE_CLOCK_EVERY_MS = 20 * SECOND_MS;
const CHATS_EVERY_MS = 3 * SECOND_MS;

export type Notices = {
  /** Notices what no verb writes: what time and the price bring, and chats that are linked. Where nobody is told it asks one question. */
  notice(): Promise<void>;
};

export function buildNotices(ctx: LookoutContext): Notices {
  const marks = new Map<string, EpochMs>();
  let [clockAtMs, chatsAtMs, offset] = [-Infinity, -Infinity, 0];

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
      await lowCapital(nowMs);
    },
  };
}
