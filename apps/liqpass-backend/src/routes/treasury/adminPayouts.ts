import { approvePayoutBody, markPayoutPaidBody, setPayeeBody, withReasonBody } from '@liqpass/api/payoutBodies';
import { listPayoutsQuery, payoutAnswer, payoutParams, payoutsAnswer } from '@liqpass/api/payouts';
import { formatUsdc } from '@liqpass/kernel/money';
import type { Server } from '@liqpass/service/server';
import { payoutListHash, payoutTotal } from '../../domain/treasury/safeBatch.ts';
import type { TreasuryContext } from '../../services/treasury/treasuryContext.ts';
import { payPayout } from '../../services/treasury/payPayout.ts';
import { undoPayment } from '../../services/treasury/undoPayment.ts';
import {
  approvePayout,
  listPayable,
  listPayouts,
  payeeDoubts,
  setPayee,
  takeBackApproval,
} from '../../services/treasury/payouts.ts';
import { operator, operatorsOnly } from '../people/guards.ts';
import type { Keys } from '../platform/keys.ts';
import { instantMs } from '../platform/wireValues.ts';
import { toPage } from '../platform/pagination.ts';
import { byHandReason } from './byHandReason.ts';
import { payoutsFor } from './payoutsFor.ts';
import { parsePayoutCursor, payoutCursor } from './payoutWire.ts';

/** What is to be paid, of every kind: seen, approved, recorded. */
export function adminPayoutRoutes(app: Server, ctx: TreasuryContext, keys: Keys): void {
  const common = { tags: ['admin'], security: [{ adminKey: [] }, { session: [] }] };

  app.get(
    '/admin/payouts',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: {
        ...common,
        summary: 'What is to be paid, and what was; with what a batch made now would hold',
        querystring: listPayoutsQuery,
        response: { 200: payoutsAnswer },
        refuses: ['PAYOUT_NOT_AS_APPROVED'],
      },
    },
    async (request) => {
      const { status, kind, limit, cursor } = request.query;
      const view = await payoutsFor(ctx, operator(request, keys, 'viewer'));
      const rows = await listPayouts(ctx, {
        status: status ?? null,
        kind: kind ?? null,
        after: parsePayoutCursor(cursor),
        limit: limit + 1,
      });
      const payable = await listPayable(ctx);
      const doubts = await payeeDoubts(ctx, rows);
      return {
        ...toPage(rows, limit, payoutCursor, (payout) => view(payout, doubts.get(payout.id))),
        count: payable.length,
        total_usdc: formatUsdc(payoutTotal(payable)),
        list_hash: payoutListHash(payable),
        treasury_safe: ctx.settings.treasurySafe,
        chain_id: ctx.settings.chain.chainId,
        token_address: ctx.settings.chain.usdc,
      };
    },
  );

  app.post(
    '/admin/payouts/:id/approve',
    {
      ...operatorsOnly(keys, 'reviewer'),
      schema: {
        ...common,
        summary: 'Approve a refund, or money that was too much',
        params: payoutParams,
        body: approvePayoutBody,
        response: { 200: payoutAnswer },
        refuses: [
          'PAYOUT_NOT_FOUND',
          'PAYOUT_ADDRESS_MISSING',
          'PAYOUT_CHANGED',
          'ADDRESS_CHECKSUM_WRONG',
          'INVALID_STATUS_TRANSITION',
          'SECOND_PERSON_REQUIRED',
        ],
      },
    },
    async (request) => {
      const actor = operator(request, keys, 'reviewer');
      const payout = await approvePayout(ctx, request.params.id, request.body.to ?? null, actor);
      return (await payoutsFor(ctx, actor))(payout);
    },
  );

  app.post(
    '/admin/payouts/:id/take-back',
    {
      ...operatorsOnly(keys, 'reviewer'),
      schema: {
        ...common,
        summary: 'Take the approval of a refund back, until it is in a batch or paid',
        params: payoutParams,
        body: withReasonBody,
        response: { 200: payoutAnswer },
        refuses: ['PAYOUT_NOT_FOUND', 'INVALID_STATUS_TRANSITION'],
      },
    },
    async (request) => {
      const actor = operator(request, keys, 'reviewer');
      return (await payoutsFor(ctx, actor))(await takeBackApproval(ctx, request.params.id, request.body.reason, actor));
    },
  );

  app.post(
    '/admin/payouts/:id/payee',
    {
      ...operatorsOnly(keys, 'reviewer'),
      schema: {
        ...common,
        summary: 'Enter where the money of an order without a wallet goes, after asking',
        params: payoutParams,
        body: setPayeeBody,
        response: { 200: payoutAnswer },
        refuses: ['PAYOUT_NOT_FOUND', 'ADDRESS_CHECKSUM_WRONG', 'ADDRESS_CANNOT_BE_PAID', 'INVALID_STATUS_TRANSITION'],
      },
    },
    async (request) => {
      const actor = operator(request, keys, 'reviewer');
      return (await payoutsFor(ctx, actor))(await setPayee(ctx, request.params.id, request.body, actor));
    },
  );

  app.post(
    '/admin/payouts/:id/mark-paid',
    {
      ...operatorsOnly(keys, 'treasurer'),
      schema: {
        ...common,
        summary: 'Record the transaction that paid it: a claim, a refund or an excess',
        params: payoutParams,
        body: markPayoutPaidBody,
        response: { 200: payoutAnswer, 202: payoutAnswer },
        refuses: [
          'PAYOUT_NOT_FOUND',
          'CLAIM_NOT_FOUND',
          'INVALID_STATUS_TRANSITION',
          'PAID_AT_IN_FUTURE',
          'SECOND_PERSON_REQUIRED',
          'PAYOUT_NOT_PROVEN',
          'SERVICE_UNAVAILABLE',
        ],
      },
    },
    async (request, reply) => {
      const actor = operator(request, keys, 'treasurer');
      const { txHash, paidAt } = request.body;
      const payment = { txHash, paidAtMs: instantMs(paidAt), byHand: byHandReason(request.body.byHand, actor) };
      const { payout, counts } = await payPayout(ctx, request.params.id, payment, actor);
      return reply.code(counts ? 200 : 202).send((await payoutsFor(ctx, actor))(payout));
    },
  );

  app.post(
    '/admin/payouts/:id/undo-paid',
    {
      ...operatorsOnly(keys, 'treasurer'),
      schema: {
        ...common,
        summary: 'Take the record of a payment back that was a mistake, within a day',
        params: payoutParams,
        body: withReasonBody,
        response: { 200: payoutAnswer },
        refuses: ['PAYOUT_NOT_FOUND', 'INVALID_STATUS_TRANSITION', 'TOO_LATE_TO_UNDO'],
      },
    },
    async (request) => {
      const actor = operator(request, keys, 'treasurer');
      return (await payoutsFor(ctx, actor))(await undoPayment(ctx, request.params.id, request.body.reason, actor));
    },
  );
}
