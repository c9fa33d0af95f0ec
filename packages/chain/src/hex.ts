import { invariant } from '@liqpass/kernel/invariant';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** `0x` and hex digits; addresses and hashes are in lower case throughout this package, so that they compare by `===`. */
export type Hex = `0x${string}`;

const HEX = /^0x(?:[0-9a-f]{2})*$/i;
/** Whole bytes in hex, in lower case; null for anything else. */
export const parseHex = (value: unknown): Hex | null =>
  typeof value === 'string' && HEX.test(value) ? (value.toLowerCase() as Hex) : null;

const HASH = /^0x[0-9a-f]{64}$/;
/** A hash or another 32 bytes; null for anything else. What is in lower case already, as from any RPC, is taken as it is. */
export const parseHash = (value: unknown): Hex | null => {
  if (typeof value !== 'string' || value.length !== 66) return null;
  return HASH.test(value) ? (value as Hex) : parseHex(value);
};

/** 20 bytes; null for anything else. A checksum in mixed case is not looked at. */
export const parseAddress = (value: unknown): Hex | null =>
  typeof value === 'string' && value.length === 42 ? parseHex(value) : null;

const QUANTITY = /^0x(?:0|[1-9a-f][0-9a-f]{0,12})$/i;
/** A JSON-RPC quantity up to 2^52 − 1 (block numbers, times, indexes); null for anything else. */
export const parseQuantity = (value: unknown): number | null =>
  typeof value === 'string' && QUANTITY.test(value) ? Number(value) : null;

export const keccak = (data: Hex): Hex => `0x${bytesToHex(keccak_256(hexToBytes(data.slice(2))))}`;
export const keccakText = (text: string): Hex => `0x${bytesToHex(keccak_256(utf8ToBytes(text)))}`;

/** How many bytes these are. */
export const sizeOf = (data: Hex): number => (data.length - 2) / 2;
/** `length` bytes from `at` on, or up to the end; shorter where the data ends before. */
export const sliceBytes = (data: Hex, at: number, length?: number): Hex =>
  `0x${data.slice(2 + at * 2, length === undefined ? undefined : 2 + (at + length) * 2)}`;

/** The 32-byte word at byte `at` as an unsigned integer; null where the data ends before. */
export function wordAt(data: Hex, at: number): bigint | null {
  const word = sliceBytes(data, at, 32);
  return word.length === 66 ? BigInt(word) : null;
}

/** The address in a 32-byte word: its last 20 bytes, the first 12 being zero; null otherwise. */
export const addressInWord = (word: Hex): Hex | null =>
  word.length === 66 && word.startsWith('0x000000000000000000000000') ? `0x${word.slice(26)}` : null;

/** The address in the 32-byte word at byte `at`. */
export const addressAt = (data: Hex, at: number): Hex | null => addressInWord(sliceBytes(data, at, 32));

/** The `bytes` argument whose offset stands in the word at `headAt`, counted from byte `from`; null where the data says otherwise. */
export function bytesArgument(data: Hex, from: number, headAt: number): Hex | null {
  const offset = wordAt(data, headAt);
  if (offset === null || offset > 10_000_000n) return null;
  const length = wordAt(data, from + Number(offset));
  if (length === null || length > 10_000_000n) return null;
  const bytes = sliceBytes(data, from + Number(offset) + 32, Number(length));
  return sizeOf(bytes) === Number(length) ? bytes : null;
}

/** 32 bytes, as ABI and EIP-712 encode an unsigned integer. */
export function wordOf(value: bigint): string {
  invariant(value >= 0n && value < 2n ** 256n, 'a word holds 256 bits');
  return value.toString(16).padStart(64, '0');
}
/** 32 bytes, as ABI and EIP-712 encode an address. */
export const wordOfAddress = (address: Hex): string => address.slice(2).toLowerCase().padStart(64, '0');
