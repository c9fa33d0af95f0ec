import { LiqPassError } from '@liqpass/api/errors';
import { parseAddress } from '@liqpass/chain/hex';
import type { PayoutLine } from '../../domain/treasury/safeBatch.ts';
import { RpcError } from './chainRpcClient.ts';
import type { Watch } from './treasuryContext.ts';

/** Refuses a list that pays an address which the issuer of USDC has blacklisted: one such transfer undoes the whole batch. */
export async function refuseBlacklisted(watch: Watch, lines: readonly PayoutLine[]): Promise<void> {
  const blacklisted: string[] = [];
  try {
    for (const to of new Set(lines.map((line) => line.to))) {
      const address = parseAddress(to);
      if (address !== null && (await watch.rpc.isBlacklisted(address))) blacklisted.push(to);
    }
  } catch (cause) {
    if (!(cause instanceof RpcError)) throw cause;
    throw new LiqPassError('SERVICE_UNAVAILABLE', 'The chain does not answer right now: try again in a moment.', {
      cause,
    });
  }
  if (blacklisted.length > 0)
    throw new LiqPassError(
      'PAYEE_BLACKLISTED',
      `The issuer of USDC has blacklisted ${blacklisted.join(', ')}: leave it out, and ask the payee for another address.`,
      { params: { addresses: blacklisted.join(', ') } },
    );
}
