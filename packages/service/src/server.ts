import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { LiqPassError } from '@liqpass/api/errors';
import { holdsKeepableText } from '@liqpass/kernel/text';
import { randomUUID } from 'node:crypto';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawServerDefault,
} from 'fastify';
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerNoHttp, installErrorHandler, sendError, toLiqPassError, type ClassifyError } from './errorHandler.ts';
import { hideIds } from './hideIds.ts';
import { withoutPorts } from './forwardedFor.ts';
import { documentRefusals, type RefusalsOf } from './refusals.ts';
import { securityHeaders } from './securityHeaders.ts';

/** A Fastify server whose schemas are zod's. */
export type Server = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export type ServerOptions = {
  name: string;
  version: string;
  description: string;
  logger: FastifyBaseLogger;
  classifyError?: ClassifyError;
  /** What this service's routes refuse with in common; what is a route's own stands in its schema (`refuses`). */
  refusalsOf?: RefusalsOf;
  /** Security schemes of the OpenAPI document: header keys and the like. */
  securitySchemes?: Record<
    string,
    { type: 'apiKey'; in: 'header' | 'cookie'; name: string } | { type: 'http'; scheme: string }
  >;
  /** Largest body read, in bytes. */
  bodyLimit?: number;
  /** A request that has not come whole within this is cut. */
  wholeWithinMs?: number;
  trustProxy?: boolean | string;
};

export const BODY_LIMIT = 64 * 1024;
/** Long enough for a phone in a tunnel; without a bound, whoever sends half a body keeps a connection for ever, and as many as he likes. */
const WHOLE_WITHIN_MS = 60_000;
/** Once the server stops, whoever still has a request under way may end it within this; then the connection is cut. */
const LAST_REQUESTS_MS = 6_000;
const REQUEST_ID = /^[\w.-]{8,64}$/;

/**
 * One line a request, when it is done: two cost a sixth of the backend's work under load, and the second says it all. What the
 * serializers leave of request and answer are six plain fields, so there is nothing to look for secrets in: that look cost
 * as much as the line.
 */
class OneLineARequest extends LogController {
  readonly #lines: FastifyBaseLogger;
  constructor(logger: FastifyBaseLogger) {
    super();
    this.#lines = logger.child({}, { redact: [] });
  }
  override incomingRequest(): void {}
  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const given = request.headers['x-request-id'];
    const callerReqId = typeof given === 'string' && REQUEST_ID.test(given) ? hideIds(given) : undefined;
    const line = { reqId: request.id, callerReqId, req: request, res: reply, responseTime: reply.elapsedTime };
    if (error) this.#lines.error({ ...line, err: error }, 'request errored');
    else this.#lines.info(line, 'request completed');
  }
}

/**
 * Builds a server, without listening: zod validation, refusals in one shape, request ids (ours, answered as
 * x-request-id; a caller's own is logged beside it), security headers, OpenAPI 3.1 at /openapi.json and a browsable /docs.
 */
export async function buildServer(options: ServerOptions): Promise<Server> {
  const { wholeWithinMs = WHOLE_WITHIN_MS } = options;
  const app = Fastify({
    loggerInstance: options.logger,
    logController: new OneLineARequest(options.logger),
    bodyLimit: options.bodyLimit ?? BODY_LIMIT,
    requestTimeout: wholeWithinMs,
    http: { headersTimeout: wholeWithinMs, connectionsCheckingInterval: wholeWithinMs / 2 },
    trustProxy: options.trustProxy ?? false,
    // Ours alone: an id that callers choose can be another's. Theirs is kept beside it, in the log.
    genReqId: () => randomUUID(),
    // Requests that are under way when the server stops are answered, and so are the last on a connection that is still open.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: answerNoHttp,
    // A path that cannot be decoded never reaches a route: the same shape all the same.
    frameworkErrors: (error, request, reply) => {
      void reply.header('x-request-id', request.id);
      sendError(
        reply,
        request,
        toLiqPassError(error, () => null),
      );
    },
  }).withTypeProvider<ZodTypeProvider>();

  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  installErrorHandler(app, options.classifyError ?? (() => null));

  // A body may be left out where every field is optional: none, and an empty one, read as {}.
  app.removeContentTypeParser(['application/json', 'text/plain']);
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null, {});
    void parseJson(request, typeof body === 'string' ? body : body.toString('utf8'), (error, value) => {
      if (error === null && !holdsKeepableText(value))
        done(new LiqPassError('VALIDATION_FAILED', 'A text of the body holds NUL or half a character: leave it out.'));
      else done(error, value);
    });
  });

  const headers = securityHeaders();
  app.addHook('onRequest', async (request, reply) => {
    // On the answer itself, so that they are there too where a stream writes its own head.
    reply.raw.setHeaders(headers);
    void reply.header('x-request-id', request.id);
    // Before anybody asks for the address, which is read off the header each time.
    const forwarded = request.raw.headers['x-forwarded-for'];
    if (typeof forwarded === 'string') request.raw.headers['x-forwarded-for'] = withoutPorts(forwarded);
  });
  letGoOfCallers(app);
  app.addHook('preValidation', async (request) => {
    if (request.body === undefined && request.method !== 'GET' && request.method !== 'HEAD') request.body = {};
  });

  documentRefusals(app, options.refusalsOf ?? (() => []));
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: options.name,
        version: options.version,
        description: options.description,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: options.securitySchemes ?? {} },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  // The same for everybody, and large: written once.
  let document: string | null = null;
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    document ??= JSON.stringify(app.swagger());
    return reply.type('application/json; charset=utf-8').serializer(String).send(document);
  });
  return app;
}

/**
 * So that stopping ends: from then on each answer closes its connection (or a caller that keeps asking over one would hold
 * the server open), and what is not over in LAST_REQUESTS_MS is cut.
 */
function letGoOfCallers(app: FastifyInstance): void {
  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
    const cut = setTimeout(() => app.server.closeAllConnections(), LAST_REQUESTS_MS).unref();
    app.server.once('close', () => clearTimeout(cut));
  });
  app.addHook('onSend', async (_request, reply) => {
    if (stopping) void reply.header('connection', 'close');
  });
}
