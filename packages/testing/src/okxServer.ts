import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { okxAnswer, okxError, type AnswerOptions, type OkxReply, type OkxRows } from './okxAnswers.ts';

export type OkxTestKey = { apiKey: string; secretKey: string; passphrase: string };
export type OkxTestServer = {
  readonly url: string;
  /** Every request target that was asked, in order. */
  readonly asked: string[];
  /** Answers instead of the account; null leaves the answer as it is. A test sets it. */
  intercept: (target: string, reply: OkxReply, nth: number) => OkxReply | Promise<OkxReply>;
  /** By how much the exchange's clock is ahead of this machine's. */
  skewMs: number;
  options: AnswerOptions;
  close(): Promise<void>;
};

const SKEW_ALLOWED_MS = 30_000;

/** Why the exchange would refuse the request; null when its signature, byte for byte, is right. */
function refusal(
  request: IncomingMessage,
  target: string,
  keys: readonly OkxTestKey[],
  nowMs: number,
): OkxReply | null {
  const header = (name: string): string => String(request.headers[name] ?? '');
  if (request.method !== 'GET') return okxError('50115', 'Invalid request method', 405);
  const key = keys.find((each) => each.apiKey === header('ok-access-key'));
  if (!key) return { status: 401, body: JSON.stringify({ msg: "API key doesn't exist", code: '50119' }) };
  const timestamp = header('ok-access-timestamp');
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(timestamp))
    return okxError('50112', 'Invalid OK-ACCESS-TIMESTAMP', 401);
  if (Math.abs(Date.parse(timestamp) - nowMs) > SKEW_ALLOWED_MS)
    return { status: 401, body: JSON.stringify({ msg: 'Timestamp request expired', code: '50102' }) };
  if (header('ok-access-passphrase') !== key.passphrase)
    return okxError('50105', 'Request header OK-ACCESS-PASSPHRASE incorrect.', 401);
  const sign = createHmac('sha256', key.secretKey).update(`${timestamp}GET${target}`).digest('base64');
  if (header('ok-access-sign') !== sign) return okxError('50113', 'Invalid Sign', 401);
  if (request.headers['x-simulated-trading'] !== undefined)
    return okxError('50101', 'APIKey does not match current environment.', 401);
  return null;
}

/** An exchange over HTTP that knows accounts by their keys, checks signatures, and can be made to fail. */
export async function startOkxServer(accounts: ReadonlyMap<OkxTestKey, OkxRows>): Promise<OkxTestServer> {
  const asked: string[] = [];
  const counts = new Map<string, number>();
  const state: OkxTestServer = {
    url: '',
    asked,
    intercept: (_target, reply) => reply,
    skewMs: 0,
    options: {},
    close: async () => undefined,
  };
  const [first] = accounts.values();
  const answer = async (request: IncomingMessage): Promise<OkxReply> => {
    const target = request.url ?? '';
    asked.push(target);
    const nth = (counts.get(target) ?? 0) + 1;
    counts.set(target, nth);
    const nowMs = Date.now() + state.skewMs;
    const isPublic = /^\/api\/v5\/(public|market)\//.test(target);
    const keys = [...accounts.keys()];
    const refused = isPublic ? null : refusal(request, target, keys, nowMs);
    const key = keys.find((each) => each.apiKey === request.headers['ok-access-key']);
    const account = (key && accounts.get(key)) ?? first;
    const reply =
      refused ?? (account ? okxAnswer(account, target, { nowMs, ...state.options }) : okxError('50001', ''));
    return state.intercept(target, reply, nth);
  };
  const server: Server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      response.writeHead(status, {
        'content-type': body.startsWith('<') ? 'text/html' : 'application/json',
        'set-cookie': '__cf_bm=cookie-of-the-gateway; Path=/',
      });
      response.end(body);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return Object.assign(state, {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    close: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  });
}
