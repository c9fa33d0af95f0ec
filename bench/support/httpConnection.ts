import { connect, type Socket } from 'node:net';

export type HttpAnswer = { readonly status: number; readonly text: string };
export type HttpCall = {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
};

/** The other side closed the connection before the whole answer was there: the request may or may not have been done. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut';
}

export type HttpConnection = {
  /** Sends one request and reads its answer; one at a time. Rejects with ConnectionCut, after which the next one connects anew. */
  request(call: HttpCall): Promise<HttpAnswer>;
  close(): void;
};

/**
 * One kept-alive connection that speaks just enough HTTP/1.1 (content-length or chunked answers). The driver shares its cores with what
 * it measures, and Node's own client costs more per request than the server does.
 */
export function httpConnection(baseUrl: string, timeoutMs = 60_000): HttpConnection {
  const { hostname, port, host } = new URL(baseUrl);
  let socket: Socket | null = null;
  let waiting: { resolve: (answer: HttpAnswer) => void; reject: (error: Error) => void } | null = null;
  let received: Buffer = Buffer.alloc(0);

  function fail(error: Error): void {
    socket?.destroy();
    socket = null;
    received = Buffer.alloc(0);
    const { reject } = waiting ?? {};
    waiting = null;
    reject?.(error);
  }

  function open(): Socket {
    const opened = connect({ host: hostname, port: Number(port), noDelay: true });
    opened.setTimeout(timeoutMs, () => fail(new ConnectionCut(`no answer within ${timeoutMs} ms`)));
    opened.on('data', (chunk: Buffer) => {
      if (opened !== socket) return;
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const parsed = readAnswer(received);
      if (parsed === null || waiting === null) return;
      received = received.subarray(parsed.end);
      const { resolve } = waiting;
      waiting = null;
      if (parsed.closes) {
        opened.destroy();
        socket = null;
      }
      resolve(parsed.answer);
    });
    opened.on('error', (error) => {
      if (opened === socket) fail(new ConnectionCut(error.message, { cause: error }));
    });
    opened.on('close', () => {
      if (opened === socket) fail(new ConnectionCut('closed'));
    });
    return opened;
  }

  return {
    request: ({ method, path, headers = {}, body }) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket ??= open();
        const payload = body === undefined ? '' : JSON.stringify(body);
        let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n`;
        for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
        if (body !== undefined)
          head += `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(payload)}\r\n`;
        socket.write(`${head}\r\n${payload}`);
      }),
    close() {
      const open = socket;
      socket = null;
      open?.destroy();
      waiting?.reject(new ConnectionCut('closed by us'));
      waiting = null;
    },
  };
}

/** The first answer in `bytes`, and where it ends; null while it is not whole. */
function readAnswer(bytes: Buffer): { answer: HttpAnswer; end: number; closes: boolean } | null {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const head = bytes.toString('latin1', 0, headEnd).toLowerCase();
  const status = Number(head.slice(9, 12));
  const closes = head.includes('\r\nconnection: close');
  const start = headEnd + 4;
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  if (length !== undefined || status === 204 || status === 304) {
    const end = start + Number(length ?? 0);
    return bytes.length < end ? null : { answer: { status, text: bytes.toString('utf8', start, end) }, end, closes };
  }
  return readChunked(bytes, start, status, closes);
}

function readChunked(bytes: Buffer, start: number, status: number, closes: boolean): ReturnType<typeof readAnswer> {
  const parts: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (bytes.length < end) return null;
    if (size === 0) return { answer: { status, text: Buffer.concat(parts).toString() }, end, closes };
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = end;
  }
}
