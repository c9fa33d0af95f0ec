import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate as immediate } from 'node:timers/promises';

/** Text of an answer beyond this is written piece by piece: as one it would keep the process for tens of milliseconds. */
const LARGE = 1024 * 1024;
const PIECE = 64 * 1024;

type Json = Readonly<Record<string, unknown>> | readonly unknown[];
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** The JSON of a value, field by field. */
function* parts(value: unknown): Generator<string> {
  if (!isJson(value)) {
    yield JSON.stringify(value) ?? 'null';
    return;
  }
  if (Array.isArray(value)) {
    yield '[';
    for (const [at, item] of value.entries()) {
      if (at > 0) yield ',';
      yield* parts(item);
    }
    yield ']';
    return;
  }
  yield '{';
  let isFirst = true;
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    yield `${isFirst ? '' : ','}${JSON.stringify(key)}:`;
    isFirst = false;
    yield* parts(item);
  }
  yield '}';
}

/** The JSON of a value in pieces of some 64 kB, with time for others between them. */
export async function* jsonPieces(value: object): AsyncGenerator<string> {
  let piece = '';
  for (const part of parts(value)) {
    piece += part;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
    // A socket that takes all at once would otherwise have all written at once.
    await immediate();
  }
  if (piece !== '') yield piece;
}

type Answered = { readonly evidence: { readonly bundle: Readonly<Record<string, unknown>> } };
/** Whether an answer is too large to be written at once: the bodies in its evidence say so. */
export function isLarge({ evidence: { bundle } }: Answered): boolean {
  const { exchanges } = bundle;
  if (!Array.isArray(exchanges)) return false;
  let text = 0;
  for (const exchange of exchanges) {
    const body: unknown = isJson(exchange) ? Reflect.get(exchange, 'body') : null;
    if (typeof body === 'string') text += body.length;
  }
  return text > LARGE;
}

/** As much of a reply as is needed to write an answer past it. */
type Raw = {
  hijack(): unknown;
  getHeaders(): Record<string, number | string | string[] | undefined>;
  readonly raw: ServerResponse;
};
/** Writes a large answer in pieces, letting others in between. */
export function writeInPieces(reply: Raw, answer: object): void {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.setHeader('content-type', 'application/json; charset=utf-8');
  Readable.from(jsonPieces(answer)).pipe(raw);
}
