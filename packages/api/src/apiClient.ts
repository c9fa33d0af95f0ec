import { z } from 'zod';
import type { ErrorCode, ErrorParams } from './errors.ts';

/**
 * Whether a request that failed reached the server: 'no' (nothing happened), 'yes' (the server refused it), or 'unknown'
 * (the line broke; asking again with the same idempotency key is safe).
 */
export type Reached = 'no' | 'yes' | 'unknown';

/** A refusal or a broken line, with its HTTP status, the request id to quote, and whether anything was sent. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams | undefined;
  /** Of the answer; 503 where there was none. */
  readonly status: number;
  readonly requestId: string | null;
  readonly reached: Reached;
  constructor(
    code: ErrorCode,
    message: string,
    options: { status: number; requestId: string | null; reached: Reached; params?: ErrorParams; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.params = options.params;
    this.status = options.status;
    this.requestId = options.requestId;
    this.reached = options.reached;
  }
}
export const isApiError = (error: unknown): error is ApiError => error instanceof ApiError;

/**
 * A refusal as a page takes it: any code of the right form, for a page that was loaded before a code was new has no sentence for it
 * and still knows what to do by its status. The list itself would be in every first load.
 */
const refusalAnswer = z.object({
  error: z.custom<ErrorCode>((code) => typeof code === 'string' && /^[A-Z][A-Z_]{1,60}$/.test(code)),
  message: z.string(),
  requestId: z.string(),
  params: z.record(z.string(), z.string()).optional(),
});

export type CallOptions = {
  /** Sent as JSON; a POST without one sends {}. */
  body?: unknown;
  query?: Readonly<Record<string, string | number | undefined>>;
  /** The same key asked twice is done once. */
  idempotencyKey?: string;
  signal?: AbortSignal;
};
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
/** Asks one route and answers with what `schema` makes of it; every failure is an ApiError. */
export type Api = <T>(method: Method, path: string, schema: z.ZodType<T>, options?: CallOptions) => Promise<T>;

/** What a schema takes before it is parsed: the body to send. */
export type In<T extends z.ZodType> = z.input<T>;

export type ApiClientOptions = {
  /** Where the API is; '' for the page's own origin. */
  baseUrl?: string;
  /** Asked before each request: a machine's key, say. */
  headers?: () => Readonly<Record<string, string>>;
  /** Whether there is a network at all: without one before and after, what failed was never sent. It is tried all the same. */
  isOnline?: () => boolean;
  timeoutMs?: number;
  /** The answer to a GET that was asked before this client was there; it is taken up instead of asking again. */
  asked?: (url: string) => Promise<Response | undefined> | undefined;
  /** Told of every answer as it comes, with when it was asked for (performance.now(); 0 for one that was asked before). */
  heard?: (response: Response, askedAtMs: number) => void;
};

/** The client of LiqPass's own API, for a browser (session cookie of the same origin) or a script. */
export function createApi(options: ApiClientOptions = {}): Api {
  const {
    baseUrl = '',
    headers = () => ({}),
    isOnline = () => true,
    timeoutMs = 20_000,
    asked = () => undefined,
    heard = () => undefined,
  } = options;
  return async (method, path, schema, call = {}) => {
    // AbortSignal.any and .timeout are younger than the browsers inside some wallets.
    const ending = new AbortController();
    const end = (): void => ending.abort();
    const timer = setTimeout(end, timeoutMs);
    call.signal?.addEventListener('abort', end);
    if (call.signal?.aborted) end();
    const init: RequestInit = {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: ending.signal,
      headers: {
        // The operators' pages live at the same paths: without this the server answers with the page.
        accept: 'application/json',
        ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
        ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey }),
        ...headers(),
      },
      ...(method === 'GET' ? {} : { body: JSON.stringify(call.body ?? {}) }),
    };
    let response: Response;
    let text: string;
    const wasOnline = isOnline();
    const askedAtMs = performance.now();
    try {
      const url = baseUrl + path + queryText(call.query);
      const early = await (method === 'GET' ? asked(url) : undefined);
      response = early ?? (await fetch(url, init));
      heard(response, early ? 0 : askedAtMs);
      text = await response.text();
    } catch (cause) {
      if (call.signal?.aborted) throw cause;
      throw new ApiError('SERVICE_UNAVAILABLE', 'The server did not answer.', {
        status: 503,
        requestId: null,
        reached: method === 'GET' || !(wasOnline || isOnline()) ? 'no' : 'unknown',
        cause,
      });
    } finally {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', end);
    }
    const requestId = response.headers.get('x-request-id');
    const json = parseJson(text);
    if (!response.ok) {
      const refusal = refusalAnswer.safeParse(json);
      if (refusal.success)
        throw new ApiError(refusal.data.error, refusal.data.message, {
          status: response.status,
          requestId: refusal.data.requestId,
          reached: 'yes',
          ...(refusal.data.params === undefined ? {} : { params: refusal.data.params }),
        });
      const code = response.status === 503 || response.status === 502 ? 'SERVICE_UNAVAILABLE' : 'INTERNAL_ERROR';
      throw new ApiError(code, `The server answered with ${response.status}.`, {
        status: response.status,
        requestId,
        reached: 'unknown',
      });
    }
    const answer = schema.safeParse(json);
    if (!answer.success)
      throw new ApiError('INTERNAL_ERROR', 'The answer was not understood.', {
        status: 500,
        requestId,
        reached: 'yes',
        cause: answer.error,
      });
    return answer.data;
  };
}

function queryText(query: CallOptions['query']): string {
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {}))
    if (value !== undefined && value !== '') given.set(key, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
}

/** undefined for a body that is no JSON, which no schema accepts. */
function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
