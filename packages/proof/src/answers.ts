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
    };

const envelope = z.object({
  code: z.union([z.string(), z.number()]).transform(String),
  msg: z.string().optional(),
  data: z.array(z.unknown()).nullish(),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // an HTML page, or a body cut off: no answer of the exchange's
  }
}

/** Reads one recorded exchange. Success is HTTP 200 and code "0"; anything else is a refusal with its class. */
export function readAnswer(exchange: RecordedExchange): Answer {
  const { path, status, body } = exchange;
  const refuse = (errorClass: OkxErrorClass, code: string | null, message: string): Answer => {
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
  if (status === null || body === null || exchange.failure !== null) return refuse('transient', null, '');
  const parsed = exchange.body_encoding === 'utf8' ? envelope.safeParse(parseJson(body)) : undefined;
  if (!parsed?.success) {
    // A gateway's page instead of the exchange's JSON: with a status of success it is a passing fault all the same.
    return refuse(status < 400 ? 'transient' : classifyOkxError(null, status), null, '');
  }
  const { code, msg, data } = parsed.data;
  if (status === 200 && code === '0')
    return {
      kind: 'rows',
      path,
      rows: (data ?? []).map((value, at) => ({ value, origin: { path, pointer: `/data/${at}` } })),
    };
  return refuse(classifyOkxError(code === '0' ? null : code, status), code, msg ?? '');
}
