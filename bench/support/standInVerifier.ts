import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a stand-in for jp-verify does with a question; the milliseconds are how long it takes over a good answer. */
export type VerifierMood =
  | { readonly answersAfterMs: number }
  | { readonly does: 'fail' | 'hang' | 'garbage' | 'nothing' | 'cut' | 'inconclusive' };

export type StandInVerifier = {
  readonly url: string;
  readonly apiKey: string;
  mood: VerifierMood;
  /** When the answer about each OKX order was sent, epoch ms; the last one, where there were several. */
  readonly answeredAtMs: Map<string, number>;
  /** Questions so far. */
  asked: number;
  close(): Promise<void>;
};

export const VERIFIER_KEY = 'bench-jp-verify-key-0001';

/** An answer of the contract's shape that proves a liquidation at `timeMs`, with evidence of a real one's size (about 12 kB). */
function proof(timeMs: number): string {
  return JSON.stringify({
    verdict: 'LIQUIDATED',
    reason: null,
    flags: [],
    liquidation: {
      liquidation_time_ms: timeMs,
      first_forced_time_ms: timeMs,
      share: '1',
      side: 'long',
      loss: { ccy: 'USDT', total: '7.52686752', insured: '7.52686752' },
    },
    checks: CHECKS,
    evidence: { root: `0x${'ab'.repeat(32)}`, leaves: LEAVES, bundle: BUNDLE },
  });
}
const CHECKS = Array.from({ length: 16 }, (_, index) => ({
  code: `CHECK_${index}`,
  result: 'pass',
  detail: 'as it should be',
}));
const LEAVES = Array.from({ length: 12 }, (_, index) => ({
  path: `/responses/${index}`,
  hash: `0x${'cd'.repeat(32)}`,
}));
const BUNDLE = {
  responses: Array.from({ length: 12 }, (_, index) => ({
    target: `/api/v5/account/bills?page=${index}`,
    body: 'x'.repeat(700),
  })),
};

/** jp-verify's place taken by a real HTTP server whose answers and delays the bench sets. */
export async function standInVerifier(port = 0): Promise<StandInVerifier> {
  const inconclusive = JSON.stringify({
    verdict: 'INCONCLUSIVE',
    reason: 'EVIDENCE_INCOMPLETE',
    flags: [],
    liquidation: null,
    checks: [],
    evidence: { root: `0x${'ef'.repeat(32)}`, leaves: [], bundle: {} },
  });

  function reply(response: ServerResponse, ordId: string): void {
    const { mood } = standIn;
    const send = (status: number, text: string): void => {
      standIn.answeredAtMs.set(ordId, Date.now());
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    };
    if ('answersAfterMs' in mood) {
      // At the whole second before now: inside every window that has begun.
      const answer = (): void => send(200, proof(Date.now() - 1));
      if (mood.answersAfterMs === 0) answer();
      else setTimeout(answer, mood.answersAfterMs);
      return;
    }
    switch (mood.does) {
      case 'hang':
        return;
      case 'fail':
        return send(503, '{"error":"EXCHANGE_UNAVAILABLE","message":"no","requestId":"x"}');
      case 'garbage':
        return send(200, '<html><body>Bad gateway</body></html>');
      case 'nothing':
        return send(200, '');
      case 'inconclusive':
        return send(200, inconclusive);
      case 'cut':
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 5000 });
        response.write('{"verdict":"LIQUIDATED","reason":null,');
        response.destroy();
    }
  }

  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method === 'POST' && request.url === '/verify') {
        standIn.asked += 1;
        const { ordId } = JSON.parse(Buffer.concat(chunks).toString()) as { ordId: string };
        reply(response, ordId);
        return;
      }
      const ok = request.url === '/healthz';
      response.writeHead(ok ? 200 : 404, { 'content-type': 'application/json' });
      response.end(ok ? '{"ok":true}' : '{"error":"NOT_FOUND","message":"no","requestId":"x"}');
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const standIn: StandInVerifier = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey: VERIFIER_KEY,
    mood: { answersAfterMs: 0 },
    answeredAtMs: new Map(),
    asked: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return standIn;
}
