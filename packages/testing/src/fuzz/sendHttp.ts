import { Agent, request as httpRequest } from 'node:http';
import type { FuzzAnswer } from './judge.ts';
import type { FuzzRequest } from './requests.ts';

export type Sender = { send(request: FuzzRequest): Promise<FuzzAnswer>; close(): void };

const TIMEOUT_MS = 60_000;

/** Sends requests over kept-alive connections. Of a stream of events the first is the answer; then it is closed. */
export function sendHttp(baseUrl: string): Sender {
  const { hostname, port } = new URL(baseUrl);
  const agent = new Agent({ keepAlive: true });
  return {
    send: ({ method, path, headers, body }) =>
      new Promise((resolve, reject) => {
        const sent = httpRequest({
          agent,
          hostname,
          port,
          method,
          path,
          headers: { ...headers, ...(body === null ? {} : { 'content-length': body.length }) },
          timeout: TIMEOUT_MS,
        });
        sent.on('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
        sent.on('error', reject);
        sent.on('response', (response) => {
          const chunks: Buffer[] = [];
          const done = (): void =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(chunks).toString(),
            });
          const streams = response.headers['content-type']?.startsWith('text/event-stream') === true;
          response.on('data', (chunk: Buffer) => {
            chunks.push(chunk);
            if (!streams) return;
            done();
            sent.destroy();
          });
          response.on('end', done);
          response.on('error', reject);
        });
        sent.end(body ?? undefined);
      }),
    close: () => agent.destroy(),
  };
}
