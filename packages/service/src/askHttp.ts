import { Agent as HttpAgent, request as requestHttp, type ClientRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

// A client for servers that may send anything. fetch unpacks whatever coding it is told of, as much as comes out, and throws where
// nobody can catch it when such a body is cut off: one answer then ends the process.

export type HttpQuestion = {
  readonly method: 'GET' | 'POST';
  /** Path and query, sent byte for byte. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** All of it: connecting, sending, and the last byte of the answer. */
  readonly timeoutMs: number;
  /** Largest body, on the wire and unpacked; a larger one is let go of as soon as that is known. */
  readonly mostBytes: number;
  readonly signal?: AbortSignal;
};

/** What came, or why nothing did. `bytes` is null for a body that was too large. */
export type HttpOutcome =
  | { readonly failure: 'NETWORK' | 'TIMEOUT' }
  | {
      readonly failure: null;
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly bytes: Uint8Array | null;
    };

const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
const UNPACK = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;
const isKnown = (coding: string): coding is keyof typeof UNPACK => Object.hasOwn(UNPACK, coding);

const NOTHING: HttpOutcome = { failure: 'NETWORK' };

/** Asks once, and never throws for what the network or the server does. Redirects are not followed: they would take keys elsewhere. */
export async function askHttp(base: string, question: HttpQuestion): Promise<HttpOutcome> {
  const deadlineMs = performance.now() + question.timeoutMs;
  const first = await ask(base, question, question.timeoutMs);
  // A kept connection that the server closed just then: nothing was read from it, and a new one is tried in the time that is left.
  const outcome = first === 'stale' ? await ask(base, question, Math.max(1, deadlineMs - performance.now())) : first;
  return outcome === 'stale' ? NOTHING : outcome;
}

function ask(base: string, question: HttpQuestion, timeoutMs: number): Promise<HttpOutcome | 'stale'> {
  const { method, target, headers = {}, body, mostBytes, signal } = question;
  return new Promise((resolve) => {
    let request: ClientRequest | null = null;
    let isAnswered = false;
    const end = (outcome: HttpOutcome | 'stale', keepConnection = false): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve(outcome);
      if (!keepConnection) request?.destroy();
    };
    const abort = (): void => end(NOTHING);
    const timer = setTimeout(() => end({ failure: 'TIMEOUT' }), timeoutMs);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) return abort();
    try {
      const url = new URL(base);
      const isTls = url.protocol === 'https:';
      request = (isTls ? requestHttps : requestHttp)({
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port,
        path: url.pathname.replace(/\/$/, '') + target,
        method,
        headers: {
          'accept-encoding': 'gzip',
          ...headers,
          ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        },
        agent: isTls ? agents.https : agents.http,
      });
    } catch {
      return end(NOTHING); // An address that cannot be asked: as good as no answer.
    }
    const sent = request;
    sent.on('error', () => end(!isAnswered && sent.reusedSocket ? 'stale' : NOTHING));
    // Closed without an answer, or switched to another protocol.
    sent.on('close', () => {
      if (!isAnswered) end(NOTHING);
    });
    sent.on('response', (response) => {
      isAnswered = true;
      const received = { failure: null, status: response.statusCode ?? 0, headers: response.headers };
      if (Number(response.headers['content-length'] ?? 0) > mostBytes) return end({ ...received, bytes: null });
      const chunks: Uint8Array[] = [];
      let size = 0;
      response.on('data', (chunk: Uint8Array) => {
        size += chunk.byteLength;
        if (size > mostBytes) end({ ...received, bytes: null });
        else chunks.push(chunk);
      });
      response.on('error', () => end(NOTHING));
      // A body that was cut off ends here without an end.
      response.on('close', () => {
        if (!response.complete) end(NOTHING);
      });
      response.on('end', () => {
        if (!response.complete || size > mostBytes) return;
        unpack(Buffer.concat(chunks), response.headers['content-encoding'], mostBytes).then(
          (bytes) => end(bytes === 'unreadable' ? NOTHING : { ...received, bytes }, true),
          () => end(NOTHING),
        );
      });
    });
    sent.end(body);
  });
}

/** The body without its coding; null where that would be too large. One coding at most: nobody honest puts several around each other. */
async function unpack(
  bytes: Uint8Array,
  encoding: string | undefined,
  mostBytes: number,
): Promise<Uint8Array | null | 'unreadable'> {
  const codings = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  const [coding] = codings;
  if (coding === undefined || bytes.byteLength === 0) return bytes;
  if (codings.length > 1 || !isKnown(coding)) return 'unreadable';
  try {
    return await UNPACK[coding](bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE' ? null : 'unreadable';
  }
}
