import { isLiqPassError, LiqPassError, type ErrorCode } from '@liqpass/api/errors';
import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import { randomUUID } from 'node:crypto';
import type { ConnectionError, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';

/** Turns what a service's own libraries throw (a lost database, say) into a refusal; null when it is not known. */
export type ClassifyError = (error: unknown) => LiqPassError | null;

const FASTIFY_CODES: Record<string, { code: ErrorCode; message: string }> = {
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'INVALID_JSON', message: 'The body is not valid JSON.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'INVALID_JSON', message: 'The body is empty: send a JSON object.' },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'BODY_TOO_LARGE', message: 'The body is too large: at most 64 KiB are read.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'Send JSON, with content-type: application/json.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: 'BAD_REQUEST', message: 'The content-length does not match the body.' },
  FST_ERR_BAD_URL: { code: 'BAD_REQUEST', message: 'The path is not a valid URL.' },
};

/** The refusal that `error` is, whoever threw it. Anything unknown is INTERNAL_ERROR, its text kept for the log alone. */
export function toLiqPassError(error: unknown, classify: ClassifyError): LiqPassError {
  if (isLiqPassError(error)) return error;
  if (hasZodFastifySchemaValidationErrors(error))
    return new LiqPassError('VALIDATION_FAILED', validationSentence(error.validation, error.validationContext));
  const classified = classify(error);
  if (classified) return classified;
  const fastifyError: Partial<FastifyError> = error instanceof Error ? error : {};
  const known = fastifyError.code === undefined ? undefined : FASTIFY_CODES[fastifyError.code];
  if (known) return new LiqPassError(known.code, known.message, { cause: error });
  const status = fastifyError.statusCode ?? 500;
  if (status === 429)
    return new LiqPassError('TOO_MANY_REQUESTS', fastifyError.message ?? 'Too many requests: wait a moment.', {
      cause: error,
    });
  if (status >= 400 && status < 500)
    return new LiqPassError('BAD_REQUEST', 'The request could not be read.', { cause: error });
  return new LiqPassError(
    'INTERNAL_ERROR',
    'Something went wrong on our side. Nothing was lost; try again, and quote the request id if it stays.',
    { cause: error },
  );
}

type ValidationIssue = { instancePath?: string | undefined; message?: string | undefined };
function validationSentence(issues: readonly ValidationIssue[], context: string | undefined): string {
  const where = context === 'querystring' ? 'query' : context === 'params' ? 'path' : (context ?? 'body');
  const said = issues.slice(0, 3).map((issue) => {
    const field = (issue.instancePath ?? '').replace(/^\//, '').replaceAll('/', '.');
    return `${field === '' ? where : field}: ${issue.message ?? 'not acceptable'}`;
  });
  return `The ${where} is not acceptable. ${said.join('; ')}.`;
}

export function sendError(reply: FastifyReply, request: FastifyRequest, error: LiqPassError): FastifyReply {
  if (request.routeOptions.config.refusals?.has(error.code) === false)
    request.log.error({ code: error.code, route: request.routeOptions.url }, UNDOCUMENTED);
  const answer: ErrorAnswer = { error: error.code, message: error.message, requestId: request.id };
  if (error.params) answer.params = { ...error.params };
  if (error.status === 429 || error.status === 503)
    void reply.header('retry-after', reply.getHeader('retry-after') ?? '1');
  // Serialized here: the answer must reach the caller even where a route declares no schema for this status.
  return reply.code(error.status).type('application/json; charset=utf-8').serializer(JSON.stringify).send(answer);
}

/** What the log says where a route refuses with a code that its document does not name; tests look for it. */
export const UNDOCUMENTED = 'refused with a code that the document does not name';

/** What is no HTTP (a broken header, headers too long, a request that never ends) reaches no route: the same shape, then the end. */
export function answerNoHttp(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const message =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'The headers are too long: at most 16 KiB are read.'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'The request did not arrive in time.'
        : 'The request is not valid HTTP.';
  const answer: ErrorAnswer = { error: 'BAD_REQUEST', message, requestId: randomUUID() };
  const body = JSON.stringify(answer);
  if (socket.writable)
    socket.write(
      `HTTP/1.1 400 Bad Request\r\nconnection: close\r\nx-request-id: ${answer.requestId}\r\n` +
        `content-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  socket.destroySoon();
}

/** Every refusal of every route in one shape; what is not the caller's fault is logged with its cause. */
export function installErrorHandler(app: FastifyInstance, classify: ClassifyError): void {
  app.setErrorHandler((error, request, reply) => {
    const refusal = toLiqPassError(error, classify);
    if (refusal.status >= 500) request.log.error({ err: error, code: refusal.code }, 'request failed');
    else request.log.info({ code: refusal.code }, 'request refused');
    return sendError(reply, request, refusal);
  });
  app.setNotFoundHandler((request, reply) =>
    sendError(
      reply,
      request,
      new LiqPassError('NOT_FOUND', `There is no ${request.method} ${request.url.split('?', 1)[0] ?? ''}.`),
    ),
  );
}
