import type { Hex } from './hex.ts';

// Event topics and selectors are keccak-256 of the signature beside them; contracts.test.ts computes them.

/** Transfer(address,address,uint256) of ERC-20. */
export const TRANSFER_TOPIC: Hex = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
/** transfer(address,uint256) of ERC-20. */
export const TRANSFER_SELECTOR = '0xa9059cbb';

/** ExecutionSuccess(bytes32,uint256) of a Safe: the hash is a topic since 1.4.1, and in the data before. */
export const EXECUTION_SUCCESS_TOPIC: Hex = '0x442e715f626346e8c54381002da614f62bee8d27386535b2521ec8540898556e';
/** ExecutionFailure(bytes32,uint256): the nonce is spent and nothing was done, in a transaction that succeeded. */
export const EXECUTION_FAILURE_TOPIC: Hex = '0x23428b18acfb3ea64b08dc0c1d296ea9c09702c09083ca5272e64d115b687d23';
/** ExecutionFromModuleSuccess(address). */
export const MODULE_SUCCESS_TOPIC: Hex = '0x6895c13664aa4f67288b25d7a21d7aaa34916e355fb9b6fae0a139a9085becb8';
/** SafeMultiSigTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes,bytes) of SafeL2. */
export const MULTISIG_TRANSACTION_TOPIC: Hex = '0x66753cd2356569ee081232e3be8909b950e0a76c1f8460c3a5e3c2be32b11bed';
/** execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes) of a Safe. */
export const EXEC_TRANSACTION_SELECTOR = '0x6a761202';
/** multiSend(bytes). */
export const MULTI_SEND_SELECTOR = '0x8d80ff0a';

/**
 * The MultiSend contracts that Safe publishes, at the same addresses on every chain: the only ones that an execution may
 * delegate to. MultiSend and MultiSendCallOnly of 1.3.0 (both deployments), 1.4.1 and 1.5.0. Source: @safe-global/safe-deployments.
 */
export const MULTI_SENDS: readonly Hex[] = [
  '0xa238cbeb142c10ef7ad8442c6d1f9e89e07e7761',
  '0x998739bfdaadde7c933b942a68053933098f9eda',
  '0x40a2accbd92bca938b02010e17a5b8929b49130d',
  '0xa1dabef33b3b82c7814b6d82a79e50f4ac44102b',
  '0x38869bf66a61cf6bdb996a6ae40d5853fd43b526',
  '0x9641d764fc13c8b624c04430c7356c1c7c8102e2',
  '0x218543288004cd07832472d464648173c77d7eb7',
  '0xa83c336b20401af773b6219ba5027174338d1836',
];
