import {
  createPurchaseOrderAnswer,
  paymentPreviewAnswer,
  purchaseOrderAnswer,
  purchaseOrderParams,
} from '@liqpass/api/purchaseOrders';
import { bindOkxBody, createPurchaseOrderBody, reportPaymentBody } from '@liqpass/api/orderBodies';
import { triggerClaimAnswer } from '@liqpass/api/claims';
import { fileClaimBody } from '@liqpass/api/claimBodies';
import { LiqPassError } from '@liqpass/api/errors';
import type { Server } from '@liqpass/service/server';
import { z } from 'zod';
import { triggerClaim } from '../services/claims.ts';
import type { HallContext } from '../services/hallContext.ts';
import { hashBody, once } from '../services/platform/idempotency.ts';
import { bindOkx } from '../services/bindOkx.ts';
import {
  cancelPurchaseOrder,
  createPurchaseOrder,
  readOwnOrderWithExcess,
  readOwnPurchaseOrder,
  reportPayment,
} from '../services/purchaseOrders.ts';
import { previewPayment } from '../services/payments.ts';
import { callerName } from './people/callerName.ts';
import { traderActor } from './people/guards.ts';
import { triggerAnswer } from './internalClaims.ts';
import { previewToWire } from './paymentPreview.ts';
import { excessToWire, purchaseOrderToWire } from './wireFormat.ts';
import { amount, instantMs } from './platform/wireValues.ts';
import { countedAddress } from './platform/rateLimits.ts';
import { OF_EXCHANGE_KEY, OF_FILING, OF_OWN_ORDER, OPTIONAL_SESSION } from './platform/refusals.ts';

/** The premium in full, now. */
const COMES_NOW = { paidAtMs: null, amount: null, txHash: null, payer: null, note: null };
const idempotencyHeaders = z.object({ 'idempotency-key': z.string().min(1).max(255).optional() });

/** What a trader does with an order: the wallet it belongs to, or, where it has none, whoever knows its id. */
export function purchaseOrderRoutes(app: Server, ctx: HallContext): void {
  const tags = ['purchase orders'];
  const security = OPTIONAL_SESSION;

  app.post(
    '/api/purchase-orders',
    {
      schema: {
        tags,
        security,
        summary: 'Buy a pass',
        headers: idempotencyHeaders,
        body: createPurchaseOrderBody,
        response: { 201: createPurchaseOrderAnswer },
        refuses: [
          'SESSION_EXPIRED',
          'PURCHASE_ORDER_NOT_FOUND',
          'NOT_THE_OWNER',
          'IDEMPOTENCY_KEY_IN_FLIGHT',
          'IDEMPOTENCY_KEY_REUSED',
          'PRODUCT_NOT_FOUND',
          'CHAIN_NOT_SUPPORTED',
          'PREMIUM_NOT_ACCEPTABLE',
          'PAYOUT_NOT_ACCEPTABLE',
          'COVERAGE_WINDOW_NOT_ACCEPTABLE',
          'START_TOO_FAR',
          'ADDRESS_CHECKSUM_WRONG',
          'ADDRESS_CANNOT_BE_PAID',
          'PAYOUT_ADDRESS_NOT_SIGNED',
          'SALES_STOPPED',
          'EXPOSURE_LIMIT_REACHED',
          'QUOTE_NOT_FOUND',
          'QUOTE_HASH_MISMATCH',
          'QUOTE_ALREADY_USED',
          'QUOTE_EXPIRED',
        ],
      },
    },
    async (request, reply) => {
      const { body } = request;
      const key = request.headers['idempotency-key'];
      const actor = traderActor(request);
      const owner = actor.wallet ?? null;
      // A key is its sender's own: two wallets that think of the same one don't meet, and who is nobody is told by where they are.
      const scope = `POST /api/purchase-orders ${owner ?? `ip:${countedAddress(request.ip)}`}`;
      const idempotency = key === undefined ? null : { scope, key, bodyHash: hashBody(body) };
      const { answer } = await once(
        ctx,
        idempotency,
        (kept) => createPurchaseOrderAnswer.parse(kept),
        async (keep) => {
          const sold = (purchaseOrderId: string) => ({ statusCode: 201, answer: { purchaseOrderId } });
          const purchaseOrderId = await createPurchaseOrder(
            ctx,
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
              follows: body.follows ?? null,
              owner,
              caller: callerName(request),
            },
            actor,
            (id) => keep(sold(id)),
          );
          return sold(purchaseOrderId);
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
        security,
        summary: 'Read an order',
        params: purchaseOrderParams,
        response: { 200: purchaseOrderAnswer },
        refuses: OF_OWN_ORDER,
      },
    },
    async (request) => {
      const { order, excess } = await readOwnOrderWithExcess(ctx, request.params.id, traderActor(request));
      return { ...purchaseOrderToWire(order, ctx.clock.now()), ...excessToWire(excess) };
    },
  );

  app.post(
    '/api/purchase-orders/:id/bind-okx',
    {
      schema: {
        tags,
        security,
        summary: 'Bind the OKX order to cover, while unpaid',
        params: purchaseOrderParams,
        body: bindOkxBody,
        response: { 200: purchaseOrderAnswer },
        refuses: [
          ...OF_OWN_ORDER,
          'UNAUTHORIZED',
          'ALREADY_PAID_CANNOT_BIND',
          'INVALID_STATUS_TRANSITION',
          'QUOTE_EXPIRED',
          'ORDER_ALREADY_INSURED',
          'UNATTESTED_BINDING_NOT_ALLOWED',
          ...OF_EXCHANGE_KEY,
          'CREDENTIAL_NOT_FOUND',
          'POSITION_NOT_INSURABLE',
          'PRICE_MOVED',
          'SALES_STOPPED',
          'EXPOSURE_LIMIT_REACHED',
        ],
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

  app.get(
    '/api/purchase-orders/:id/payment-preview',
    {
      schema: {
        tags,
        security,
        summary: 'What a payment would buy if it came now, with the price now',
        params: purchaseOrderParams,
        response: { 200: paymentPreviewAnswer },
        refuses: OF_OWN_ORDER,
      },
    },
    async (request) => {
      const order = await readOwnPurchaseOrder(ctx, request.params.id, traderActor(request));
      return previewToWire(await previewPayment(ctx, order, COMES_NOW), ctx.clock.now());
    },
  );

  app.post(
    '/api/purchase-orders/:id/cancel',
    {
      schema: {
        tags,
        security,
        summary: 'Take back an unpaid order',
        params: purchaseOrderParams,
        response: { 200: purchaseOrderAnswer },
        refuses: [...OF_OWN_ORDER, 'INVALID_STATUS_TRANSITION'],
      },
    },
    async (request) =>
      purchaseOrderToWire(await cancelPurchaseOrder(ctx, request.params.id, traderActor(request)), ctx.clock.now()),
  );

  app.post(
    '/api/purchase-orders/:id/report-payment',
    {
      schema: {
        tags,
        security,
        summary: 'Tell the operators that you have paid',
        params: purchaseOrderParams,
        body: reportPaymentBody,
        response: { 200: purchaseOrderAnswer },
        refuses: OF_OWN_ORDER,
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
        security,
        summary: 'Claim: verified at once where the exchange answers in time',
        params: purchaseOrderParams,
        body: fileClaimBody,
        response: { 200: triggerClaimAnswer, 202: triggerClaimAnswer },
        refuses: [...OF_OWN_ORDER, ...OF_FILING],
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
      const claim = await triggerClaim(ctx, filed, traderActor(request));
      const { statusCode, answer } = triggerAnswer(claim);
      return reply.code(statusCode).send(answer);
    },
  );
}
