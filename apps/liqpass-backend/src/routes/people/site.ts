import { LiqPassError } from '@liqpass/api/errors';
import type { FastifyRequest } from 'fastify';
import type { PeopleSettings } from '../../services/people/peopleContext.ts';
import type { Site } from '../../services/people/auth.ts';

// Which site a request came to. A Host header is the caller's word: a page elsewhere could have its visitors sign for its own
// domain and bring the signature here. So a domain is believed when it is configured, or when it is this machine's own.

const LOOPBACK = /^(?:localhost|127\.0\.0\.1)(?::\d{1,5})?$/;

/** A host as a browser writes it: in small letters, without the port that goes without saying. */
const hostOf = (request: FastifyRequest, protocol: string): string => {
  const address = `${protocol}//${request.host}`;
  return URL.canParse(address) ? new URL(address).host : request.host;
};

/** The configured origin that this request came to; undefined when its host is none of them. */
const configuredOrigin = (request: FastifyRequest, settings: PeopleSettings): string | undefined =>
  settings.publicOrigins.find((origin) => {
    const { host, protocol } = new URL(origin);
    return host === hostOf(request, protocol);
  });

/** The origin of the page that asks: the configured one of this host, or what the request says. */
const originOf = (request: FastifyRequest, settings: PeopleSettings): string =>
  configuredOrigin(request, settings) ?? `${request.protocol}://${hostOf(request, `${request.protocol}:`)}`;

/** Whether this request came over https, as far as is known: cookies are then Secure and bound to the host. */
export const isSecure = (request: FastifyRequest, settings: PeopleSettings): boolean =>
  originOf(request, settings).startsWith('https:');

/** The domain and address that a message to sign names; 403 for a host that is not known to be ours. */
export function siteOf(request: FastifyRequest, settings: PeopleSettings): Site {
  const origin = originOf(request, settings);
  if (configuredOrigin(request, settings) === undefined && !LOOPBACK.test(hostOf(request, 'http:')))
    throw new LiqPassError(
      'ORIGIN_NOT_ALLOWED',
      'Nobody can sign in at this address: open the site at its own address (it is set by PUBLIC_ORIGINS).',
    );
  return { domain: new URL(origin).host, uri: origin };
}

/**
 * Whether a write that a browser sends along with the session cookie was meant: it comes from a page of ours, or from no page
 * at all (a script sends no Origin, and has no cookie of anybody else). SameSite=Lax is the first line, this the second.
 */
export function requireOwnOrigin(request: FastifyRequest, settings: PeopleSettings): void {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (origin === undefined && (site === undefined || site === 'same-origin' || site === 'none')) return;
  const page = origin !== undefined && URL.canParse(origin) ? new URL(origin) : null;
  const allowed =
    origin !== undefined &&
    (settings.publicOrigins.includes(origin) ||
      settings.corsOrigins.includes(origin) ||
      // With no configured origin for this host its scheme is not known behind a proxy: the host decides.
      (configuredOrigin(request, settings) === undefined &&
        page !== null &&
        page.host === hostOf(request, page.protocol)));
  if (!allowed)
    throw new LiqPassError(
      'ORIGIN_NOT_ALLOWED',
      'This request came from a page that is not ours: open LiqPass itself.',
    );
}
