import type { PayoutAnswer, Payouts } from '@liqpass/api/payouts';

/** Rows a CSV airdrop takes at most. */
export const CSV_ROWS = 400;

/** The list as Safe's CSV Airdrop reads it: human units, one row a payout. */
export function payoutsCsv(
  payouts: Pick<Payouts, 'token_address'> & { readonly items: readonly PayoutAnswer[] },
): string {
  const rows = payouts.items
    .slice(0, CSV_ROWS)
    .map((item) => `erc20,${payouts.token_address},${item.to ?? ''},${item.amount_usdc},`);
  return ['token_type,token_address,receiver,amount,id', ...rows, ''].join('\n');
}
