import { WALLET_HEADER } from '@liqpass/api/auth';
import { LiqPassError } from '@liqpass/api/errors';
import type { Server } from '@liqpass/service/server';
import type { FastifyRequest } from 'fastify';
import { resolveSession } from '../../services/people/auth.ts';
import type { PeopleContext } from '../../services/people/peopleContext.ts';
import { isBehindADoor } from '../platform/matchedRoute.ts';
import { clearToken, readToken, setToken } from './sessionCookie.ts';
import { requireOwnOrigin } from './site.ts';

const READS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Says who calls, before any guard asks: the session of the cookie, rotated when due. Nothing is asked without a cookie. */
export function sessionHook(app: Server, ctx: PeopleContext): void {
  const settings = ctx.settings.people;
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request, reply) => {
    request.caller = { kind: 'nobody' };
    if (!isBehindADoor(request)) return;
    const token = readToken(request, settings);
    if (token === null) {
      mustBeFor(request, null);
      return;
    }
    if (!READS.includes(request.method)) requireOwnOrigin(request, settings);
    const resolved = await resolveSession(ctx, token);
    if (resolved) {
      mustBeFor(request, resolved.session.address);
      request.caller = { kind: 'wallet', ...resolved.session };
      if (resolved.token !== null) setToken(request, reply, settings, resolved.token, resolved.session.expiresAtMs);
    } else {
      // That it has ended is said by the routes that need one.
      request.caller = { kind: 'lapsed' };
      clearToken(request, reply, settings);
    }
  });
}

/** A page says for whom it asks; where somebody else is signed in by now, nothing is done in his name. */
function mustBeFor(request: FastifyRequest, address: string | null): void {
  const meant = request.headers[WALLET_HEADER];
  if (typeof meant !== 'string') return;
  if (address === null ? meant === 'none' : meant.toLowerCase() === address.toLowerCase()) return;
  throw new LiqPassError(
    'SESSION_CHANGED',
    address === null
      ? 'Nobody is signed in any more: load the page again.'
      : 'Another wallet has signed in in this browser since this page was loaded: load it again.',
  );
}
