import type { Server } from '@liqpass/service/server';
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
    const token = isBehindADoor(request) ? readToken(request, settings) : null;
    if (token === null) return;
    if (!READS.includes(request.method)) requireOwnOrigin(request, settings);
    const resolved = await resolveSession(ctx, token);
    if (resolved) {
      request.caller = { kind: 'wallet', ...resolved.session };
      if (resolved.token !== null) setToken(request, reply, settings, resolved.token, resolved.session.expiresAtMs);
    } else {
      request.caller = { kind: 'lapsed' };
      clearToken(request, reply, settings);
    }
  });
}
