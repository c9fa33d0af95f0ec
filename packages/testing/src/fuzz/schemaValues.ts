import fc from 'fast-check';
import type { Described, JsonSchema } from './openApi.ts';

/** Stands for a value that an answer gave earlier: the `pick`-th of a pool, or `otherwise` while that is empty. */
export class FromPool {
  readonly pool: string;
  readonly pick: number;
  readonly otherwise: unknown;
  constructor(pool: string, pick: number, otherwise: unknown) {
    this.pool = pool;
    this.pick = pick;
    this.otherwise = otherwise;
  }
}

/** What an answer gave, to be sent again; each pool keeps its newest. */
export class Pools {
  readonly #pools = new Map<string, unknown[]>();
  readonly #most: number;
  #next = 0;
  constructor(most = 400) {
    this.#most = most;
  }
  add(pool: string, value: unknown): void {
    const values = this.#pools.get(pool) ?? [];
    this.#pools.set(pool, values);
    if (values.length < this.#most) values.push(value);
    else values[(this.#next = (this.#next + 1) % this.#most)] = value;
  }
  /** The value with every FromPool in it replaced. */
  fill(value: unknown): unknown {
    if (value instanceof FromPool) {
      const values = this.#pools.get(value.pool) ?? [];
      return values.length === 0 ? value.otherwise : values[value.pick % values.length];
    }
    if (Array.isArray(value)) return value.map((each) => this.fill(each));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.fill(each)]));
    return value;
  }
}

/** Values that mean something, by the name of a field or parameter; null for names that say nothing. */
export type KnownValues = (name: string) => fc.Arbitrary<unknown> | null;

const EDGES = ['', ' ', '0', '-1', '𝕷iqPass 投保', 'null', "'; --", '%00', '../..', '<b>'];

/** fast-check takes long to prepare a string, and the same ones are everywhere. */
const prepared = new Map<string, fc.Arbitrary<string>>();
function strings({ pattern, format, minLength, maxLength }: JsonSchema): fc.Arbitrary<string> {
  const key = JSON.stringify([pattern, format, minLength, maxLength]);
  const made = prepared.get(key) ?? makeStrings({ pattern, format, minLength, maxLength });
  prepared.set(key, made);
  return made;
}

function makeStrings({ pattern, format, minLength = 0, maxLength = Infinity }: JsonSchema): fc.Arbitrary<string> {
  const fits = (text: string): boolean => text.length >= minLength && text.length <= maxLength;
  const longest = Math.min(maxLength, minLength + 40);
  if (pattern !== undefined) {
    // "One or more" is made as long as the schema wants it: drawing until one happens to be would take for ever.
    const sized = pattern.replace(/[+*]\$$/, `{${minLength},${longest}}$`);
    return fc.stringMatching(new RegExp(sized)).filter(fits);
  }
  if (format === 'date-time')
    return fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((at) => at.toISOString());
  const edges = [...EDGES, ...(maxLength === Infinity ? [] : ['x'.repeat(maxLength)])].filter(fits);
  const any = fc.string({ unit: 'grapheme', minLength, maxLength: longest }).filter(fits);
  return edges.length === 0 ? any : fc.oneof(any, fc.constantFrom(...edges));
}

/** Values that the document allows; where a name is known, mostly those that mean something. */
export function valuesOf(
  schema: JsonSchema,
  { resolve }: Pick<Described, 'resolve'>,
  known: KnownValues,
  name = '',
): fc.Arbitrary<unknown> {
  const of = (inner: JsonSchema, innerName: string): fc.Arbitrary<unknown> => {
    const meant = known(innerName);
    const allowed = made(resolve(inner), innerName);
    return meant === null ? allowed : fc.oneof({ arbitrary: meant, weight: 9 }, { arbitrary: allowed, weight: 1 });
  };
  function made(resolved: JsonSchema, ownName: string): fc.Arbitrary<unknown> {
    if (resolved.enum) return fc.constantFrom(...resolved.enum);
    if (resolved.const !== undefined) return fc.constant(resolved.const);
    if (resolved.anyOf) return fc.oneof(...resolved.anyOf.map((each) => of(each, ownName)));
    const { minimum = -1_000_000, maximum = 1_000_000 } = resolved;
    switch (Array.isArray(resolved.type) ? resolved.type[0] : resolved.type) {
      case 'object':
        return fc.record(
          Object.fromEntries(Object.entries(resolved.properties ?? {}).map(([key, each]) => [key, of(each, key)])),
          { requiredKeys: [...(resolved.required ?? [])] },
        );
      case 'array':
        return fc.array(of(resolved.items ?? {}, ownName), { maxLength: 3 });
      case 'string':
        return strings(resolved);
      case 'integer':
        return fc.integer({ min: Math.max(minimum, -(2 ** 31)), max: Math.min(maximum, 2 ** 31 - 1) });
      case 'number':
        return fc.double({ min: minimum, max: maximum, noNaN: true });
      case 'boolean':
        return fc.boolean();
      default:
        return fc.jsonValue({ maxDepth: 2 });
    }
  }
  return of(schema, name);
}
