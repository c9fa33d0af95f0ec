import fastifyStatic from '@fastify/static';
import type { Server } from '@liqpass/service/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { routePath, sentPath } from './matchedRoute.ts';

/** What the pages are called by; everything else under these roots is the API's. */
const API = /^\/(api|internal|log|docs|healthz|readyz|metrics|openapi\.json)(\/|$)/;
const OPERATOR = /^\/admin(\/|$)/;
const EVERYTHING_ELSE = '/*';
const A_YEAR_S = 31_536_000;

/** Which path is asked for: that of the API's route where one was matched, else as it was sent, decoded. */
const pathOf = (request: FastifyRequest): string => {
  const route = routePath(request);
  // The router has refused what cannot be decoded.
  return route === null || route === EVERYTHING_ELSE ? decodeURIComponent(sentPath(request)) : route;
};

/** Whether a browser asks for a page: the operators' pages and their API share their paths, and differ in what is accepted. */
function wantsPage(request: FastifyRequest): boolean {
  return (
    (request.method === 'GET' || request.method === 'HEAD') &&
    !API.test(pathOf(request)) &&
    // The front page is one whatever is accepted: whoever looks whether the site is there, and what it is called, asks so.
    (pathOf(request) === '/' || (request.headers.accept ?? '').includes('text/html'))
  );
}

/**
 * Serves the built pages from `directory`: files with a hash in their name for ever, the two entry pages anew each time.
 * Any path a browser opens gets its entry page; the page's own router does the rest.
 */
export async function pageRoutes(app: Server, directory: string): Promise<void> {
  // preCompressed: the build writes .br and .gz beside each text file.
  await app.register(fastifyStatic, { root: directory, serve: false, cacheControl: false, preCompressed: true });
  const sendEntry = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const entry = OPERATOR.test(pathOf(request)) ? 'admin.html' : 'index.html';
    if (!existsSync(join(directory, entry)))
      return reply
        .code(503)
        .type('text/plain; charset=utf-8')
        .header('retry-after', '2')
        .send('The pages are being built: reload in a moment.');
    return reply.header('cache-control', 'no-cache').sendFile(entry, directory);
  };

  // Before the router: a page's path may be an API's path too.
  app.addHook('onRequest', async (request, reply) => {
    if (wantsPage(request)) return sendEntry(request, reply);
    return undefined;
  });

  app.route({
    method: ['GET', 'HEAD'],
    url: EVERYTHING_ELSE,
    schema: { hide: true },
    handler: async (request, reply) => {
      const path = decodeURIComponent(sentPath(request));
      const file = path.replace(/^\/+/, '');
      if (
        file === '' ||
        !/\.[a-z0-9]+$/i.test(file) ||
        !existsSync(join(directory, file)) ||
        file.split('/').some((part) => part.startsWith('.'))
      )
        return reply.callNotFound();
      void reply.header(
        'cache-control',
        path.startsWith('/assets/') ? `public, max-age=${A_YEAR_S}, immutable` : 'public, max-age=3600',
      );
      return reply.sendFile(file, directory);
    },
  });
}
