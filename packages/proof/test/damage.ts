// Ways in which an answer or a bundle can be damaged, chosen by a seed.

export type Random = { below(limit: number): number; pick<T>(items: readonly T[]): T };

/** Mulberry32: small, and the same everywhere. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
  };
}

export type Json = unknown;
type Path = readonly (string | number)[];

/** Where the values of a JSON tree are: leaves, and everything. */
export function placesOf(value: Json, path: Path = []): { path: Path; isLeaf: boolean }[] {
  if (typeof value !== 'object' || value === null) return [{ path, isLeaf: true }];
  const entries: [string | number, Json][] = Array.isArray(value)
    ? value.map((item, at) => [at, item])
    : Object.entries(value);
  return [{ path, isLeaf: false }, ...entries.flatMap(([key, item]) => placesOf(item, [...path, key]))];
}

/** A copy of the tree with `change` applied to one value; undefined takes it out. */
export function changeAt(root: Json, path: Path, change: (value: Json) => Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return change(root);
  if (Array.isArray(root)) {
    const items: Json[] = [...root];
    const changed = changeAt(items[Number(key)], rest, change);
    if (changed === undefined) items.splice(Number(key), 1);
    else items[Number(key)] = changed;
    return items;
  }
  const copy: Record<string, Json> = { ...(root as Record<string, Json>) };
  const changed = changeAt(copy[key], rest, change);
  if (changed === undefined) delete copy[key];
  else copy[key] = changed;
  return copy;
}

function nested(depth: number): Json {
  let value: Json = 'deep';
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

function otherDigit(text: string, random: Random): string {
  const digits = [...text.matchAll(/\d/g)].map(({ index }) => index);
  if (digits.length === 0) return `${text}7`;
  const at = random.pick(digits);
  return `${text.slice(0, at)}${(Number(text[at]) + 1 + random.below(9)) % 10}${text.slice(at + 1)}`;
}

/** What the exchange's words could be taken for. */
const WORDS = [
  '',
  '0',
  '1',
  '-1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '8',
  '9',
  '100',
  '104',
  '105',
  '107',
  '125',
  '161',
  '999',
  'NaN',
  '1e9',
  ' 5',
  '5\u0000',
  'normal',
  'full_liquidation',
  'partial_liquidation',
  'adl',
  'isolated',
  'cross',
  'long',
  'short',
  'net',
  'buy',
  'sell',
  'read_only',
  'trade',
  'BTC-USDT-SWAP',
  'ETH-USDT-SWAP',
  '__proto__',
  '99999999999999999999999999',
  '1760000000000',
  '-5',
] as const;

/** Another value in the place of one. */
export function damagedValue(value: Json, random: Random): Json {
  switch (random.below(8)) {
    case 0:
      return random.pick<Json>([null, true, false, 0, -1, 1e21, [], {}, [[]], { a: 1 }]);
    case 1:
      return random.pick(WORDS);
    case 2:
      return undefined;
    case 3:
      return nested(random.pick([3, 50, 1_000]));
    case 4:
      return typeof value === 'string' ? `${value}\u0000` : [value];
    case 5:
      return typeof value === 'string' ? value.slice(0, random.below(value.length + 1)) : '';
    default:
      if (typeof value === 'number') return Number(otherDigit(String(value), random));
      return typeof value === 'string' ? otherDigit(value, random) : random.pick(WORDS);
  }
}

/** Rows dropped, doubled, swapped, or given a key that is none. */
export function damagedRows(rows: readonly Json[], random: Random): Json[] {
  if (rows.length === 0) return [{}];
  const at = random.below(rows.length);
  const row = rows[at];
  switch (random.below(5)) {
    case 0:
      return rows.toSpliced(at, 1);
    case 1:
      return rows.toSpliced(random.below(rows.length + 1), 0, row);
    case 2:
      return rows.toReversed();
    case 3: {
      const other = random.below(rows.length);
      return rows.with(at, rows[other]).with(other, row);
    }
    default: {
      if (typeof row !== 'object' || row === null || Array.isArray(row))
        return rows.with(at, JSON.parse('{"__proto__":[]}'));
      const added: Json = JSON.parse('{"__proto__":{"ordId":"1"},"constructor":"x","toString":null}');
      return rows.with(at, Object.defineProperties({ ...row }, Object.getOwnPropertyDescriptors(added as object)));
    }
  }
}

/** Text cut off, with a byte changed, put in or taken out, or doubled. */
export function damagedText(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  switch (random.below(5)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + random.pick(['\u0000', '"', '{', '7', ',', '\uD800', '\n']) + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(at + 1);
    case 3:
      return text.slice(0, at) + random.pick(['0', '9', 'x', ' ', '\u0000']) + text.slice(at + 1);
    default:
      return text + text.slice(at);
  }
}
