import { cleaned } from '@liqpass/api/pasted';

/** A piece of something that is shown shortened, "0x4f58…E982": how it begins and how it ends; either may be ''. */
export type Piece = { readonly begin: string; readonly end: string };

/** What a searched text may be, as far as its look tells: all that fits is looked for. */
export type Searched = {
  /** A transaction's hash or an evidence root, in lower case. */
  readonly hash: string | null;
  /** An address, in lower case. */
  readonly address: string | null;
  /** A piece of a hash or an address, in lower case with its 0x. */
  readonly hex: Piece | null;
  /** An order number or an account's number. */
  readonly number: string | null;
  /** A piece of an account's number. */
  readonly digits: Piece | null;
  /** An id of ours, whole or its beginning, four hex digits at least. */
  readonly id: string | null;
};

const NOTHING: Searched = { hash: null, address: null, hex: null, number: null, digits: null, id: null };
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
const LINK = /^[a-z][a-z0-9+.-]*:\/\//i;
/** A shortened text, by the marks that pages and explorers write. */
const CUT = /^(.*?)(?:…|\.{2,}|⋯|\*+)(.*)$/u;
const FEWEST = 4;

/**
 * What somebody looks for, out of what they pasted: an id, a wallet, a hash, an order or account number, each whole, or as
 * it is printed, or inside a link. Spaces, invisible marks and full-width characters don't count, nor does the case.
 */
export function readSearched(text: string): Searched {
  const whole = cleaned(text).replaceAll(/[\s,]/gu, '').toLowerCase();
  const id = UUID.exec(whole)?.[0];
  if (id !== undefined) return { ...NOTHING, id };
  const hash =
    /0x[0-9a-f]{64}(?![0-9a-f])/.exec(whole)?.[0] ?? (/^[0-9a-f]{64}$/.test(whole) ? `0x${whole}` : undefined);
  if (hash !== undefined) return { ...NOTHING, hash };
  const address =
    /0x[0-9a-f]{40}(?![0-9a-f])/.exec(whole)?.[0] ?? (/^[0-9a-f]{40}$/.test(whole) ? `0x${whole}` : undefined);
  if (address !== undefined) return { ...NOTHING, address };
  // A link that holds nothing of ours leads nowhere; its letters are no id.
  if (LINK.test(whole)) return NOTHING;
  const [, begin = whole, end = ''] = CUT.exec(whole) ?? [];
  if (/^0x[0-9a-f]*$/.test(begin) && /^[0-9a-f]*$/.test(end))
    return begin.length - 2 + end.length >= FEWEST && begin.length > 2 ? { ...NOTHING, hex: { begin, end } } : NOTHING;
  const number = whole.replace(/^#|^ordid:?/, '');
  if (/^\d+$/.test(number))
    return { ...NOTHING, number, ...(number.length >= FEWEST && number.length <= 32 ? { id: number } : {}) };
  if (/^\d+$/.test(begin) && /^\d*$/.test(end) && begin.length >= FEWEST)
    return { ...NOTHING, digits: { begin, end }, ...(end === '' ? { id: begin } : {}) };
  const ours = end === '' ? begin : '';
  return /^[0-9a-f-]{4,36}$/.test(ours) && ours.replaceAll('-', '').length >= FEWEST
    ? { ...NOTHING, id: ours }
    : NOTHING;
}
