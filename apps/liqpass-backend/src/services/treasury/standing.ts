import { formatUsdc, usdc, type Usdc } from '@liqpass/kernel/money';
import { formatIso } from '@liqpass/kernel/time';
import type { Reserves, TreasuryStanding } from '@liqpass/api/treasury';
import { getChainReader } from '../../db/treasury/chainReadersRepo.ts';
import { sumCovers } from '../../db/treasury/coversRepo.ts';
import { sumByKind, sumDue } from '../../db/treasury/treasuryRepo.ts';
import { ADMIN_ASSIGNS_FROM } from '../../domain/treasury/assigning.ts';
import { reportExposure } from '../book/exposureReport.ts';
import type { TreasuryContext, WatchContext } from './treasuryContext.ts';

/** A difference with its sign, in USDC. */
const signed = (difference: bigint): string =>
  difference < 0n ? `-${formatUsdc(usdc(-difference))}` : formatUsdc(usdc(difference));

/** What the treasury holds against what it owes, for anybody to look at. */
export async function readReserves(ctx: TreasuryContext): Promise<Omit<Reserves, 'liabilities'>> {
  const reader = ctx.watch === null ? null : await getChainReader(ctx.db, ctx.watch.readerId);
  const balanced = reader?.balanced ?? null;
  const sums = reader && balanced ? await sumByKind(ctx.db, reader.id, balanced.block) : null;
  const [report, due] = [await reportExposure(ctx), await sumDue(ctx.db)];
  const covers = await sumCovers(ctx.db, ctx.clock.now());
  return {
    chainId: ctx.settings.chain.chainId,
    safe: ctx.settings.treasurySafe,
    block: balanced?.block ?? null,
    balance: balanced ? formatUsdc(balanced.balance) : null,
    // Counted from the covers themselves: the book holds open quotes too, and not every order takes room in it.
    in_force: formatUsdc(covers.payout),
    reserve_99_9: formatUsdc(report.reserve),
    due: formatUsdc(due),
    books:
      reader && sums
        ? { opening: formatUsdc(reader.opening), in: formatUsdc(sums.moneyIn), out: formatUsdc(sums.moneyOut) }
        : null,
    difference: reader && reader.difference !== null ? signed(reader.difference) : null,
    policies: covers.count,
    as_of: formatIso(balanced?.atMs ?? ctx.clock.now()),
  };
}

/** Where the reader is, and whether the books agree with the chain, for operators. */
export async function readTreasury(ctx: TreasuryContext): Promise<TreasuryStanding> {
  const { watch } = ctx;
  const reader = watch === null ? null : await getChainReader(ctx.db, watch.readerId);
  const balanced = reader?.balanced ?? null;
  const sums = watch !== null && balanced !== null ? await sumByKind(ctx.db, watch.readerId, balanced.block) : null;
  return {
    watched: watch !== null,
    chain_id: ctx.settings.chain.chainId,
    treasury_safe: ctx.settings.treasurySafe,
    last_block: reader?.last.number ?? null,
    safe_block: reader?.safeBlock ?? null,
    final_block: reader?.finalBlock ?? null,
    read_at: reader ? formatIso(reader.readAtMs) : null,
    trouble: reader?.trouble
      ? { code: reader.trouble.code, detail: reader.trouble.detail, since: formatIso(reader.trouble.sinceMs) }
      : null,
    books:
      reader && balanced && sums
        ? {
            block: balanced.block,
            opening_usdc: formatUsdc(reader.opening),
            in_usdc: formatUsdc(sums.moneyIn),
            out_usdc: formatUsdc(sums.moneyOut),
            balance_usdc: formatUsdc(balanced.balance),
            premiums_usdc: formatUsdc(sums.premiums),
            owed_back_usdc: formatUsdc(sums.owedBack),
            unmatched_usdc: formatUsdc(sums.unmatched),
            paid_out_usdc: formatUsdc(sums.paidOut),
            unproven_out_usdc: formatUsdc(sums.unprovenOut),
          }
        : null,
    difference_usdc: reader === null || reader.difference === null ? null : signed(reader.difference),
    capital_usdc: formatUsdc(ctx.settings.underwriting.capital),
    due_usdc: formatUsdc(await sumDue(ctx.db)),
    admin_from_usdc: formatUsdc(ADMIN_ASSIGNS_FROM),
  };
}

/** The last block in which a transfer proves a payout; null where nobody watches. */
export async function readFinalBlock(ctx: TreasuryContext): Promise<number | null> {
  const { watch } = ctx;
  const reader = watch === null ? null : await getChainReader(ctx.db, watch.readerId);
  if (watch === null || reader === null) return null;
  const at = { latest: reader.headBlock, safe: reader.safeBlock, finalized: reader.finalBlock };
  return Math.min(at[watch.settings.payoutFinality], reader.last.number);
}

/** What the treasury can pay: its balance less what it owes already; null before the first balance is known. */
export async function readCapital(ctx: WatchContext): Promise<{ capital: Usdc | null; differs: boolean }> {
  const reader = await getChainReader(ctx.db, ctx.watch.readerId);
  if (!reader?.balanced) return { capital: null, differs: reader !== null && reader.difference !== null };
  const due = await sumDue(ctx.db);
  const { balance } = reader.balanced;
  return { capital: usdc(balance > due ? balance - due : 0n), differs: reader.difference !== null };
}
