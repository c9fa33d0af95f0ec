import { EXEC_TRANSACTION_SELECTOR, MULTI_SEND_SELECTOR, TRANSFER_SELECTOR } from './contracts.ts';
import {
  addressAt,
  bytesArgument,
  keccak,
  keccakText,
  sizeOf,
  sliceBytes,
  wordAt,
  wordOf,
  wordOfAddress,
  type Hex,
} from './hex.ts';

/** What the owners of a Safe sign. */
export type SafeTransaction = {
  readonly to: Hex;
  readonly value: bigint;
  readonly data: Hex;
  /** 0: call, 1: delegatecall. */
  readonly operation: 0 | 1;
  readonly safeTxGas: bigint;
  readonly baseGas: bigint;
  readonly gasPrice: bigint;
  readonly gasToken: Hex;
  readonly refundReceiver: Hex;
  readonly nonce: bigint;
};

const DOMAIN_TYPE = keccakText('EIP712Domain(uint256 chainId,address verifyingContract)');
const SAFE_TX_TYPE = keccakText(
  'SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)',
);

/**
 * The hash that owners sign and that ExecutionSuccess names: EIP-712 of SafeTx, for Safes since 1.3.0. Unlike the hash of the
 * transaction that carries it, it does not change when the executor speeds that up.
 */
export function safeTxHash(chainId: number, safe: Hex, tx: SafeTransaction): Hex {
  const domain = keccak(`${DOMAIN_TYPE}${wordOf(BigInt(chainId))}${wordOfAddress(safe)}`);
  const struct = keccak(
    `${SAFE_TX_TYPE}${wordOfAddress(tx.to)}${wordOf(tx.value)}${keccak(tx.data).slice(2)}${wordOf(BigInt(tx.operation))}${wordOf(tx.safeTxGas)}${wordOf(tx.baseGas)}${wordOf(tx.gasPrice)}${wordOfAddress(tx.gasToken)}${wordOfAddress(tx.refundReceiver)}${wordOf(tx.nonce)}`,
  );
  return keccak(`0x1901${domain.slice(2)}${struct.slice(2)}`);
}

/** The ten head words that execTransaction and SafeMultiSigTransaction share, from byte `from` on; without the nonce. */
function decodeParameters(data: Hex, from: number): Omit<SafeTransaction, 'nonce'> | null {
  const address = (at: number): Hex | null => addressAt(data, from + at * 32);
  const word = (at: number): bigint | null => wordAt(data, from + at * 32);
  const [to, gasToken, refundReceiver] = [address(0), address(7), address(8)];
  const [value, operation, safeTxGas, baseGas, gasPrice] = [word(1), word(3), word(4), word(5), word(6)];
  const bytes = bytesArgument(data, from, from + 2 * 32);
  if (to === null || gasToken === null || refundReceiver === null || bytes === null || value === null) return null;
  if ((operation !== 0n && operation !== 1n) || safeTxGas === null || baseGas === null || gasPrice === null)
    return null;
  return {
    to,
    value,
    data: bytes,
    operation: operation === 0n ? 0 : 1,
    safeTxGas,
    baseGas,
    gasPrice,
    gasToken,
    refundReceiver,
  };
}

/** What a SafeL2 says it is about to execute: the data of SafeMultiSigTransaction. null when it is not that. */
export function decodeMultisigEvent(data: Hex): SafeTransaction | null {
  const parameters = decodeParameters(data, 0);
  // additionalInfo = abi.encode(nonce, msg.sender, threshold)
  const info = bytesArgument(data, 0, 10 * 32);
  const nonce = info === null ? null : wordAt(info, 0);
  return parameters === null || nonce === null ? null : { ...parameters, nonce };
}

/** The parameters in the calldata of execTransaction; the nonce is not among them. null when it is not that. */
export const decodeExecTransaction = (input: Hex): Omit<SafeTransaction, 'nonce'> | null =>
  input.startsWith(EXEC_TRANSACTION_SELECTOR) ? decodeParameters(input, 4) : null;

export type Call = { readonly to: Hex; readonly data: Hex; readonly operation: 0 | 1 };

/**
 * The calls inside multiSend(bytes): packed operation (1 byte), to (20), value (32), length (32), data. null when the bytes
 * do not divide so.
 */
export function decodeMultiSend(data: Hex): Call[] | null {
  if (!data.startsWith(MULTI_SEND_SELECTOR)) return null;
  const packed = bytesArgument(data, 4, 4);
  if (packed === null) return null;
  const calls: Call[] = [];
  const end = sizeOf(packed);
  for (let at = 0; at < end;) {
    const length = wordAt(packed, at + 53);
    if (length === null || length > BigInt(end)) return null;
    const operation = sliceBytes(packed, at, 1);
    const call = sliceBytes(packed, at + 85, Number(length));
    if (sizeOf(call) !== Number(length) || (operation !== '0x00' && operation !== '0x01')) return null;
    calls.push({ to: sliceBytes(packed, at + 1, 20), data: call, operation: operation === '0x00' ? 0 : 1 });
    at += 85 + Number(length);
  }
  return calls;
}

/** transfer(to, amount) in a call; null when it calls something else. */
export function decodeTransferCall(data: Hex): { to: Hex; amount: bigint } | null {
  if (!data.startsWith(TRANSFER_SELECTOR)) return null;
  const to = addressAt(data, 4);
  const amount = wordAt(data, 36);
  return to === null || amount === null ? null : { to, amount };
}
