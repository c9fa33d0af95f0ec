import { BASE_CHAIN_ID, type Side } from '@liqpass/kernel/vocabulary';
import type { Usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { hashTypedData } from 'viem/utils';

/** What LiqPass puts its name to: this cover, at this premium, until then. */
export type QuoteTerms = {
  readonly policyType: string;
  readonly instId: string;
  readonly side: Side;
  readonly markPx: string;
  readonly liqPx: string;
  readonly payout: Usdc;
  readonly premium: Usdc;
  /** In billionths, rounded up. */
  readonly probabilityE9: bigint;
  readonly createdAtMs: EpochMs;
  readonly expiresAtMs: EpochMs;
  /** 0x and 64 hex digits: two quotes on the same terms are still two. */
  readonly salt: `0x${string}`;
};

const types = {
  Quote: [
    { name: 'policyType', type: 'string' },
    { name: 'instId', type: 'string' },
    { name: 'side', type: 'string' },
    { name: 'markPx', type: 'string' },
    { name: 'liqPx', type: 'string' },
    { name: 'payoutUsdc', type: 'uint256' },
    { name: 'premiumUsdc', type: 'uint256' },
    { name: 'probabilityE9', type: 'uint256' },
    { name: 'createdAtMs', type: 'uint256' },
    { name: 'expiresAtMs', type: 'uint256' },
    { name: 'salt', type: 'bytes32' },
  ],
} as const;
const domain = { name: 'LiqPass', version: '1', chainId: BASE_CHAIN_ID } as const;

export type SignedQuote = {
  /** The EIP-712 digest: the quote's identity. A signature has a second valid twin, so it is none. */
  readonly quoteHash: `0x${string}`;
  readonly signature: `0x${string}`;
  /** What was signed, as eth_signTypedData_v4 takes it: whole numbers as decimal strings. */
  readonly typedData: unknown;
};
export type QuoteSigner = { readonly address: string; sign(terms: QuoteTerms): Promise<SignedQuote> };

/** Signs quotes with a key (0x and 64 hex digits); without one, with a key of this process. */
export function quoteSigner(privateKey: `0x${string}` | null): QuoteSigner {
  const account = privateKeyToAccount(privateKey ?? generatePrivateKey());
  return {
    address: account.address,
    async sign(terms) {
      const message = {
        policyType: terms.policyType,
        instId: terms.instId,
        side: terms.side,
        markPx: terms.markPx,
        liqPx: terms.liqPx,
        payoutUsdc: terms.payout,
        premiumUsdc: terms.premium,
        probabilityE9: terms.probabilityE9,
        createdAtMs: BigInt(terms.createdAtMs),
        expiresAtMs: BigInt(terms.expiresAtMs),
        salt: terms.salt,
      };
      const quoteHash = hashTypedData({ domain, types, primaryType: 'Quote', message });
      const signature = await account.sign({ hash: quoteHash });
      const wireMessage = Object.fromEntries(
        Object.entries(message).map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]),
      );
      const EIP712Domain = [
        { name: 'name', type: 'string' },
        { name: 'version', type: 'string' },
        { name: 'chainId', type: 'uint256' },
      ];
      return {
        quoteHash,
        signature,
        typedData: { domain, types: { EIP712Domain, ...types }, primaryType: 'Quote', message: wireMessage },
      };
    },
  };
}
