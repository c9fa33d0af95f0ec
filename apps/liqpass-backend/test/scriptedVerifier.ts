import type { VerifyRequest } from '@liqpass/api/verify';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What the scripted jp-verify does with one question. */
export type Scripted =
  | { readonly status?: number; readonly body: unknown; readonly delayMs?: number }
  | { readonly raw: string; readonly status?: number }
  | { readonly hang: true }
  | { readonly cut: true };

export type ScriptedVerifier = {
  readonly url: string;
  readonly apiKey: string;
  /** Questions so far, oldest first. */
  readonly asked: VerifyRequest[];
  /** Answers every question from now on. */
  script(answer: (request: VerifyRequest, count: number) => Scripted): void;
  /** Answers other routes: `POST /snapshot`, `GET /market/marks`. */
  route(methodAndPath: string, answer: (body: unknown, request: IncomingMessage) => Scripted): void;
  close(): Promise<void>;
};

export const EVIDENCE_ROOT = `0x${'ab'.repeat(32)}`;

/** An answer that proves a liquidation at `timeMs`; `insured` is the loss in USDT. */
export const liquidated = (timeMs: number, insured = '7.52686752', more: Record<string, unknown> = {}): Scripted => ({
  body: {
    verdict: 'LIQUIDATED',
    reason: null,
    flags: [],
    liquidation: {
      liquidation_time_ms: timeMs,
      first_forced_time_ms: timeMs,
      share: '1',
      loss: { ccy: 'USDT', total: insured, insured },
    },
    checks: [{ code: 'ORDER_FOUND', result: 'pass', detail: 'found' }],
    evidence: { root: EVIDENCE_ROOT, leaves: [], bundle: {} },
    ...more,
  },
});

/** An answer with a verdict that is no liquidation. */
export const verdict = (name: string, reason: string | null): Scripted => ({
  body: {
    verdict: name,
    reason,
    flags: [],
    liquidation: null,
    checks: [],
    evidence: { root: EVIDENCE_ROOT, leaves: [], bundle: {} },
  },
});

/** jp-verify as the backend meets it: over real HTTP, with answers that a test writes. */
export async function scriptedVerifier(): Promise<ScriptedVerifier> {
  const apiKey = 'test-jp-verify-key-0001';
  const asked: VerifyRequest[] = [];
  let script: (request: VerifyRequest, count: number) => Scripted = () =>
    verdict('INCONCLUSIVE', 'EVIDENCE_INCOMPLETE');
  const routes = new Map<string, (body: unknown, request: IncomingMessage) => Scripted>([
    ['GET /healthz', () => ({ body: { ok: true } })],
  ]);

  async function reply(response: ServerResponse, scripted: Scripted): Promise<void> {
    if ('hang' in scripted) return;
    if ('cut' in scripted) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"verdict":"LIQ');
      response.destroy();
      return;
    }
    if ('delayMs' in scripted && scripted.delayMs !== undefined) await pause(scripted.delayMs);
    response.writeHead(scripted.status ?? 200, { 'content-type': 'application/json' });
    response.end('raw' in scripted ? scripted.raw : JSON.stringify(scripted.body));
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const name = `${request.method} ${(request.url ?? '').split('?', 1)[0]}`;
      const text = Buffer.concat(chunks).toString();
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      const route = routes.get(name);
      if (name !== 'GET /healthz' && request.headers.authorization !== `Bearer ${apiKey}`)
        void reply(response, { status: 401, body: { error: 'UNAUTHORIZED', message: 'no', requestId: 'x' } });
      else if (route) void reply(response, route(body, request));
      else if (name === 'POST /verify') {
        asked.push(body as VerifyRequest);
        void reply(response, script(body as VerifyRequest, asked.length));
      } else void reply(response, { status: 404, body: { error: 'NOT_FOUND', message: 'no', requestId: 'x' } });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    apiKey,
    asked,
    script: (answer) => {
      script = answer;
    },
    route: (name, answer) => void routes.set(name, answer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
