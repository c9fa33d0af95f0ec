import fc from 'fast-check';

// Input that no client of ours sends. A breakage is data, so that the same seed breaks in the same way.

/** JSON text that no JavaScript value writes. */
const RAW = [
  '1e400',
  '-1e400',
  'NaN',
  'Infinity',
  '-0',
  '1E2',
  '1e-7',
  '0x10',
  '01',
  '1.',
  '99999999999999999999',
  "'x'",
];
const NASTY: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  '',
  ' ',
  '-1.00',
  '1e3',
  '1.0000001',
  '99999999999999999999999999999999.999999',
  '999999999999999999999999999999999999999999.00',
  'NaN',
  '\0',
  'a\0b',
  '\ud800',
  '\udfff tail',
  '\u202e',
  'x'.repeat(5_000),
  '2026-02-30T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '0001-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  '2026-01-22T12:00:00+01:00',
  [],
  [[]],
  {},
  { $ne: null },
  { toString: 'x' },
];

export type Breakage =
  | { readonly kind: 'replace'; readonly at: number; readonly by: unknown }
  | { readonly kind: 'raw'; readonly at: number; readonly by: string }
  | { readonly kind: 'drop'; readonly at: number }
  | { readonly kind: 'add'; readonly name: string; readonly by: unknown }
  | { readonly kind: 'whole'; readonly by: Buffer };

const wholeBodies: readonly Buffer[] = [
  ...[
    '',
    ' ',
    '{',
    '}',
    'null',
    'true',
    '[]',
    '""',
    '"x"',
    '0',
    '{"a":}',
    '{"a":1,}',
    "{'a':1}",
    '{"a":1}{"b":2}',
    '\ufeff{}',
    '// {}',
    '{"__proto__":{"admin":true}}',
    '{"constructor":{"prototype":{"admin":true}}}',
    '{"a":"\\ud800"}',
    '{"a":"\\u0000"}',
    '{"\\u0000":1}',
    'a=1&b=2',
    '<x/>',
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    `{"a":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
  ].map((text) => Buffer.from(text)),
  Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from('{"a":1}', 'utf16le'),
  Buffer.alloc(60_000, '{"a":1,'),
  Buffer.alloc(1_000_000, 'x'),
];

export const breakages: fc.Arbitrary<Breakage> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('replace' as const), at: fc.nat(1000), by: fc.constantFrom(...NASTY) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('raw' as const), at: fc.nat(1000), by: fc.constantFrom(...RAW) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const), at: fc.nat(1000) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      name: fc.constantFrom('extra', '__proto__', 'constructor', 'id', 'status', 'paid_at', 'toString', 'a\0'),
      by: fc.constantFrom(...NASTY),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('whole' as const), by: fc.constantFrom(...wholeBodies) }) },
);

type Place = { readonly parent: Record<string, unknown> | unknown[]; readonly key: string };

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const parent = value as Record<string, unknown> | unknown[];
  return Object.entries(parent).flatMap(([key, each]) => [{ parent, key }, ...placesIn(each)]);
}

const MARK = '@@as it is@@';

/** The body to send: `json`, broken in this way. */
export function breakBody(json: unknown, breakage: Breakage): Buffer {
  if (breakage.kind === 'whole') return breakage.by;
  const copy: { body: unknown } = { body: structuredClone(json) };
  if (breakage.kind === 'add') {
    const text = JSON.stringify(copy.body ?? {});
    const field = `${JSON.stringify(breakage.name)}:${JSON.stringify(breakage.by)}`;
    return Buffer.from(text === '{}' ? `{${field}}` : `${text.slice(0, -1)},${field}}`);
  }
  const places = placesIn(copy);
  const place = places[breakage.at % places.length];
  if (place) {
    const parent = place.parent as Record<string, unknown>;
    if (breakage.kind === 'drop') delete parent[place.key];
    else parent[place.key] = breakage.kind === 'raw' ? MARK : breakage.by;
  }
  const text = JSON.stringify(copy.body) ?? '';
  return Buffer.from(breakage.kind === 'raw' ? text.replace(`"${MARK}"`, breakage.by) : text);
}

/** A header as node:http sends it, one byte a character; nothing that ends it. */
const headerText = (text: string): string => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?');

/** Headers that a request should not have, or not like this; undefined takes one away. */
export const oddHeaders: fc.Arbitrary<Record<string, string | undefined>> = fc.oneof(
  fc
    .constantFrom(
      undefined,
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-16',
      'application/json;;;',
      'APPLICATION/JSON',
      'application/vnd.api+json',
      '*/*',
      '/',
      'x'.repeat(2_000),
    )
    .map((type) => ({ 'content-type': type })),
  fc.string({ maxLength: 300, unit: 'binary' }).map((key) => ({ 'idempotency-key': headerText(key) })),
  fc.constantFrom('', 'x'.repeat(300), 'ok-request-0001', 'ünï').map((id) => ({ 'x-request-id': headerText(id) })),
  fc.constantFrom('null', 'https://evil.example', 'not an origin', 'http://127.0.0.1').map((origin) => ({ origin })),
  fc.constantFrom('cross-site', 'same-origin', 'x').map((site) => ({ 'sec-fetch-site': site })),
  fc
    .constantFrom('liqpass', 'liqpass=', 'liqpass=x; liqpass=y', '=;=', 'x'.repeat(4_000))
    .map((cookie) => ({ cookie })),
  fc.constantFrom('', 'application/xml', 'q=;;', '*/*').map((accept) => ({ accept })),
  fc.constantFrom('gzip', 'x').map((encoding) => ({ 'content-encoding': encoding })),
);

/** Path segments and query values that no schema allows, written as they are sent. */
export const oddTexts: fc.Arbitrary<string> = fc.constantFrom(
  '%00',
  '%',
  '%E0%A4%A',
  '%ED%A0%80',
  '..%2f..',
  '%2e%2e',
  'null',
  'undefined',
  '-1',
  '0',
  '1e3',
  'NaN',
  '00000000-0000-0000-0000-000000000000',
  'FFFFFFFF-FFFF-4FFF-8FFF-FFFFFFFFFFFF',
  '%F0%9F%92%A5',
  '__proto__',
  "'",
  'x'.repeat(300),
  '[]',
  '%7B%7D',
  '',
);
