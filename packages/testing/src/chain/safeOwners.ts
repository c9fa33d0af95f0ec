import {
  concat,
  encodeFunctionData,
  encodePacked,
  hashTypedData,
  parseAbi,
  size,
  zeroAddress,
  type Address,
  type Hex,
  type LocalAccount,
} from 'viem';

const SAFE_ABI = parseAbi([
  'function execTransaction(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,bytes signatures) payable returns (bool)',
  'function nonce() view returns (uint256)',
  'function enableModule(address module)',
  'function execTransactionFromModule(address to,uint256 value,bytes data,uint8 operation) returns (bool)',
]);
export const safeAbi = SAFE_ABI;

/** What owners sign; as EIP-712 names it. */
export type OwnersTransaction = {
  readonly to: Address;
  readonly value: bigint;
  readonly data: Hex;
  readonly operation: 0 | 1;
  readonly safeTxGas: bigint;
  readonly baseGas: bigint;
  readonly gasPrice: bigint;
  readonly gasToken: Address;
  readonly refundReceiver: Address;
  readonly nonce: bigint;
};

export const ownersTransaction = (
  to: Address,
  data: Hex,
  nonce: bigint,
  more: Partial<OwnersTransaction> = {},
): OwnersTransaction => ({
  to,
  value: 0n,
  data,
  operation: 0,
  safeTxGas: 0n,
  baseGas: 0n,
  gasPrice: 0n,
  gasToken: zeroAddress,
  refundReceiver: zeroAddress,
  nonce,
  ...more,
});

const TYPES = {
  SafeTx: [
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'data', type: 'bytes' },
    { name: 'operation', type: 'uint8' },
    { name: 'safeTxGas', type: 'uint256' },
    { name: 'baseGas', type: 'uint256' },
    { name: 'gasPrice', type: 'uint256' },
    { name: 'gasToken', type: 'address' },
    { name: 'refundReceiver', type: 'address' },
    { name: 'nonce', type: 'uint256' },
  ],
} as const;

/** The calldata of execTransaction, signed by these owners as a wallet would, in the ascending order that a Safe asks for. */
export async function signedExecution(
  chainId: number,
  safe: Address,
  tx: OwnersTransaction,
  owners: readonly LocalAccount[],
): Promise<Hex> {
  const signatures = await Promise.all(
    owners
      .toSorted((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1))
      .map((owner) =>
        owner.signTypedData({
          domain: { chainId, verifyingContract: safe },
          types: TYPES,
          primaryType: 'SafeTx',
          message: tx,
        }),
      ),
  );
  return encodeFunctionData({
    abi: SAFE_ABI,
    functionName: 'execTransaction',
    args: [
      ...([tx.to, tx.value, tx.data, tx.operation, tx.safeTxGas, tx.baseGas, tx.gasPrice] as const),
      ...([tx.gasToken, tx.refundReceiver, concat(signatures)] as const),
    ],
  });
}

/** The hash that the owners sign. */
export const hashToSign = (chainId: number, safe: Address, tx: OwnersTransaction): Hex =>
  hashTypedData({
    domain: { chainId, verifyingContract: safe },
    types: TYPES,
    primaryType: 'SafeTx',
    message: tx,
  });

const TOKEN_ABI = parseAbi(['function transfer(address to,uint256 value) returns (bool)']);
export const transferData = (to: Address, amount: bigint): Hex =>
  encodeFunctionData({ abi: TOKEN_ABI, functionName: 'transfer', args: [to, amount] });

/** multiSend(bytes) of these calls, as Safe's Transaction Builder makes it. */
export const multiSendData = (calls: readonly { to: Address; data: Hex; operation?: 0 | 1 }[]): Hex =>
  encodeFunctionData({
    abi: parseAbi(['function multiSend(bytes transactions) payable']),
    functionName: 'multiSend',
    args: [
      concat(
        calls.map((call) =>
          encodePacked(
            ['uint8', 'address', 'uint256', 'uint256', 'bytes'],
            [call.operation ?? 0, call.to, 0n, BigInt(size(call.data)), call.data],
          ),
        ),
      ),
    ],
  });
