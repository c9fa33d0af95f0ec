import type { Check } from '@liqpass/api/verify';
import type { CheckCode, CheckResult } from '@liqpass/kernel/vocabulary';
import type { Origin } from './answers.ts';

export type Checks = {
  /** Notes the answer to one question; said again, the later answer counts. */
  say(
    code: CheckCode,
    result: CheckResult,
    detail: string,
    more?: { params?: Record<string, string>; at?: readonly Origin[] },
  ): void;
  /** Every question in the order given; those that were never reached say so. */
  list(): Check[];
};

/** A page marks the lines a check rests on: the first few are enough. */
const MOST_ORIGINS = 12;

export function createChecks(codes: readonly CheckCode[]): Checks {
  const said = new Map<CheckCode, Check>();
  return {
    say(code, result, detail, more = {}) {
      const at = (more.at ?? []).slice(0, MOST_ORIGINS);
      said.set(code, {
        code,
        result,
        detail,
        ...(more.params === undefined ? {} : { params: more.params }),
        ...(at.length === 0 ? {} : { evidence: at.map(({ path, pointer }) => ({ path, pointer })) }),
      });
    },
    list: () =>
      codes.map(
        (code) => said.get(code) ?? { code, result: 'no_data', detail: 'Not looked at: an earlier answer decided.' },
      ),
  };
}
