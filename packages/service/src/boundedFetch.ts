import { askHttp } from './askHttp.ts';

/** What libraries take in place of fetch(). */
export type Asking = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * fetch() for what asks a stranger with it, by askHttp: an answer that is cut off, unpacks to more than `mostBytes` or comes in a
 * coding of codings fails the one question, where fetch itself would end the process. Redirects are not followed.
 */
export function boundedFetch({ timeoutMs, mostBytes }: { timeoutMs: number; mostBytes: number }): Asking {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const outcome = await askHttp(url.origin, {
      method: init?.method === 'POST' ? 'POST' : 'GET',
      target: url.pathname + url.search,
      headers: Object.fromEntries(new Headers(init?.headers)),
      ...(typeof init?.body === 'string' ? { body: init.body } : {}),
      timeoutMs,
      mostBytes,
      ...(init?.signal ? { signal: init.signal } : {}),
    });
    if (outcome.failure !== null) throw new TypeError(`no answer: ${outcome.failure}`);
    if (outcome.bytes === null) throw new TypeError('the answer is too large');
    const type = outcome.headers['content-type'];
    const hasNone = [204, 205, 304].includes(outcome.status);
    return new Response(hasNone ? null : Buffer.from(outcome.bytes), {
      status: outcome.status,
      headers: type === undefined ? {} : { 'content-type': type },
    });
  };
}
