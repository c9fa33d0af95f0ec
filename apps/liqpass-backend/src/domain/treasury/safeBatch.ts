import { formatUsdc, usdc, type Usdc } from '@liqpass/kernel/money';
import { BASE_CHAIN_ID, USDC_ON_BASE } from '@liqpass/kernel/vocabulary';
import { keccak256, stringToBytes } from 'viem/utils';

/** A payout as a batch lists it. */
export type PayoutLine = { readonly id: string; readonly to: string; readonly amount: Usdc };

const addUp = (payouts: readonly PayoutLine[]): Usdc => usdc(payouts.reduce((sum, each) => sum + each.amount, 0n));

/** keccak256 over `[id, to, amount]` of each payout in order of id, as JSON: signers compare it before they sign. */
export function payoutListHash(payouts: readonly PayoutLine[]): string {
  const list = payouts
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((each) => [each.id, each.to, formatUsdc(each.amount)]);
  return keccak256(stringToBytes(JSON.stringify(list)));
}

export const payoutTotal = addUp;

/** How Safe's Transaction Builder writes a value for its checksum: `[a,b]`, `{` + JSON of the sorted keys + each value and a comma + `}`. */
function serialize(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(serialize).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${JSON.stringify(entries.map(([key]) => key))}${entries.map(([, each]) => `${serialize(each)},`).join('')}}`;
  }
  return JSON.stringify(value === undefined ? null : value);
}

/** The chain that is paid on, and USDC there. */
export type PaidOn = { readonly chainId: number; readonly usdc: string };
const BASE: PaidOn = { chainId: BASE_CHAIN_ID, usdc: USDC_ON_BASE };

export type SafeBatch = Readonly<Record<string, unknown>>;

/**
 * A file for Safe's Transaction Builder: one USDC transfer a payout. With `data` null the signers see transfer(to, value)
 * rather than bytes. The checksum (taken with meta.name null and without itself) tells a damaged file, it is no signature.
 */
export function safeBatch(
  payouts: readonly PayoutLine[],
  safe: string,
  createdAtMs: number,
  on: PaidOn = BASE,
): SafeBatch {
  const meta = {
    name: 'LiqPass payouts',
    description: `${payouts.length} payouts, ${formatUsdc(addUp(payouts))} USDC in all, list hash ${payoutListHash(payouts)}`,
    txBuilderVersion: '1.17.0',
    createdFromSafeAddress: safe,
    createdFromOwnerAddress: '',
  };
  const batch = {
    version: '1.0',
    chainId: String(on.chainId),
    createdAt: createdAtMs,
    meta,
    transactions: payouts.map((payout) => ({
      to: on.usdc,
      value: '0',
      data: null,
      contractMethod: {
        inputs: [
          { internalType: 'address', name: 'to', type: 'address' },
          { internalType: 'uint256', name: 'value', type: 'uint256' },
        ],
        name: 'transfer',
        payable: false,
      },
      contractInputsValues: { to: payout.to, value: payout.amount.toString() },
    })),
  };
  const checksum = keccak256(stringToBytes(serialize({ ...batch, meta: { ...meta, name: null } })));
  return { ...batch, meta: { ...meta, checksum } };
}

/** Rows that Safe's CSV airdrop app reads: human units, at most this many in one file. */
export const CSV_ROWS = 400;

/** The same payouts for Safe's CSV airdrop app. */
export function payoutsCsv(payouts: readonly PayoutLine[], on: PaidOn = BASE): string {
  return [
    'token_type,token_address,receiver,amount,id',
    ...payouts.slice(0, CSV_ROWS).map((each) => `erc20,${on.usdc},${each.to},${formatUsdc(each.amount)},`),
  ]
    .join('\n')
    .concat('\n');
}
