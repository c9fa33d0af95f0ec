import assert from 'node:assert/strict';
import { formatIso, HOUR_MS, MINUTE_MS } from '@liqpass/kernel/time';
import { createOkxAccount, type OkxAccount, type Row, type TradeInput } from '@liqpass/testing/okxAccount';
import { okxAnswer, type AnswerOptions, type OkxReply, type OkxRows } from '@liqpass/testing/okxAnswers';
import { readUntilProven } from '@liqpass/testing/okxReading';
import { proveClaim, verifyClaim, type VerdictAnswer, type VerifyClaim } from '../src/verdict.ts';

export const T0 = 1_760_000_000_000;
export const NOW = T0 + 48 * HOUR_MS;
export const at = (minutes: number): number => T0 + minutes * MINUTE_MS;

export type Asked = { [K in keyof VerifyClaim]?: VerifyClaim[K] | undefined } & {
  nowMs?: number;
  answers?: AnswerOptions;
  intercept?: (target: string, reply: OkxReply) => OkxReply | null;
};

/** Bound ten minutes after T0, covered for the 24 hours from twenty minutes after it. */
export function verify(account: OkxRows, ordId: string, asked: Asked = {}): VerdictAnswer {
  const { nowMs = NOW, answers = {}, intercept, ...rest } = asked;
  const claim = verifyClaim.parse({
    instId: account.instId,
    ordId,
    boundAt: formatIso(at(10)),
    coverageStartAt: formatIso(at(20)),
    coverageEndAt: formatIso(at(20 + 24 * 60)),
    ...rest,
  });
  return readUntilProven(
    (exchanges) => proveClaim(claim, exchanges, nowMs),
    (target) => {
      const reply = okxAnswer(account, target, { nowMs, ...answers });
      return intercept ? intercept(target, reply) : reply;
    },
    nowMs,
  ).answer;
}

export function said(answer: VerdictAnswer): [string, string | null, string[]] {
  return [answer.verdict, answer.reason, answer.flags];
}
export const checkOf = (answer: VerdictAnswer, code: string): string | undefined =>
  answer.checks.find((check) => check.code === code)?.result;

/** A long of 2 contracts at 117000, 20x, at T0; liquidated whole two hours later unless a test does otherwise. */
export function liquidatedAccount(change: Partial<TradeInput> = {}): { account: OkxAccount; ordId: string } {
  const account = createOkxAccount({ seed: 3 });
  const ordId = account.trade({ at: T0, side: 'buy', sz: '2', px: '117000' });
  account.trade({ at: at(120), side: 'sell', sz: '2', px: '111200', kind: 'full_liquidation', ...change });
  return { account, ordId };
}
export const row = (rows: Row[], from: number): Row => {
  const found = rows.at(from);
  assert.ok(found);
  return found;
};
