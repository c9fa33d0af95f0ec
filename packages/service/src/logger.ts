import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { hideIds } from './hideIds.ts';
import type { LogLevel } from './environment.ts';

/** Names of fields that never reach a log, at any of the depths a log line has. */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  '"set-cookie"',
  '"x-internal-key"',
  '"x-admin-key"',
  '"idempotency-key"',
  '"OK-ACCESS-KEY"',
  '"OK-ACCESS-SIGN"',
  '"OK-ACCESS-PASSPHRASE"',
  'secret',
  'secretKey',
  'passphrase',
  'apiKey',
  'credential',
  'sealed',
  'signature',
  'session',
  'token',
  'password',
  'connectionString',
];
const paths = ['', '*.', '*.*.'].flatMap((at) =>
  SECRET_FIELDS.map((field) => (field.startsWith('"') ? `${at.replace(/\.$/, '')}[${field}]` : `${at}${field}`)),
);

/** What an error says in a log: type, message, code, stack; never its other properties, where libraries put requests with their keys. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    type: error.name,
    code,
    message: hideIds(error.message),
    stack: error.stack === undefined ? undefined : hideIds(error.stack),
    cause: error.cause === undefined ? undefined : describeError(error.cause),
  };
}

const WRITTEN_WITHIN_MS = 100;
const MOST_HELD_BYTES = 8 * 1024;

/**
 * Standard output, many lines a write: a write for each line cost as much as making it. A line is held for 100 ms at most; what is
 * held is written when the process ends and at a fatal line. Only kill -9 loses it.
 */
function standardOutput(): DestinationStream {
  const output = pino.destination({ fd: 1, sync: true, minLength: MOST_HELD_BYTES });
  let timer: NodeJS.Timeout | undefined;
  const flushSync = (): void => {
    clearTimeout(timer);
    timer = undefined;
    output.flushSync();
  };
  process.once('exit', flushSync);
  return Object.assign(
    {
      write(line: string): void {
        output.write(line);
        timer ??= setTimeout(flushSync, WRITTEN_WITHIN_MS).unref();
      },
    },
    { flushSync },
  );
}

/** What is logged may have no order or claim. */
const hideId = (id: unknown): unknown => (typeof id === 'string' ? hideIds(id) : id);

/** A JSON logger of one service, with secrets removed by field name. Requests are logged without their query and headers. */
export function buildLogger(name: string, level: LogLevel, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    name,
    level,
    base: { service: name },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths, censor: '[removed]' },
    serializers: {
      err: describeError,
      error: describeError,
      req: (request: { id: string; method: string; url: string; ip?: string }) => ({
        id: request.id,
        method: request.method,
        path: hideIds(request.url.split('?', 1)[0] ?? ''),
        ip: request.ip,
      }),
      purchaseOrderId: hideId,
      claimId: hideId,
      res: (reply: { statusCode: number }) => ({ statusCode: reply.statusCode }),
    },
  };
  return pino(options, destination ?? (level === 'silent' ? { write: () => undefined } : standardOutput()));
}
