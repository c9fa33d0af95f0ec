import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Got = {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Record<string, unknown>;
};
export type Answer = { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> };
export type Receiver = {
  readonly url: string;
  readonly host: string;
  /** What was posted, oldest first. */
  readonly got: Got[];
  answer(how: (got: Got) => Answer | Promise<Answer>): void;
};

/** A server that messages are posted to, over real HTTP. */
export async function receiver(t: { after(end: () => unknown): void }): Promise<Receiver> {
  const got: Got[] = [];
  let how: (got: Got) => Answer | Promise<Answer> = () => ({ status: 200 });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const url = new URL(request.url ?? '', 'http://x');
      const json = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
      const one = { path: url.pathname, query: url.searchParams, headers: request.headers, text, json };
      got.push(one);
      void Promise.resolve(how(one)).then(({ status, body = '', headers = {} }) =>
        response.writeHead(status, headers).end(body),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => void server.close());
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `http://${host}`, host, got, answer: (next) => void (how = next) };
}
