import { LiqPassError } from '@liqpass/api/errors';
import { getAddress, isAddress } from 'viem/utils';

/** The EIP-55 spelling of an address; 422 where its letters' case contradicts its checksum: a digit may be wrong. */
export function checksummedAddress(text: string): string {
  if (!isAddress(text))
    throw new LiqPassError(
      'ADDRESS_CHECKSUM_WRONG',
      `The checksum of ${text} is wrong: copy the address again, in its original spelling or all in lower case.`,
      { params: { address: text } },
    );
  return getAddress(text);
}
