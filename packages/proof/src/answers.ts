import type { RecordedExchange } from '@liqpass/evidence/bundle';
import { z } from 'zod';
import { classifyOkxError, keyProblemOf, refusedIp, type KeyProblem, type OkxErrorClass } from './okxErrors.ts';

/** Where a row came from: the leaf, and the place in its JSON (RFC 6901). */
export type Origin = { readonly path: string; readonly pointer: string };
export type RawRow = { readonly value: unknown; readonly origin: Origin };

/** What the exchange said: rows, or why there are none. */
export type Answer =
  | { readonly kind: 'rows'; readonly path: string; readonly rows: readonly RawRow[] }
  | {
      readonly kind: 'refused';
      readonly path: string;
      readonly errorClass: OkxErrorClass;
      readonly code: string | null;
      readonly status: number | null;
      readonly keyProblem: KeyProblem | null;
      readonly ip: string | null;
      /** There was no time to ask, or none to wait for the answer. */
      readonly outOfTime?: true;
    };

/** What every answer is wrapped in. Only the code makes it the exchange's: the rest may have any shape where it refuses. */
const envelope = z.object({
  code: z.union([z.string(), z.int()]).transform((code) => String(code).trim()),
  msg: z.string().catch(''),
  /** null is an empty list; anything else that is no list, or nothing at all, is no answer. */
  data: z
    .array(z.unknown())
    .nullable()
    .transform((rows) => rows ?? [])
    .optional()
    .catch(undefined),
});

/** No answer of the exchange's is nested a tenth as deep; one that is, costs a hundred times its size in memory to read. */
const DEEPEST = 50;

type Refusal = Extract<Answer, { kind: 'refused' }>;

function isTooDeep(json: string): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < json.length; at += 1) {
    const char = json.charCodeAt(at);
    if (isText) {
      if (char === 0x5c /* \\ */) at += 1;
      else if (char === 0x22 /* " */) isText = false;
    } else if (char === 0x22) isText = true;
    else if (char === 0x5b /* [ */ || char === 0x7b /* { */) {
      depth += 1;
      if (depth > DEEPEST) return true;
    } else if (char === 0x5d /* ] */ || char === 0x7d /* } */) depth -= 1;
  }
  return false;
}

function parseJson(text: string): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // an HTML page, or a body cut off: no answer of the exchange's
  }
}

/** Reads one recorded exchange. Success is HTTP 200, code "0" and a list of rows; anything else is a refusal with its class. */
export function readAnswer(exchange: RecordedExchange): Answer {
  const { path, status, body } = exchange;
  const refuse = (errorClass: OkxErrorClass, code: string | null, message: string): Refusal => {
    const ofKey = errorClass === 'key' || errorClass === 'blocked';
    return {
      kind: 'refused',
      path,
      errorClass,
      code,
      status,
      keyProblem: ofKey ? keyProblemOf(code, errorClass) : null,
      ip: ofKey ? refusedIp(message) : null,
    };
  };
  if (exchange.failure === 'NOT_ASKED' || exchange.failure === 'TIMEOUT')
    return { ...refuse('transient', null, ''), outOfTime: true };
  if (status === null || body === null || exchange.failure !== null) return refuse('transient', null, '');
  const parsed = exchange.body_encoding === 'utf8' ? envelope.safeParse(parseJson(body)) : undefined;
  if (!parsed?.success) return refuse(classifyOkxError(null, status), null, '');
  const { code, msg, data } = parsed.data;
  if (status === 200 && code === '0' && data)
    return {
      kind: 'rows',
      path,
      rows: data.map((value, at) => ({ value, origin: { path, pointer: `/data/${at}` } })),
    };
  // Success without rows, or under a status that says otherwise, is no answer: missing data is not "there is nothing".
  return refuse(code === '0' ? classifyOkxError(null, status) : classifyOkxError(code, status), code, msg);
}

const known = new WeakMap<RecordedExchange, Answer>();
/** As readAnswer, once for each recorded exchange: a proof that is asked again after every page reads no page twice. */
export function answerOf(exchange: RecordedExchange): Answer {
  const before = known.get(exchange);
  if (before) return before;
  const answer = readAnswer(exchange);
  known.set(exchange, answer);
  return answer;
}
