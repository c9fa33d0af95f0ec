import {
  bindOkxBody,
  createPurchaseOrderAnswer,
  createPurchaseOrderBody,
  purchaseOrderAnswer,
  purchaseOrderParams,
  reportPaymentBody,
} from '@liqpass/api/purchaseOrders';
import { fileClaimBody, triggerClaimAnswer } from '@liqpass/api/claims';
import { LiqPassError } from '@liqpass/api/errors';
import { invariant } from '@liqpass/kernel/invariant';
import { parseUsdc, type Usdc } from '@liqpass/kernel/money';
import { parseIso } from '@liqpass/kernel/time';
import { refusals, type Server } from '@liqpass/service/server';
import { z } from 'zod';
import { awaitVerdict, fileClaim } from '../services/claims.ts';
import type { Context } from '../services/context.ts';
import { hashBody, once } from '../services/idempotency.ts';
import { bindOkx } from '../services/bindOkx.ts';
import { createPurchaseOrder, readOwnPurchaseOrder, reportPayment } from '../services/purchaseOrders.ts';
import { traderActor } from './guards.ts';
import { triggerAnswer } from './internalClaims.ts';
import { purchaseOrderToWire } from './wireFormat.ts';

export const amount = (text: string): Usdc => {
  const value = parseUsdc(text);
  invariant(value !== null, 'the schema let an amount through');
  return value;
};
export const instantMs = (text: string | undefined): number | null => (text === undefined ? null : parseIso(text));

const idempotencyHeaders = z.object({ 'idempotency-key': z.string().min(1).max(255).optional() });

/** What a trader does with an order: the wallet it belongs to, or, where it has none, whoever knows its id. */
export function purchaseOrderRoutes(app: Server, ctx: Context): void {
  const tags = ['purchase orders'];

  app.post(
    '/api/purchase-orders',
    {
      schema: {
        tags,
        summary: 'Buy a pass',
        headers: idempotencyHeaders,
        body: createPurchaseOrderBody,
        response: { 201: createPurchaseOrderAnswer, ...refusals },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const key = request.headers['idempotency-key'];
      const actor = traderActor(request);
      const owner = actor.wallet ?? null;
      // A key is its sender's own: two wallets that think of the same one don't meet.
      const scope = `POST /api/purchase-orders${owner === null ? '' : ` ${owner}`}`;
      const idempotency = key === undefined ? null : { scope, key, bodyHash: hashBody(body) };
      const { answer } = await once(
        ctx,
        idempotency,
        (kept) => createPurchaseOrderAnswer.parse(kept),
        async (db) => {
          const purchaseOrderId = await createPurchaseOrder(
            ctx,
            db,
            {
              policyType: body.policyType,
              chainId: body.chainId,
              premium: amount(body.premiumAmountUsdc),
              policyParams: body.policyParams,
              payoutFixed: amount(body.policyParams.payout_fixed_usdc),
              payoutCap: amount(body.policyParams.payout_cap_usdc),
              startMs: instantMs(body.coverageStartAt),
              endMs: instantMs(body.coverageEndAt),
              payoutAddress: body.payoutAddress ?? null,
              quoteHash: body.quoteHash ?? null,
              owner,
            },
            actor,
          );
          return { statusCode: 201, answer: { purchaseOrderId } };
        },
      );
      return reply.code(201).send(answer);
    },
  );

  app.get(
    '/api/purchase-orders/:id',
    {
      schema: {
        tags,
        summary: 'Read an order',
        params: purchaseOrderParams,
        response: { 200: purchaseOrderAnswer, ...refusals },
      },
    },
    async (request) =>
      purchaseOrderToWire(await readOwnPurchaseOrder(ctx, request.params.id, traderActor(request)), ctx.clock.now()),
  );

  app.post(
    '/api/purchase-orders/:id/bind-okx',
    {
      schema: {
        tags,
        summary: 'Bind the OKX order to cover, while unpaid',
        params: purchaseOrderParams,
        body: bindOkxBody,
        response: { 200: purchaseOrderAnswer, ...refusals },
      },
    },
    async (request) => {
      const { ordId, instId, credentialId } = request.body;
      return purchaseOrderToWire(
        await bindOkx(ctx, request.params.id, { ordId, instId }, credentialId ?? null, traderActor(request)),
        ctx.clock.now(),
      );
    },
  );

  app.post(
    '/api/purchase-orders/:id/report-payment',
    {
      schema: {
        tags,
        summary: 'Tell the operators that you have paid',
        params: purchaseOrderParams,
        body: reportPaymentBody,
        response: { 200: purchaseOrderAnswer, ...refusals },
      },
    },
    async (request) =>
      purchaseOrderToWire(
        await reportPayment(ctx, request.params.id, request.body.txHash ?? null, traderActor(request)),
        ctx.clock.now(),
      ),
  );

  app.post(
    '/api/purchase-orders/:id/claims',
    {
      schema: {
        tags: ['claims'],
        summary: 'Claim: verified at once where the exchange answers in time',
        params: purchaseOrderParams,
        body: fileClaimBody,
        response: { 200: triggerClaimAnswer, 202: triggerClaimAnswer, ...refusals },
      },
    },
    async (request, reply) => {
      const { body } = request;
      if (body.purchaseOrderId !== undefined && body.purchaseOrderId.toLowerCase() !== request.params.id.toLowerCase())
        throw new LiqPassError('VALIDATION_FAILED', 'purchaseOrderId: the body names another order than the path.');
      const filed = {
        purchaseOrderId: request.params.id,
        claimant: body.claimant,
        submitTxHash: body.submitTxHash ?? null,
        triggeredAtSec: body.triggeredAtSec ?? null,
      };
      const claim = await awaitVerdict(ctx, await fileClaim(ctx, filed, traderActor(request)));
      const { statusCode, answer } = triggerAnswer(claim);
      return reply.code(statusCode).send(answer);
    },
  );
}
