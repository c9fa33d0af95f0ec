import { authNonceAnswer, meAnswer, okAnswer, type AuthNonce, type Me } from '@liqpass/api/auth';
import { authNonceBody, authVerifyBody } from '@liqpass/api/authBodies';
import { formatIso } from '@liqpass/kernel/time';
import type { Server } from '@liqpass/service/server';
import type { FastifyRequest } from 'fastify';
import type { SignInMessage } from '../../db/people/sessionsRepo.ts';
import { requestSignIn, signIn, signOut, type Session } from '../../services/people/auth.ts';
import type { PeopleContext } from '../../services/people/peopleContext.ts';
import { signedIn, signedInOnly } from './guards.ts';
import { clearToken, readToken, setToken } from './sessionCookie.ts';
import { requireOwnOrigin, siteOf } from './site.ts';
import { OF_A_SIGNED_MESSAGE, OPTIONAL_SESSION } from '../platform/refusals.ts';

const toMe = (session: Session): Me => ({
  address: session.address,
  role: session.role,
  expires_at: formatIso(session.expiresAtMs),
});
export const toNonce = (kept: SignInMessage): AuthNonce => ({
  nonce: kept.nonce,
  message: kept.message,
  expires_at: formatIso(kept.expiresAtMs),
});

/** Signing in and out with a wallet, and who is signed in. */
export function authRoutes(app: Server, ctx: PeopleContext): void {
  const settings = ctx.settings.people;
  const tags = ['people'];
  // Another site must not sign its visitors in as somebody else either: there is no cookie yet, so the hook has not asked.
  const fromOurPages = { onRequest: async (request: FastifyRequest) => requireOwnOrigin(request, settings) };
  const wallet = { ...signedInOnly };
  const security = [{ session: [] }];

  app.post(
    '/api/auth/nonce',
    {
      ...fromOurPages,
      schema: {
        tags,
        summary: 'The message to sign',
        body: authNonceBody,
        response: { 200: authNonceAnswer },
        refuses: ['ADDRESS_CHECKSUM_WRONG', 'CHAIN_NOT_SUPPORTED'],
      },
    },
    async (request) => toNonce(await requestSignIn(ctx, request.body, siteOf(request, settings))),
  );

  app.post(
    '/api/auth/verify',
    {
      ...fromOurPages,
      schema: {
        tags,
        summary: 'Sign in',
        body: authVerifyBody,
        response: { 200: meAnswer },
        refuses: OF_A_SIGNED_MESSAGE,
      },
    },
    async (request, reply) => {
      const { token, session } = await signIn(ctx, request.body, readToken(request, settings), request.id);
      setToken(request, reply, settings, token, session.expiresAtMs);
      return toMe(session);
    },
  );

  app.post(
    '/api/auth/sign-out',
    { schema: { tags, summary: 'Sign out', security: OPTIONAL_SESSION, response: { 200: okAnswer } } },
    async (request, reply) => {
      if (request.caller?.kind === 'wallet') await signOut(ctx, request.caller, request.id);
      clearToken(request, reply, settings);
      return { ok: true as const };
    },
  );

  app.get(
    '/api/me',
    { ...wallet, schema: { tags, summary: 'Who is signed in', security, response: { 200: meAnswer } } },
    async (request) => toMe(signedIn(request)),
  );
}
