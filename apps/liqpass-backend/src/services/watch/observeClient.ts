import { EXCHANGE_KEY_CODES, type ErrorCode } from '@liqpass/api/errors';
import { observeAnswer, type ObserveAnswer, type ObserveRequest } from '@liqpass/api/observe';
import { errorAnswer } from '@liqpass/api/errorAnswer';
import { SECOND_MS } from '@liqpass/kernel/time';
import { boundedFetch } from '@liqpass/service/boundedFetch';

/** What a look came to. `key_refused`: the exchange does not take the key any more, with the code that says why. */
export type Sight =
  | { readonly kind: 'seen'; readonly answer: ObserveAnswer }
  | { readonly kind: 'key_refused'; readonly code: ErrorCode }
  | { readonly kind: 'unavailable' };

/** jp-verify's POST /observe. It never throws for what the network, jp-verify or the exchange does. */
export type ObserveClient = (request: ObserveRequest) => Promise<Sight>;

/** jp-verify asks for 6.5 s, and once more five seconds after a position was absent. */
export const OBSERVE_TIMEOUT_MS = 15 * SECOND_MS;
const LARGEST_ANSWER = 16 * 1024 * 1024;
const askJpVerify = boundedFetch({ timeoutMs: OBSERVE_TIMEOUT_MS, mostBytes: LARGEST_ANSWER });

export function observeClient(baseUrl: string, apiKey: string): ObserveClient {
  return async (request) => {
    let status: number;
    let json: unknown;
    try {
      const response = await askJpVerify(`${baseUrl}/observe`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${apiKey}`,
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body: JSON.stringify(request),
      });
      status = response.status;
      json = await response.json();
    } catch {
      return { kind: 'unavailable' }; // Not reachable, too slow, too large, or no JSON: nothing was seen.
    }
    if (status !== 200) {
      const refusal = errorAnswer.safeParse(json).data;
      return refusal && EXCHANGE_KEY_CODES.includes(refusal.error)
        ? { kind: 'key_refused', code: refusal.error }
        : { kind: 'unavailable' };
    }
    const answer = observeAnswer.safeParse(json);
    return answer.success ? { kind: 'seen', answer: answer.data } : { kind: 'unavailable' };
  };
}
