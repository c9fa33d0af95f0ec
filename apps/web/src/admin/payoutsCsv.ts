/** Rows a CSV airdrop takes at most. */
export const CSV_ROWS = 400;

/** A list as Safe's CSV Airdrop reads it: human units, one row a payout. */
export function payoutsCsv(
  token: string,
  items: readonly { readonly to: string | null; readonly amount_usdc: string }[],
): string {
  const rows = items.slice(0, CSV_ROWS).map((item) => `erc20,${token},${item.to ?? ''},${item.amount_usdc},`);
  return ['token_type,token_address,receiver,amount,id', ...rows, ''].join('\n');
}
