import type { Side } from '@liqpass/kernel/vocabulary';
import type { Usdc } from '@liqpass/kernel/money';
import type { EpochMs } from '@liqpass/kernel/time';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { concatHex, keccak256, stringToHex, toHex } from 'viem/utils';
import type { Hex } from 'viem';

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
  EIP712Domain: [
    { name: 'name', type: 'string' },
    { name: 'version', type: 'string' },
    { name: 'chainId', type: 'uint256' },
  ],
} as const;
/** Of the chain that orders are sold for: what is signed for a trial is worth nothing on Base. */
const domainOf = (chainId: number) => ({ name: 'LiqPass', version: '1', chainId }) as const;

const hashText = (text: string): Hex => keccak256(stringToHex(text));
/** typeHash of EIP-712: keccak256("Name(type name,…)"). */
const hashType = (name: keyof typeof types): Hex =>
  hashText(`${name}(${types[name].map((field) => `${field.type} ${field.name}`).join(',')})`);
const TYPE_HASH = hashType('Quote');
const hashDomain = ({ name, version, chainId }: ReturnType<typeof domainOf>): Hex =>
  keccak256(concatHex([hashType('EIP712Domain'), hashText(name), hashText(version), toHex(chainId, { size: 32 })]));

type Message = Record<(typeof types.Quote)[number]['name'], string | bigint> & { readonly salt: Hex };

/**
 * The EIP-712 digest, keccak256(0x1901 ‖ domain ‖ keccak256(type ‖ fields)). The same as the library's hashTypedData (a test
 * compares them), which hashes the domain and the type anew and takes three times as long: signing is most of what a quote costs.
 */
function digestOf(domainHash: Hex, message: Message): Hex {
  const fields = types.Quote.map(({ name, type }) => {
    const value = message[name];
    if (type === 'string') return hashText(String(value));
    return type === 'bytes32' ? message.salt : toHex(BigInt(value), { size: 32 });
  });
  return keccak256(concatHex(['0x1901', domainHash, keccak256(concatHex([TYPE_HASH, ...fields]))]));
}

export type SignedQuote = {
  /** The EIP-712 digest: the quote's identity. A signature has a second valid twin, so it is none. */
  readonly quoteHash: `0x${string}`;
  readonly signature: `0x${string}`;
  /** What was signed, as eth_signTypedData_v4 takes it: whole numbers as decimal strings. */
  readonly typedData: unknown;
};
export type QuoteSigner = { readonly address: string; sign(terms: QuoteTerms): Promise<SignedQuote> };

/** Signs quotes of a chain with a key (0x and 64 hex digits); without one, with a key of this process. */
export function quoteSigner(privateKey: `0x${string}` | null, chainId: number): QuoteSigner {
  const domain = domainOf(chainId);
  const domainHash = hashDomain(domain);
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
      const quoteHash = digestOf(domainHash, message);
      const signature = await account.sign({ hash: quoteHash });
      const wireMessage = Object.fromEntries(
        Object.entries(message).map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]),
      );
      return {
        quoteHash,
        signature,
        typedData: { domain, types, primaryType: 'Quote', message: wireMessage },
      };
    },
  };
}
