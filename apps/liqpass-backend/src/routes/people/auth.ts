import {
  authNonceAnswer,
  authNonceBody,
  authVerifyBody,
  meAnswer,
  okAnswer,
  payoutAddressBody,
  payoutAddressMessageAnswer,
  payoutAddressMessageBody,
  type AuthNonce,
  type Me,
} from '@liqpass/api/auth';
import {
  listPurchaseOrdersQuery,
  purchaseOrderAnswer,
  purchaseOrderPage,
  purchaseOrderParams,
} from '@liqpass/api/purchaseOrders';
import { formatIso } from '@liqpass/kernel/time';
import type { Server } from '@liqpass/service/server';
import type { FastifyRequest } from 'fastify';
import type { SignInMessage } from '../../db/people/sessionsRepo.ts';
import {
  changePayoutAddress,
  requestPayoutAddress,
  requestSignIn,
  signIn,
  signOut,
  type Session,
} from '../../services/people/auth.ts';
import type { Context } from '../../services/context.ts';
import { listPurchaseOrders } from '../../services/purchaseOrders.ts';
import { signedIn, signedInOnly, traderActor } from './guards.ts';
import { clearToken, readToken, setToken } from './sessionCookie.ts';
import { requireOwnOrigin, siteOf } from './site.ts';
import { orderCursor, parseOrderCursor, purchaseOrderToWire, toPage } from '../wireFormat.ts';
import { OF_A_SIGNED_MESSAGE, OF_OWN_ORDER, OPTIONAL_SESSION } from '../platform/refusals.ts';

const toMe = (session: Session): Me => ({
  address: session.address,
  role: session.role,
  expires_at: formatIso(session.expiresAtMs),
});
const toNonce = (kept: SignInMessage): AuthNonce => ({
  nonce: kept.nonce,
  message: kept.message,
  expires_at: formatIso(kept.expiresAtMs),
});

/** Signing in and out with a wallet, and what is a wallet's own. */
export function authRoutes(app: Server, ctx: Context): void {
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

  app.get(
    '/api/me/purchase-orders',
    {
      ...wallet,
      schema: {
        tags,
        summary: 'Orders of the wallet that is signed in',
        security,
        querystring: listPurchaseOrdersQuery,
        response: { 200: purchaseOrderPage },
      },
    },
    async (request) => {
      const { status, limit, cursor } = request.query;
      const rows = await listPurchaseOrders(ctx, {
        status: status ?? null,
        owner: signedIn(request).address,
        after: parseOrderCursor(cursor),
        limit: limit + 1,
      });
      return toPage(rows, limit, orderCursor, (order) => purchaseOrderToWire(order, ctx.clock.now()));
    },
  );

  app.post(
    '/api/purchase-orders/:id/payout-address/message',
    {
      ...wallet,
      schema: {
        tags,
        summary: 'The message to sign for another payout address',
        security,
        params: purchaseOrderParams,
        body: payoutAddressMessageBody,
        response: { 200: payoutAddressMessageAnswer },
        refuses: [...OF_OWN_ORDER, 'PAYOUT_ADDRESS_FROZEN', 'ADDRESS_CHECKSUM_WRONG'],
      },
    },
    async (request) =>
      toNonce(
        await requestPayoutAddress(
          ctx,
          request.params.id,
          request.body.payoutAddress,
          siteOf(request, settings),
          traderActor(request),
        ),
      ),
  );

  app.post(
    '/api/purchase-orders/:id/payout-address',
    {
      ...wallet,
      schema: {
        tags,
        summary: 'Set the payout address that the wallet signed for',
        security,
        params: purchaseOrderParams,
        body: payoutAddressBody,
        response: { 200: purchaseOrderAnswer },
        refuses: [...OF_OWN_ORDER, ...OF_A_SIGNED_MESSAGE, 'PAYOUT_ADDRESS_FROZEN'],
      },
    },
    async (request) =>
      purchaseOrderToWire(
        await changePayoutAddress(ctx, request.params.id, request.body, traderActor(request)),
        ctx.clock.now(),
      ),
  );
}
