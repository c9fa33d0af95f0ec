import { formatUsdc, parseUsdc } from '@liqpass/kernel/money';

// Money and time always in the same form, in both languages: 1,200.00 and 2026-11-23 13:26:05.

const group = (whole: string): string => whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** "1200" → "1,200.00": two decimals at least, six at most, exact. Text that is no amount is shown as it came. */
export function money(text: string): string {
  const amount = parseUsdc(text);
  if (amount === null) return text;
  const [whole = '0', fraction = '00'] = formatUsdc(amount).split('.');
  return `${group(whole)}.${fraction}`;
}

/** A price as the exchange wrote it, grouped: "64210.5" → "64,210.5"; cut (not rounded) to `places` when given. */
export function price(text: string, places?: number): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) return text;
  const [, sign = '', whole = '0', fraction = ''] = match;
  const kept = places === undefined ? fraction : fraction.slice(0, places).padEnd(places, '0');
  return `${sign}${group(whole)}${kept === '' ? '' : `.${kept}`}`;
}

/** A price for the eye: at most two decimals, cut off, none added. */
export const shownPrice = (text: string): string => price(text.replace(/(\.\d{2})\d+$/, '$1'));

/** An amount of the exchange for the eye: at most six decimals, as USDC has, cut off, none added. */
export const shownAmount = (text: string): string => price(text.replace(/(\.\d{6})\d+$/, '$1'));

/** A number of prices we computed ourselves: as many decimals as its size deserves. */
export const approximatePrice = (value: number): string => price(value.toFixed(value >= 10_000 ? 1 : 2));

/** 0.0139 → "1.39%"; tiny chances keep two figures: 0.00041 → "0.041%". */
export function percent(share: number, places = 2): string {
  const value = share * 100;
  if (value !== 0 && Math.abs(value) < 0.1) return `${Number(value.toPrecision(2))}%`;
  return `${value.toFixed(places)}%`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** "2026-11-23 13:26:05" in the reader's zone. */
export function localTime(ms: number, withSeconds = true): string {
  const d = new Date(ms);
  const day = `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  return `${day} ${two(d.getHours())}:${two(d.getMinutes())}${withSeconds ? `:${two(d.getSeconds())}` : ''}`;
}
/** The same instant in UTC: "13:26:05", with the day where it is another one than the reader's. */
export function utcTime(ms: number, withSeconds = true): string {
  const iso = new Date(ms).toISOString();
  const time = iso.slice(11, withSeconds ? 19 : 16);
  return iso.slice(0, 10) === localTime(ms).slice(0, 10) ? time : `${iso.slice(0, 10)} ${time}`;
}
/** Local time and UTC beside each other, where a text has to hold both. */
export const bothTimes = (ms: number, withSeconds = true): string =>
  `${localTime(ms, withSeconds)} (${utcTime(ms, withSeconds)} UTC)`;
/** "UTC+8", "UTC−3:30" of the reader at that instant. */
export function zone(ms: number): string {
  const minutes = -new Date(ms).getTimezoneOffset();
  const size = Math.abs(minutes);
  const rest = size % 60 === 0 ? '' : `:${two(size % 60)}`;
  return minutes === 0 ? 'UTC' : `UTC${minutes < 0 ? '−' : '+'}${Math.floor(size / 60)}${rest}`;
}

/** What is left as "23:59:52", days in front where there are any: "2d 03:00:00". Never negative. */
export function countdown(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const days = Math.floor(s / 86_400);
  const clock = [Math.floor((s % 86_400) / 3_600), Math.floor((s % 3_600) / 60), s % 60].map(two).join(':');
  return days > 0 ? `${days}d ${clock}` : clock;
}

/** A span in its two largest units: "14 min", "1 h 09", "3 d 04 h", and in Chinese "14 分", "1 时 09 分", "3 天 04 时". */
export function span(ms: number, lng: string): string {
  const zh = lng === 'zh';
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 60) return zh ? `${minutes} 分` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return zh ? `${hours} 时 ${two(minutes % 60)} 分` : `${hours} h ${two(minutes % 60)}`;
  return zh ? `${Math.floor(hours / 24)} 天 ${two(hours % 24)} 时` : `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

/** An axis label: 50,000 → "50k", in Chinese "50,000" as the exchange writes it; 120 → "120". */
export function axisNumber(value: number, lng: string): string {
  if (lng === 'zh') return price(String(Number(value.toFixed(2))));
  const units = [
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  for (const [size, name] of units)
    if (Math.abs(value) >= size) return `${Number((value / size).toPrecision(6))}${name}`;
  return String(Number(value.toPrecision(6)));
}

/** "0x833589fC…dA02913" shortened: "0x8335…2913". */
export const shortHex = (hex: string): string => (hex.length <= 14 ? hex : `${hex.slice(0, 6)}…${hex.slice(-4)}`);
/** The first eight digits of a uuid: how people name an order or a claim. */
export const shortId = (id: string): string => id.slice(0, 8);
/** "0x8335 89fC …": groups of four to compare by eye. */
export const hexGroups = (hex: string): string[] => [hex.slice(0, 2), ...(hex.slice(2).match(/.{1,4}/g) ?? [])];
/** "BTC-USDT-SWAP" → "BTC". */
export const coin = (instId: string): string => instId.split('-', 1)[0] ?? instId;
