import type { FastifyRequest } from 'fastify';

// What guards, limits and hooks go by is the route that was matched, never the target as the caller wrote it: the router
// decodes (`/%61dmin`), cuts at `#` and takes whole addresses (`GET http://host/admin`), and a second reading of the same
// text would differ from its own somewhere.

/** Behind these a caller is told apart and counted, and the database is asked. A route's own path, as it was registered. */
export const BEHIND_A_DOOR = /^\/(?:api|admin|internal)\//;

type Matched = Pick<FastifyRequest, 'is404' | 'routeOptions'>;

/** The path of the matched route, as it was registered ("/admin/claims/:id"); null where none was. */
export const routePath = (request: Matched): string | null =>
  request.is404 ? null : (request.routeOptions.url ?? null);

export const isBehindADoor = (request: Matched): boolean => BEHIND_A_DOOR.test(routePath(request) ?? '');

/** What says how the service is and what it offers: anybody may ask, and is counted. */
const FOR_EVERYBODY = /^\/(?:openapi\.json|metrics|readyz|docs)(?:\/|$)/;
export const isForEverybody = (request: Matched): boolean => FOR_EVERYBODY.test(routePath(request) ?? '');

/** The public log's files: each asks the database, and whoever checks the log reads all of them. */
const OF_THE_LOG = /^\/log\//;
export const isOfTheLog = (request: Matched): boolean => OF_THE_LOG.test(routePath(request) ?? '');

/** Method and path of the matched route ("GET /api/me"). HEAD is the GET that it costs. */
export const routeName = (request: Matched & Pick<FastifyRequest, 'method'>): string =>
  `${request.method === 'HEAD' ? 'GET' : request.method} ${routePath(request) ?? ''}`;

/** The path as it was sent, without scheme and host, query and fragment. */
export const sentPath = ({ url }: Pick<FastifyRequest, 'url'>): string =>
  (/^https?:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? url.split(/[?#]/, 1)[0] ?? '') || '/';

/**
 * Whether what is fixed in the route's path was sent letter for letter. A proxy that lets no `/internal` through goes by the
 * text: another spelling of it must open nothing. Where the path has a parameter, the sender may encode what they like.
 */
export function isSpelledOut(request: Matched & Pick<FastifyRequest, 'url'>): boolean {
  const route = (routePath(request) ?? '').split('/');
  const sent = sentPath(request).split('/');
  return route.length === sent.length && route.every((part, at) => part.startsWith(':') || part === sent[at]);
}
