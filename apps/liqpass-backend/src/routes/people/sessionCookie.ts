import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PeopleSettings } from '../../services/people/peopleContext.ts';
import { isSecure } from './site.ts';

/** A `__Host-` cookie can only be set by this host over https; on plain http (a machine's own) browsers refuse that name. */
export const cookieName = (secure: boolean): string => (secure ? '__Host-liqpass' : 'liqpass');

/** The session token that came along; null when there is none. */
export function readToken(request: FastifyRequest, settings: PeopleSettings): string | null {
  const token = request.cookies[cookieName(isSecure(request, settings))];
  return token === undefined || token === '' ? null : token;
}

/** Gives the browser a session token: not readable by scripts, sent to this host only, not sent along by other sites' forms. */
export function setToken(
  request: FastifyRequest,
  reply: FastifyReply,
  settings: PeopleSettings,
  token: string,
  expiresAtMs: number,
): void {
  const secure = isSecure(request, settings);
  void reply.setCookie(cookieName(secure), token, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure,
    expires: new Date(expiresAtMs),
  });
}

export function clearToken(request: FastifyRequest, reply: FastifyReply, settings: PeopleSettings): void {
  const secure = isSecure(request, settings);
  void reply.clearCookie(cookieName(secure), { path: '/', httpOnly: true, sameSite: 'lax', secure });
}
