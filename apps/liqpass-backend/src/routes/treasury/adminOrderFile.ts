import { orderFileAnswer, type OrderFile as OrderFileAnswer } from '@liqpass/api/desk';
import { purchaseOrderParams } from '@liqpass/api/purchaseOrders';
import { formatUsdc } from '@liqpass/kernel/money';
import { formatIso } from '@liqpass/kernel/time';
import { mayAs } from '@liqpass/kernel/vocabulary';
import type { Server } from '@liqpass/service/server';
import { readOrderFile, type OrderFile } from '../../services/treasury/orderFile.ts';
import type { TreasuryContext } from '../../services/treasury/treasuryContext.ts';
import { operator, operatorsOnly } from '../people/guards.ts';
import type { Keys } from '../platform/keys.ts';
import { snapshotToWire } from '../snapshotWire.ts';
import { claimToWire, purchaseOrderToWire } from '../wireFormat.ts';
import { payoutsFor } from './payoutsFor.ts';

function premiumToWire({ order, recorded }: OrderFile): OrderFileAnswer['premium'] {
  if (recorded === null || order.paidAtMs === null) return null;
  return {
    paid_at: formatIso(order.paidAtMs),
    amount_usdc: order.paidAmount === null ? null : formatUsdc(order.paidAmount),
    tx_hash: order.paymentTxHash,
    payer: order.payer,
    recorded_by: recorded.by,
    recorded_at: recorded.atMs === null ? null : formatIso(recorded.atMs),
    note: recorded.note,
    probability: order.paidProbability,
    refund_reason: order.refundReason,
    waiting_check: order.waitingCheck,
  };
}

/** Everything about an order on one page. */
export function adminOrderFileRoutes(app: Server, ctx: TreasuryContext, keys: Keys): void {
  app.get(
    '/admin/purchase-orders/:id',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: {
        tags: ['admin'],
        security: [{ adminKey: [] }, { session: [] }],
        summary: 'Everything about an order: what was seen, paid, decided, claimed and paid out, and who did it',
        params: purchaseOrderParams,
        response: { 200: orderFileAnswer },
        refuses: ['PURCHASE_ORDER_NOT_FOUND'],
      },
    },
    async (request) => {
      const actor = operator(request, keys, 'viewer');
      const file = await readOrderFile(ctx, request.params.id);
      const pays = mayAs(actor.role, 'treasurer');
      const view = await payoutsFor(ctx, actor);
      return {
        order: purchaseOrderToWire(file.order, ctx.clock.now()),
        snapshot: file.snapshot && snapshotToWire(file.snapshot),
        premium: premiumToWire(file),
        claim: file.claim && claimToWire(file.claim),
        payouts: file.payouts.map((each) => view(each)),
        audit: file.audit.map((row) => ({
          id: row.id,
          at: formatIso(row.at.getTime()),
          actor: row.actor,
          action: row.action,
          subject: row.subject_id,
          from: row.from_status,
          to: row.to_status,
          why: row.why,
        })),
        may: {
          mark_paid: pays && file.order.paidAtMs === null,
          undo_paid: pays && file.mayUndo,
          note: mayAs(actor.role, 'reviewer'),
        },
      };
    },
  );
}
