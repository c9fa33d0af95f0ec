import { LiqPassError } from '@liqpass/api/errors';
import { chainName } from '@liqpass/kernel/chains';
import { unpayable, type Unpayable } from '../domain/platform/unpayable.ts';
import type { HallContext } from './hallContext.ts';
import { checksummedAddress } from './platform/checksummedAddress.ts';

const WHY: Record<Unpayable, string> = {
  ZERO: 'it is the zero address',
  PRECOMPILE: 'it is a contract of the chain itself, and nobody has its key',
  TOKEN: 'it is the USDC contract, not a wallet',
  TREASURY: 'it is the treasury that would pay it',
};

/** An address that money is to go to, in its EIP-55 spelling; 422 ADDRESS_CANNOT_BE_PAID where a transfer to it fails or is lost. */
export function payeeAddress(ctx: Pick<HallContext, 'settings'>, text: string): string {
  const address = checksummedAddress(text);
  requirePayable(ctx, address);
  return address;
}

export function requirePayable({ settings }: Pick<HallContext, 'settings'>, address: string): void {
  const why = unpayable(address, { usdc: settings.chain.usdc, safe: settings.treasurySafe });
  const network = chainName(settings.chain.chainId);
  if (why !== null)
    throw new LiqPassError(
      'ADDRESS_CANNOT_BE_PAID',
      `${address} cannot be paid: ${WHY[why]}. Give the address of a wallet of yours on ${network}.`,
      { params: { address, reason: why, network } },
    );
}
