import type { ChainLog, Receipt, Transaction } from './chainData.ts';
import {
  EXECUTION_FAILURE_TOPIC,
  EXECUTION_SUCCESS_TOPIC,
  MODULE_SUCCESS_TOPIC,
  MULTISIG_TRANSACTION_TOPIC,
} from './contracts.ts';
import { sliceBytes, type Hex } from './hex.ts';
import {
  decodeExecTransaction,
  decodeMultiSend,
  decodeMultisigEvent,
  decodeTransferCall,
  safeTxHash,
  type Call,
  type SafeTransaction,
} from './safeTransaction.ts';
import { transferInLog } from './transfers.ts';

/** Where money is paid from, in what, and on which chain; addresses in lower case. */
export type Treasury = {
  readonly chainId: number;
  readonly safe: Hex;
  readonly usdc: Hex;
  /** The contracts that an execution may delegate to. */
  readonly multiSends: readonly Hex[];
};

/** One transaction of our Safe that its owners signed, as a receipt shows it. */
export type Execution = {
  readonly safeTxHash: Hex;
  /** What was signed; null where neither an event nor the calldata says so (a Safe that is no SafeL2, run through a relayer). */
  readonly signed: SafeTransaction | null;
  /** Whether the hash of what was signed is the event's. */
  readonly hashAgrees: boolean;
  /** The USDC that left the Safe in it. */
  readonly paid: readonly { readonly to: Hex; readonly amount: bigint; readonly logIndex: number }[];
  /** USDC.transfer calls that the owners signed. */
  readonly signedTransfers: readonly { readonly to: Hex; readonly amount: bigint }[];
  /** A contract that was delegated to and is no known MultiSend: it could have written any of these logs itself. */
  readonly unknownDelegate: Hex | null;
};

export type Executions = {
  readonly executions: readonly Execution[];
  /** How many ended in ExecutionFailure. */
  readonly failed: number;
  /** Whether a module acted: what it delegates to can write the Safe's logs, so nothing in such a receipt is believed. */
  readonly byModule: boolean;
};

/** Nonces that are tried for a Safe that does not say its own. */
const MOST_NONCES = 4_096n;

/** A Safe that is no SafeL2 names no parameters: they are in the calldata, and the nonce is the one whose hash the event names. */
function signedInCalldata(transaction: Transaction, treasury: Treasury, hash: Hex): SafeTransaction | null {
  const parameters = transaction.to === treasury.safe ? decodeExecTransaction(transaction.input) : null;
  if (parameters === null) return null;
  for (let nonce = 0n; nonce < MOST_NONCES; nonce += 1n)
    if (safeTxHash(treasury.chainId, treasury.safe, { ...parameters, nonce }) === hash) return { ...parameters, nonce };
  return null;
}

/** The calls behind a signed transaction, through known MultiSends; or the unknown contract that it delegates to. */
function callsOf(call: Call, multiSends: readonly Hex[]): { calls: Call[] } | { unknownDelegate: Hex } {
  if (call.operation === 0) return { calls: [call] };
  const inner = multiSends.includes(call.to) ? decodeMultiSend(call.data) : null;
  if (inner === null) return { unknownDelegate: call.to };
  const calls: Call[] = [];
  for (const each of inner) {
    const found = callsOf(each, multiSends);
    if ('unknownDelegate' in found) return found;
    calls.push(...found.calls);
  }
  return { calls };
}

function execution(
  hash: Hex,
  signed: SafeTransaction | null,
  logs: readonly ChainLog[],
  treasury: Treasury,
): Execution {
  const found = signed === null ? { calls: [] } : callsOf(signed, treasury.multiSends);
  const calls = 'calls' in found ? found.calls : [];
  return {
    safeTxHash: hash,
    signed,
    hashAgrees: signed !== null && safeTxHash(treasury.chainId, treasury.safe, signed) === hash,
    paid: logs.flatMap((log) => {
      const transfer = transferInLog(log, treasury.usdc);
      return transfer?.from === treasury.safe
        ? [{ to: transfer.to, amount: transfer.amount, logIndex: log.logIndex }]
        : [];
    }),
    signedTransfers: calls.flatMap((call) => {
      const transfer = call.to === treasury.usdc ? decodeTransferCall(call.data) : null;
      return transfer ? [transfer] : [];
    }),
    unknownDelegate: 'unknownDelegate' in found ? found.unknownDelegate : null,
  };
}

/**
 * The executions of our Safe in a receipt. The logs of one lie between SafeMultiSigTransaction (a SafeL2 writes it first) or
 * the end of the one before, and ExecutionSuccess; one that runs inside another closes first.
 */
export function safeExecutions(receipt: Receipt, transaction: Transaction, treasury: Treasury): Executions {
  const executions: Execution[] = [];
  let failed = 0;
  let byModule = false;
  type Frame = { signed: SafeTransaction | null; logs: ChainLog[] };
  const outside: Frame = { signed: null, logs: [] };
  const open: Frame[] = [outside];
  for (const log of receipt.logs) {
    const frame = open.at(-1) ?? outside;
    const topic = log.address === treasury.safe ? log.topics[0] : undefined;
    if (topic === MULTISIG_TRANSACTION_TOPIC) {
      open.push({ signed: decodeMultisigEvent(log.data), logs: [] });
    } else if (topic === EXECUTION_SUCCESS_TOPIC || topic === EXECUTION_FAILURE_TOPIC) {
      if (topic === EXECUTION_FAILURE_TOPIC) failed += 1;
      else {
        const hash = log.topics[1] ?? sliceBytes(log.data, 0, 32);
        const signed = frame.signed ?? signedInCalldata(transaction, treasury, hash);
        executions.push(execution(hash, signed, frame.logs, treasury));
      }
      if (open.length > 1) open.pop();
      else outside.logs = [];
    } else {
      if (topic === MODULE_SUCCESS_TOPIC) byModule = true;
      frame.logs.push(log);
    }
  }
  return { executions, failed, byModule };
}
