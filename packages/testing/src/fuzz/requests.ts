import fc from 'fast-check';
import { breakages, breakBody, oddHeaders, oddTexts, type Breakage } from './brokenInput.ts';
import type { Described, Operation } from './openApi.ts';
import { valuesOf, type KnownValues, type Pools } from './schemaValues.ts';

/** A request as it goes out. */
export type FuzzRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
};

/** A request before ids and keys are put in: the same for the same seed. */
export type Plan = {
  readonly caller: string;
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly moreQuery: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly oddHeaders: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  readonly breakage: Breakage | null;
};

/** Text that goes into a path or a query as it is, not encoded. */
class AsIs {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const mostly = <T, U>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<U>, weight: number): fc.Arbitrary<T | U> =>
  fc.oneof({ arbitrary: usual, weight }, { arbitrary: odd, weight: 1 });

/** Requests of an operation: most are as the document wants them, the others broken in one place. */
export function plansFor(
  operation: Operation,
  described: Pick<Described, 'resolve'>,
  callers: fc.Arbitrary<string>,
  known: KnownValues,
): fc.Arbitrary<Plan> {
  const odd = oddTexts.map((text) => new AsIs(text));
  const parametersIn = (where: 'path' | 'query' | 'header', breaks: boolean): fc.Arbitrary<Record<string, unknown>> => {
    const parameters = operation.parameters.filter((parameter) => parameter.in === where);
    return fc.record(
      Object.fromEntries(
        parameters.map(({ name, schema }) => {
          const values = valuesOf(schema, described, known, name);
          return [name, breaks ? mostly(values, odd, 11) : values];
        }),
      ),
      { requiredKeys: parameters.filter(({ required }) => required).map(({ name }) => name) },
    );
  };
  return fc.record({
    caller: callers,
    path: parametersIn('path', true),
    query: parametersIn('query', true),
    moreQuery: mostly(
      fc.constant(''),
      fc.constantFrom('x=1', 'limit=5&limit=6', '__proto__=1', 'status[]=PAID', '%', '&&='),
      15,
    ),
    headers: parametersIn('header', false),
    oddHeaders: mostly(fc.constant({}), oddHeaders, 9),
    body: operation.body === null ? fc.constant(undefined) : valuesOf(operation.body, described, known),
    breakage: mostly(fc.constant(null), breakages, operation.body === null ? 9 : 3),
  });
}

/** One byte a character, nothing that ends a header. */
const headerText = (value: unknown): string => String(value).replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?');
const urlText = (value: unknown): string =>
  value instanceof AsIs ? value.text : encodeURIComponent(String(value).toWellFormed());

export type Realised = {
  readonly request: FuzzRequest;
  /** The body as JSON; undefined where it is none. */
  readonly json: unknown;
  /** Whether no route may have this path: a part of it is empty, or longer than any route's. */
  readonly unroutable: boolean;
};

/** The request of a plan, with what earlier answers gave and what its caller sends along. */
export function realise(
  operation: Operation,
  plan: Plan,
  pools: Pools,
  callerHeaders: Readonly<Record<string, string>>,
): Realised {
  const parts = Object.entries(plan.path).map(([name, value]) => [name, urlText(pools.fill(value))] as const);
  let path = operation.path;
  for (const [name, text] of parts) path = path.replace(`{${name}}`, () => text);
  const query = [
    ...Object.entries(plan.query)
      .map(([name, value]) => [name, pools.fill(value)] as const)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${urlText(value)}`),
    ...(plan.moreQuery === '' ? [] : [plan.moreQuery]),
  ].join('&');

  const filled = pools.fill(plan.body);
  const body =
    plan.breakage !== null && (operation.body !== null || plan.breakage.kind === 'whole')
      ? breakBody(filled, plan.breakage)
      : filled === undefined
        ? null
        : Buffer.from(JSON.stringify(filled));
  const headers: Record<string, string> = { ...callerHeaders };
  if (body !== null) headers['content-type'] = 'application/json';
  for (const [name, value] of Object.entries(plan.headers)) headers[name] = headerText(pools.fill(value));
  for (const [name, value] of Object.entries(plan.oddHeaders))
    if (value === undefined) delete headers[name];
    else headers[name] = value;
  return {
    request: { method: operation.method, path: query === '' ? path : `${path}?${query}`, headers, body },
    json: body === null ? {} : parseJson(body),
    unroutable: parts.some(([, text]) => text === '' || text.length > 200),
  };
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    const json: unknown = JSON.parse(body.toString());
    return json;
  } catch {
    return undefined; // No JSON: nothing a schema could say anything about.
  }
}
