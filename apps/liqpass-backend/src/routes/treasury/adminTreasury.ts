import {
  assignTransferBody,
  listTransfersQuery,
  transferAnswer,
  transferPage,
  transferParams,
  treasuryAnswer,
  type ChainTransfer,
} from '@liqpass/api/treasury';
import { LiqPassError } from '@liqpass/api/errors';
import { formatUsdc } from '@liqpass/kernel/money';
import { formatIso } from '@liqpass/kernel/time';
import type { Server } from '@liqpass/service/server';
import { assignTransfer } from '../../services/treasury/assignTransfer.ts';
import { listBooked, type Booked } from '../../services/treasury/listBooked.ts';
import { readTreasury } from '../../services/treasury/standing.ts';
import type { TreasuryContext, WatchContext } from '../../services/treasury/treasuryContext.ts';
import { operator, operatorsOnly } from '../people/guards.ts';
import type { Keys } from '../platform/keys.ts';
import { badCursor, openCursor, sealCursor, toPage } from '../platform/pagination.ts';

const toWire = (each: Booked): ChainTransfer => ({
  id: each.id,
  direction: each.direction,
  party: each.party,
  amount_usdc: formatUsdc(each.amount),
  tx_hash: each.txHash,
  log_index: each.logIndex,
  block_number: each.blockNumber,
  block_time: formatIso(each.blockTimeMs),
  purchase_order_id: each.purchaseOrderId,
  matched_by: each.matchedBy,
  counted_as: each.countedAs,
  payout_id: each.payoutId,
  candidates: [...each.candidates],
  assigned_by: each.assigned?.by ?? null,
  assigned_reason: each.assigned?.why ?? null,
  vanished: each.vanishedAtMs !== null,
});

const cursorOf = (each: Booked): string => sealCursor([each.blockNumber, each.logIndex]);
function parseCursor(cursor: string | undefined): { block: number; logIndex: number } | null {
  if (cursor === undefined) return null;
  const [block = '', logIndex = ''] = openCursor(cursor);
  if (!/^\d{1,15}$/.test(block) || !/^\d{1,9}$/.test(logIndex)) throw badCursor();
  return { block: Number(block), logIndex: Number(logIndex) };
}

/** The treasury for operators: where the reader is, whether the books agree, and money that is nobody's yet. */
export function adminTreasuryRoutes(app: Server, ctx: TreasuryContext, keys: Keys): void {
  const common = { tags: ['admin'], security: [{ adminKey: [] }, { session: [] }] };
  const watched = (): WatchContext => {
    if (ctx.watch === null)
      throw new LiqPassError('NOT_FOUND', 'Nobody watches the treasury here: WATCH_TREASURY is not set.');
    return { ...ctx, watch: ctx.watch };
  };

  app.get(
    '/admin/treasury',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: {
        ...common,
        summary: 'Where the reader of the chain is, and whether the books agree with it',
        response: { 200: treasuryAnswer },
      },
    },
    async () => readTreasury(ctx),
  );

  app.get(
    '/admin/treasury/transfers',
    {
      ...operatorsOnly(keys, 'viewer'),
      schema: {
        ...common,
        summary: 'What came to the treasury and left it, newest first',
        querystring: listTransfersQuery,
        response: { 200: transferPage },
        refuses: ['NOT_FOUND'],
      },
    },
    async (request) => {
      const { kind, limit, cursor } = request.query;
      const rows = await listBooked(watched(), { kind: kind ?? null, before: parseCursor(cursor), limit: limit + 1 });
      return toPage(rows, limit, cursorOf, toWire);
    },
  );

  app.post(
    '/admin/treasury/transfers/:id/assign',
    {
      ...operatorsOnly(keys, 'treasurer'),
      schema: {
        ...common,
        summary: 'Say whose money it is that nothing told',
        params: transferParams,
        body: assignTransferBody,
        response: { 200: transferAnswer },
        refuses: [
          'NOT_FOUND',
          'TRANSFER_NOT_FOUND',
          'PURCHASE_ORDER_NOT_FOUND',
          'INVALID_STATUS_TRANSITION',
          'SECOND_PERSON_REQUIRED',
        ],
      },
    },
    async (request) =>
      toWire(await assignTransfer(watched(), request.params.id, request.body, operator(request, keys, 'treasurer'))),
  );
}
