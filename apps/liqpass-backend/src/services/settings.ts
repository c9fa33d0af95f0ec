import type { Settings as SettingsAnswer } from '@liqpass/api/operators';
import { formatUsdc } from '@liqpass/kernel/money';
import { formatIso } from '@liqpass/kernel/time';
import { readShop } from '../db/people/settingsRepo.ts';
import type { HallContext } from './hallContext.ts';

/** What operators set and see, as it stands now. */
export async function readSettings(ctx: HallContext): Promise<SettingsAnswer> {
  const { operators, onePersonShop } = await readShop(ctx.db);
  return {
    treasury_safe: ctx.settings.treasurySafe,
    chain_id: ctx.settings.chain.chainId,
    token_address: ctx.settings.chain.usdc,
    capital_usdc: formatUsdc(ctx.settings.underwriting.capital),
    allow_unattested_binding: ctx.settings.allowUnattestedBinding,
    one_person_shop: onePersonShop,
    operators,
    sales_stops: ctx.sales.list().map((stop) => ({
      policy_type: stop.policyType,
      inst_id: stop.instId,
      side: stop.side,
      reason: stop.reason,
      by: stop.by,
      at: formatIso(stop.atMs),
    })),
  };
}
