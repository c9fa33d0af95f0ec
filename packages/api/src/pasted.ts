import { isTxHash } from '@liqpass/kernel/ids';

// What people paste, as it was meant: cleaned in this one place, for the pages and for the API alike. What is then still wrong
// is told by what is there (WRONGS), never by a shape alone.

/** Marks that nobody sees: zero-width ones, those of direction, the soft hyphen, the byte order mark. */
const INVISIBLE = /[\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]|\p{Variation_Selector}/gu;
const FULL_WIDTH = /[\uFF01-\uFF5E]/gu;
/** U+FF01 to U+FF5E are U+0021 to U+007E, set in the width of a Chinese character. */
const WIDTH = 0xfee0;

/** Whether a text holds a mark that nobody sees: in a name it can only deceive. */
export const hasInvisible = (text: string): boolean => {
  // What joins and colours emoji is seen.
  const seen = text.replace(/(?<=\p{Extended_Pictographic})(?:\uFE0F|\u200D)+/gu, '');
  return seen.search(INVISIBLE) >= 0 || /\p{Cc}/u.test(seen);
};

/** One line of pasted text: nothing invisible, no character of double width, one kind of space, none at the ends. */
export const cleaned = (text: string): string =>
  text
    .replace(INVISIBLE, '')
    .replace(FULL_WIDTH, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? WIDTH) - WIDTH))
    .replaceAll('。', '.')
    .replace(/\s+/gu, ' ')
    .trim();
const closed = (text: string): string => cleaned(text).replaceAll(' ', '');

const HEX_PREFIX = /^0X/;
/** The last 0x… of so many hex digits in a link, or after the name of a network ("base:0x…", "ethereum:0x…@8453"). */
function hexIn(text: string, digits: number): string {
  const whole = closed(text).replace(HEX_PREFIX, '0x');
  const linked = new RegExp(`^(?:https?://|[a-z0-9-]+:).*?(0x[0-9a-f]{${digits}})(?![0-9a-z])`, 'i').exec(whole)?.[1];
  if (linked !== undefined) return linked.replace(HEX_PREFIX, '0x');
  return new RegExp(`^[0-9a-f]{${digits}}$`, 'i').test(whole) ? `0x${whole}` : whole;
}

/** An address as it was meant: out of an explorer's link, without its network, its groups of four joined. */
export const cleanAddress = (text: string): string => hexIn(text, 40);
/** A transaction's hash as it was meant, in lower case so that one transaction has one spelling. */
export function cleanTxHash(text: string): string {
  const found = hexIn(text, 64);
  return isTxHash(found) ? found.toLowerCase() : found;
}
/** An order number: its digits, with nothing between them. */
export const cleanOrderNumber = (text: string): string => closed(text).replace(/^#|^(?:ordid|订单号)[:：]?/i, '');
/** An instrument: "btc-usdt-swap", with any dash. */
export const cleanInstId = (text: string): string =>
  closed(text)
    .replace(/[‐-―−－]/gu, '-')
    .toUpperCase();
/** A number as the exchange writes it: "58,210.5" is 58210.5. Commas that don't count thousands are left, to be refused. */
export function cleanNumber(text: string): string {
  const whole = closed(text)
    .replace(/^\$/, '')
    .replace(/(?:USDT|USDC|USD)$/i, '');
  return /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(whole) ? whole.replaceAll(',', '') : whole;
}
/** A leverage: "10x", "10×", "10倍", "x10" are 10. */
export const cleanLeverage = (text: string): string => cleanNumber(text).replace(/^[x×]|[x×倍]$/giu, '');

export const WRONGS = [
  'EMPTY',
  'IS_A_HASH',
  'IS_AN_ADDRESS',
  'IS_A_NAME',
  'OTHER_NETWORK',
  'NO_0X',
  'NOT_HEX',
  'LENGTH',
  'NOT_DIGITS',
  'TOO_FEW_DIGITS',
  'TOO_MANY_DIGITS',
] as const;
/** What is wrong with a cleaned text, and the figures to say it with. */
export type Wrong = { readonly wrong: (typeof WRONGS)[number]; readonly found: string; readonly need: string };

const isAddress = (text: string): boolean => /^0x[0-9a-fA-F]{40}$/.test(text);

function wrongHex(text: string, digits: number): Wrong | null {
  const say = (wrong: Wrong['wrong'], found: string): Wrong => ({ wrong, found, need: String(digits) });
  if (text === '') return say('EMPTY', '');
  if (/^[^\s.]+(?:\.[^\s.]+)+$/.test(text) && !text.startsWith('0x')) return say('IS_A_NAME', text.slice(0, 40));
  if (!text.startsWith('0x'))
    return /^(?:T[1-9A-HJ-NP-Za-km-z]{33}|[1-9A-HJ-NP-Za-km-z]{32,44}|bc1[a-z0-9]{20,60})$/.test(text)
      ? say('OTHER_NETWORK', text.slice(0, 8))
      : say('NO_0X', text.slice(0, 12));
  const body = text.slice(2);
  const strange = /[^0-9a-f]/i.exec(body)?.[0];
  if (strange !== undefined) return say('NOT_HEX', strange);
  return body.length === digits ? null : say('LENGTH', String(body.length));
}
/** What is wrong with a cleaned address, but for its checksum; null for nothing. */
export const wrongAddress = (text: string): Wrong | null =>
  isTxHash(text) ? { wrong: 'IS_A_HASH', found: '64', need: '40' } : wrongHex(text, 40);
/** What is wrong with a cleaned hash; null for nothing. */
export const wrongTxHash = (text: string): Wrong | null =>
  isAddress(text) ? { wrong: 'IS_AN_ADDRESS', found: '40', need: '64' } : wrongHex(text, 64);

/** An order number of fewer digits than this is a slip of the hand. */
export const FEWEST_ORDER_DIGITS = 10;
const MOST_ORDER_DIGITS = 20;
/** What is wrong with a cleaned order number; null for nothing. Whether it looks right is another question (kernel/orderNumber.ts). */
export function wrongOrderNumber(text: string): Wrong | null {
  const need = String(FEWEST_ORDER_DIGITS);
  if (text === '') return { wrong: 'EMPTY', found: '', need };
  if (/^0x/i.test(text))
    return { wrong: isTxHash(text) ? 'IS_A_HASH' : 'IS_AN_ADDRESS', found: text.slice(0, 8), need };
  const strange = /\D/u.exec(text)?.[0] ?? (text.startsWith('0') ? '0' : undefined);
  if (strange !== undefined) return { wrong: 'NOT_DIGITS', found: strange, need };
  const found = String(text.length);
  if (text.length < FEWEST_ORDER_DIGITS) return { wrong: 'TOO_FEW_DIGITS', found, need };
  return text.length > MOST_ORDER_DIGITS ? { wrong: 'TOO_MANY_DIGITS', found, need: String(MOST_ORDER_DIGITS) } : null;
}

/** The sentence of the API; the pages have their own, by the same words. */
export function sentenceOf(what: string, { wrong, found, need }: Wrong): string {
  const said: Record<Wrong['wrong'], string> = {
    EMPTY: 'there is nothing',
    IS_A_HASH: "this is a transaction's hash",
    IS_AN_ADDRESS: 'this is an address',
    IS_A_NAME: `"${found}" is a name: give the address behind it`,
    OTHER_NETWORK: `"${found}…" is an address of another network`,
    NO_0X: `"${found}" does not begin with 0x`,
    NOT_HEX: `"${found}" is no hex digit`,
    LENGTH: `it has ${found} hex digits, not ${need}`,
    NOT_DIGITS: `"${found}" is no digit of an order number`,
    TOO_FEW_DIGITS: `it has ${found} digits, and an order number at least ${need}`,
    TOO_MANY_DIGITS: `it has ${found} digits, and an order number at most ${need}`,
  };
  return `${what} is wanted: ${said[wrong]}`;
}
