import fc from 'fast-check';
import { judge, type FuzzAnswer } from './judge.ts';
import type { Described, Operation } from './openApi.ts';
import { plansFor, realise, type FuzzRequest, type Plan } from './requests.ts';
import type { Sender } from './sendHttp.ts';
import type { KnownValues, Pools } from './schemaValues.ts';

/** What a fuzzer knows of a service beyond its document. */
export type FuzzTarget = {
  readonly described: Described;
  readonly pools: Pools;
  /** How often an operation is asked, against 1. */
  weightOf(operation: Operation): number;
  callersOf(operation: Operation): fc.Arbitrary<string>;
  knownTo(operation: Operation): KnownValues;
  /** Keys and cookies that a caller sends along now. */
  headersOf(caller: string): Readonly<Record<string, string>>;
  /** Takes what an answer gives to be sent again. */
  harvest(
    operation: Operation,
    asked: { readonly caller: string; readonly json: unknown },
    answer: FuzzAnswer,
  ): Promise<void>;
  /** What no answer may hold. */
  secrets(): readonly string[];
};

export type Finding = {
  readonly operation: string;
  readonly wrong: string;
  times: number;
  /** The smallest request that showed it. */
  example: { readonly request: string; readonly answer: string };
};
export type FuzzReport = {
  readonly requests: number;
  readonly seconds: number;
  /** By operation, how many answers of each status. */
  readonly answers: ReadonlyMap<string, ReadonlyMap<number, number>>;
  readonly findings: readonly Finding[];
};

/** Plans drawn at once: drawing one by one would cost more than sending it. */
const DRAWN = 32;
const MOST_EXAMPLE = 1_500;

const shown = ({ method, path, headers, body }: FuzzRequest, caller: string): string =>
  `${caller}: ${method} ${path} ${JSON.stringify(headers)}${body === null ? '' : ` ${body.toString()}`}`;
const cut = (text: string): string =>
  text.length > MOST_EXAMPLE ? `${text.slice(0, MOST_EXAMPLE)} … (${text.length})` : text;

/** Sends `requests` requests made from the document, and says which answers it did not foresee. */
export async function fuzz(
  target: FuzzTarget,
  sender: Sender,
  options: {
    readonly seed: number;
    readonly requests: number;
    readonly connections: number;
    /** Sends nothing more after this long. */
    readonly mostMs?: number;
    /** Called after each tenth of the requests. */
    readonly onTenth?: (done: number) => void;
  },
): Promise<FuzzReport> {
  const { described, pools } = target;
  const { operations } = described;
  const [choices] = fc.sample(
    fc.array(
      fc.oneof(
        ...operations.map((operation) => ({ arbitrary: fc.constant(operation), weight: target.weightOf(operation) })),
      ),
      { minLength: options.requests, maxLength: options.requests },
    ),
    { seed: options.seed, numRuns: 1 },
  );
  const draws = new Map<Operation, { readonly plans: fc.Arbitrary<Plan>; drawn: Plan[]; times: number }>(
    operations.map((operation) => [
      operation,
      {
        plans: plansFor(operation, described, target.callersOf(operation), target.knownTo(operation)),
        drawn: [],
        times: 0,
      },
    ]),
  );
  const answers = new Map(operations.map((operation) => [operation.name, new Map<number, number>()]));
  const findings = new Map<string, Finding>();

  function nextPlan(operation: Operation): Plan | undefined {
    const draw = draws.get(operation);
    if (draw?.drawn.length === 0)
      draw.drawn = fc.sample(draw.plans, {
        // Another seed for each operation and draw, so that one more operation changes nothing about the others.
        seed: options.seed * 1_000_003 + hash(`${operation.name} ${draw.times++}`),
        numRuns: DRAWN,
      });
    return draw?.drawn.pop();
  }
  function note(operation: Operation, wrong: string, request: string, answer: string): void {
    const key = `${operation.name} ${wrong}`;
    const found = findings.get(key);
    const example = { request: cut(request), answer: cut(answer) };
    if (!found) findings.set(key, { operation: operation.name, wrong, times: 1, example });
    else {
      found.times += 1;
      if (example.request.length < found.example.request.length) found.example = example;
    }
  }

  let next = 0;
  let done = 0;
  const startedMs = performance.now();
  async function connection(): Promise<void> {
    while (performance.now() - startedMs < (options.mostMs ?? Infinity)) {
      const operation = choices?.[next++];
      const plan = operation && nextPlan(operation);
      if (!operation || !plan) return;
      const realised = realise(operation, plan, pools, target.headersOf(plan.caller));
      try {
        const answer = await sender.send(realised.request);
        const counts = answers.get(operation.name);
        counts?.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
        for (const wrong of judge(described, operation, realised, answer, target.secrets()))
          note(operation, wrong, shown(realised.request, plan.caller), `${answer.status} ${answer.text}`);
        await target.harvest(operation, { caller: plan.caller, json: realised.json }, answer);
      } catch (error) {
        note(
          operation,
          `no answer: ${error instanceof Error ? error.message : String(error)}`,
          shown(realised.request, plan.caller),
          '',
        );
      }
      done += 1;
      if (done % Math.ceil(options.requests / 10) === 0) options.onTenth?.(done);
    }
  }
  await Promise.all(Array.from({ length: options.connections }, connection));
  return {
    requests: done,
    seconds: (performance.now() - startedMs) / 1000,
    answers,
    findings: [...findings.values()].toSorted((a, b) => b.times - a.times),
  };
}

/** FNV-1a, so that a name gives the same number everywhere. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value;
}
