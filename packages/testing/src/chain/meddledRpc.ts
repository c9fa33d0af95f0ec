import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an RPC does to a question instead of passing it on; null: it passes it on. */
export type Meddle = (method: string, params: unknown[]) => unknown;
export type MeddledRpc = { readonly url: string; meddle: Meddle | null; close(): Promise<void> };
/** Answers with this HTTP status and text. */
export class RawAnswer {
  readonly status: number;
  readonly text: string;
  constructor(status: number, text: string) {
    this.status = status;
    this.text = text;
  }
}

/** What stands behind: the address of a chain, or what answers a question with its result; it throws what it refuses. */
export type Behind = string | ((method: string, params: unknown[]) => unknown);

/** An RPC in front of a chain that a test can make lag, lie or fail. */
export async function meddledRpc(behind: Behind): Promise<MeddledRpc> {
  const rpc: { meddle: Meddle | null } = { meddle: null };
  const body = async (request: IncomingMessage): Promise<string> => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    return text;
  };
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await body(request);
    const { id, method, params } = JSON.parse(text) as { id: number; method: string; params: unknown[] };
    let said: unknown;
    try {
      said = (await rpc.meddle?.(method, params)) ?? null;
      if (said === null && typeof behind !== 'string') said = { result: behind(method, params) };
    } catch (error) {
      said = { error: { code: -32_000, message: String(error) } };
    }
    if (said instanceof RawAnswer) {
      response.statusCode = said.status;
      response.end(said.text);
    } else if (said !== null) {
      response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(said as object) }));
    } else {
      const passed = await fetch(String(behind), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: text,
      });
      response.end(await passed.text());
    }
  }
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get meddle() {
      return rpc.meddle;
    },
    set meddle(meddle) {
      rpc.meddle = meddle;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
