import type { TraderClaim } from '@liqpass/api/events';
import type { PurchaseOrderAnswer } from '@liqpass/api/purchaseOrders';
import { parseUsdc } from '@liqpass/kernel/money';
import type { CoverEntryType, Opening } from '@liqpass/log/entry';
import type { Shown, ShownProblem } from './judgeProof.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const sameAmount = (a: unknown, b: unknown): boolean => parseUsdc(text(a)) === parseUsdc(text(b));
const sameInstant = (a: unknown, b: unknown): boolean => Date.parse(text(a)) === Date.parse(text(b));
const sameHex = (a: unknown, b: unknown): boolean => text(a).toLowerCase() === text(b).toLowerCase();

/** Where the page says something else of an order and its claim than the log does; what the log does not tell of is not compared. */
export function comparePage(
  { entries }: Pick<Shown, 'entries'>,
  order: PurchaseOrderAnswer,
  claim: TraderClaim['claim'] | null,
): ShownProblem[] {
  const last = (type: CoverEntryType): Opening | undefined =>
    entries.findLast(({ opening }) => opening.type === type)?.opening;
  const sold = last('sold');
  const bound = last('bound');
  const paid = claim?.status === 'PAID' ? last('paid') : undefined;
  const { payout_fixed_usdc: payout } = order.policy_params_json;
  const facts: readonly (readonly [name: string, holds: boolean])[] = [
    ...(sold
      ? ([
          ['premium', sameAmount(sold['premium_usdc'], order.premium_amount_usdc)],
          ['payout', sameAmount(sold['payout_usdc'], payout)],
          ['start of the window', sameInstant(sold['coverage_start_at'], order.coverage_start_at)],
          ['end of the window', sameInstant(sold['coverage_end_at'], order.coverage_end_at)],
          ['time of payment', sameInstant(sold['paid_at'], order.paid_at)],
        ] as const)
      : []),
    ...(bound
      ? ([
          ['OKX order', bound['ord_id'] === order.okx_meta_json?.ordId],
          ['instrument', bound['inst_id'] === order.okx_meta_json?.instId],
        ] as const)
      : []),
    ...(paid
      ? ([
          ['amount paid out', sameAmount(paid['payout_usdc'], claim?.payout_amount_usdc)],
          ['payee', sameHex(paid['payee'], claim?.claimant)],
          ['transaction', sameHex(paid['tx_hash'], claim?.multisig_tx_hash)],
        ] as const)
      : []),
  ];
  return facts
    .filter(([, holds]) => !holds)
    .map(([name]) => ({ code: 'PAGE_DIFFERS', detail: `${name}: the log has another than this page shows` }));
}
