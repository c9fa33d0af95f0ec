import { isUsdcText } from '@liqpass/kernel/money';
import type { TellingLocale, ToldEvent } from '@liqpass/kernel/vocabulary';
import { EN } from './messagesEn.ts';
import { ZH } from './messagesZh.ts';
import type { Facts, Wordings } from './wording.ts';

export type Message = { readonly title: string; readonly text: string; readonly link: string };

const WORDS: Readonly<Record<TellingLocale, Wordings>> = { en: EN, zh: ZH };
const OF_CHANNEL = ['TEST', 'CONFIRM'];

/** Where a message leads: a trader's to the policy, an operator's to the desk. `order` is the policy, null for operators. */
function linkOf(site: string, event: ToldEvent, order: string | null, facts: Facts): string {
  if (event === 'CONFIRM') return `${site}/notifications?confirm=${encodeURIComponent(facts['code'] ?? '')}`;
  if (OF_CHANNEL.includes(event)) return `${site}/notifications`;
  if (order !== null) return `${site}/policies/${order}${event === 'ENDS_SOON' ? '?again=1' : ''}`;
  return facts['claim'] === undefined ? `${site}/admin` : `${site}/admin/claims/${facts['claim']}`;
}

/** Amounts as people write them: "50", "7.526867". */
const plain = (value: string): string =>
  isUsdcText(value) ? value.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '') : value;

/** What is sent to a person in their language: what happened, what it means, what to do, and where. */
export function messageOf(
  event: ToldEvent,
  facts: Facts,
  of: { readonly locale: TellingLocale; readonly site: string; readonly order: string | null },
): Message {
  const shown = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, plain(value)]));
  const [title, text] = WORDS[of.locale][event](shown);
  return { title, text, link: linkOf(of.site, event, of.order, facts) };
}
