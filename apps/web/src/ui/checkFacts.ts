import type { Check } from '@liqpass/api/verify';
import type { CheckCode } from '@liqpass/kernel/vocabulary';
import type { TFunction } from 'i18next';
import { bothTimes, shownPrice } from '../format.ts';

/** The rules that decide; the others are what these rest on. */
const DECISIVE: readonly CheckCode[] = [
  'UID_MATCHES',
  'ORDER_FOUND',
  'ORDER_IS_ISOLATED',
  'OPEN_WHEN_BOUND',
  'LIQUIDATION_FOUND',
  'LIQUIDATED_IN_WINDOW',
  'MARK_REACHED_LIQ_PRICE',
  'LOSS_SOURCES_AGREE',
];
export const isDecisive = (code: CheckCode): boolean => DECISIVE.includes(code);

/** What is shown at once: the rules that decide, and whatever did not pass. Its order is that of the keys 1–9. */
export const foremost = (checks: readonly Check[]): Check[] =>
  checks.filter((check) => isDecisive(check.code) || check.result !== 'pass');

/** Of some answers only this is worth reading; the rest stands in the evidence. */
const WORTH: Partial<Record<CheckCode, readonly string[]>> = {
  LIQUIDATION_FOUND: ['times'],
  LIQUIDATED_IN_WINDOW: ['times'],
  LIFETIME_FOUND: ['cTime', 'end'],
  LIFETIME_MATCHES_SNAPSHOT: ['cTime', 'end'],
  ORDER_ID_TIME: ['cTime'],
};
/** The facts that have a name in each language; another is shown by the name it has on the wire. */
export const FACT_NAMES = [
  'bills',
  'history',
  'fills',
  'penalty',
  'liqPx',
  'movedLiqPx',
  'funding',
  'minutes',
  'seen',
  'size',
  'margin',
  'lever',
  'code',
  'status',
  'problem',
  'ip',
  'uid',
  'mainUid',
  'bound',
  'posId',
  'cTime',
  'end',
  'boundPosId',
  'boundCTime',
  'billId',
  'billIds',
  'fields',
  'subType',
  'kinds',
  'count',
  'change',
  'since',
  'before',
  'later',
  'perm',
] as const;
const ACCOUNT = new Set(['uid', 'mainUid', 'bound']);

/** What OKX says, as facts: "isolated", "bills 2 · fills 2", in the reader's language; the middle of account numbers is left out. */
export function okxSays(t: TFunction<'checks'>, check: Check): string {
  const worth = WORTH[check.code];
  const facts = Object.entries(check.params ?? {}).filter(
    ([name, value]) => value !== '' && (worth === undefined || worth.includes(name)),
  );
  const texts = facts.map(([name, value]) => ({
    name,
    text: ACCOUNT.has(name) ? masked(value) : name === 'code' ? value : said(value),
  }));
  const [only] = texts;
  if (texts.length === 1 && only) return only.text;
  const called = (name: string): string => {
    const known = FACT_NAMES.find((fact) => fact === name);
    return known ? t(`fact.${known}`) : name;
  };
  const { minutes, seen } = check.params ?? {};
  const counted = minutes !== undefined && seen !== undefined;
  return [
    ...texts
      .filter(({ name }) => !counted || (name !== 'minutes' && name !== 'seen'))
      .map(({ name, text }) => `${called(name)} ${text}`),
    ...(counted ? [t('minutes_seen', { minutes, seen })] : []),
  ].join(' · ');
}

const masked = (uid: string): string => (/^\d{9,}$/.test(uid) ? `${uid.slice(0, 4)}…${uid.slice(-2)}` : said(uid));

/** A parameter as a person reads it: instants as local time and UTC, prices grouped. */
function said(value: string): string {
  if (/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value)) {
    const ms = Date.parse(value);
    return bothTimes(ms);
  }
  return /^-?\d{1,9}\.\d+$/.test(value) || /^\d{5,9}$/.test(value) ? shownPrice(value) : value;
}
