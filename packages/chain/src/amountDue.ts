import { invariant } from '@liqpass/kernel/invariant';
import { usdc, type Usdc } from '@liqpass/kernel/money';

/** Tags are below a cent: a premium of 1.00 is due as 0.9901 to 0.9999, and with six decimals once those are taken. */
const CENT = 10_000n;
const FOUR_DECIMALS = 100n;
/** How many amounts a premium has: 99 with four decimals, 9,900 more with six. */
export const AMOUNTS_OF_A_PREMIUM = 9_999;

/** Amounts that only a buyer who has shown a position is given, whatever the premium: even ones of six decimals. */
export const isReserved = (amount: Usdc): boolean => amount % FOUR_DECIMALS !== 0n && amount % 2n === 0n;

/**
 * The amounts due that a premium can have, in the order in which they are tried: always less than the premium, in the
 * buyer's favour; those with the fewest digits first. `turn` (any whole number) says where each round begins, so that
 * orders that come at the same moment do not all try the same amount. A premium of a cent or less has none but itself.
 * `forAll`: without those that are reserved, so that strangers, however many, leave half of them.
 */
export function* amountsDue(premium: Usdc, turn: number, { forAll }: { readonly forAll: boolean }): Generator<Usdc> {
  for (const amount of allAmountsDue(premium, turn)) if (!forAll || !isReserved(amount)) yield amount;
}

function* allAmountsDue(premium: Usdc, turn: number): Generator<Usdc> {
  invariant(Number.isSafeInteger(turn) && turn >= 0, 'a turn is a whole number');
  if (premium <= CENT) {
    yield premium;
    return;
  }
  const short = CENT / FOUR_DECIMALS - 1n;
  for (let at = 0n; at < short; at += 1n) yield usdc(premium - (((BigInt(turn) + at) % short) + 1n) * FOUR_DECIMALS);
  const all = CENT - 1n;
  for (let at = 0n; at < all; at += 1n) {
    const tag = ((BigInt(turn) + at) % all) + 1n;
    if (tag % FOUR_DECIMALS !== 0n) yield usdc(premium - tag);
  }
}
