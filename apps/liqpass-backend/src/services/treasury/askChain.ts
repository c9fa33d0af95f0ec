import { LiqPassError } from '@liqpass/api/errors';
import { RpcError } from './chainRpcClient.ts';

/** What the chain says to somebody who waits for it; 503 where it does not answer. */
export async function askChain<T>(question: Promise<T>): Promise<T> {
  return question.catch((cause: unknown) => {
    if (cause instanceof RpcError)
      throw new LiqPassError('SERVICE_UNAVAILABLE', 'The chain does not answer right now: try again in a moment.', {
        cause,
      });
    throw cause;
  });
}
