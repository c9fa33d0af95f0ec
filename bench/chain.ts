// Decoding the logs of a treasury and matching them to 1,000 open orders, on one core: `npm run chain`.
import { randomUUID } from 'node:crypto';
import { TRANSFER_TOPIC } from '@liqpass/chain/contracts';
import { wordOf, wordOfAddress, type Hex } from '@liqpass/chain/hex';
import { indexOrders, matchPayment, type PayableOrder } from '@liqpass/chain/matchPayment';
import { paymentReference } from '@liqpass/chain/paymentReference';
import { decodeTransfers } from '@liqpass/chain/transfers';

const LOGS = 200_000;
/** As many as a provider gives in one answer. */
const LOGS_OF_ANSWER = 10_000;
const ORDERS = 1_000;
const USDC: Hex = '0x833589fcd6edb6e08f4c7c32d4f71b54bda02913';
const SAFE: Hex = `0x${'5afe'.repeat(10)}`;
const hashOf = (at: number): Hex => `0x${at.toString(16).padStart(64, '0')}`;

const orders = Array.from({ length: ORDERS }, (_, at): PayableOrder => {
  const id = randomUUID();
  return {
    id,
    reference: paymentReference(id),
    amountDue: 1_000_000n - BigInt(at + 1),
    owner: `0x${at.toString(16).padStart(40, 'b')}`,
    reportedTxHash: null,
    createdAt: 0,
    closesAt: Number.POSITIVE_INFINITY,
    hasMoney: false,
  };
});
const answerFrom = (first: number): string =>
  JSON.stringify(
    Array.from({ length: LOGS_OF_ANSWER }, (_, offset) => {
      const at = first + offset;
      return {
        address: USDC,
        topics: [
          TRANSFER_TOPIC,
          `0x${wordOfAddress(`0x${(at % 5_000).toString(16).padStart(40, 'c')}`)}`,
          `0x${wordOfAddress(SAFE)}`,
        ],
        data: `0x${wordOf(1_000_000n - BigInt((at % (ORDERS * 2)) + 1))}`,
        blockNumber: `0x${(40_000_000 + (at >> 4)).toString(16)}`,
        blockHash: hashOf(at >> 4),
        transactionHash: hashOf(at),
        transactionIndex: '0x1',
        logIndex: `0x${(at & 15).toString(16)}`,
        removed: false,
      };
    }),
  );
const answers = Array.from({ length: LOGS / LOGS_OF_ANSWER }, (_, at) => answerFrom(at * LOGS_OF_ANSWER));

/** Time on a core, so that what else the machine does is left out. */
const cpuMs = (): number => process.threadCpuUsage().user / 1_000 + process.threadCpuUsage().system / 1_000;
const withParsing: number[] = [];
const alone: number[] = [];
let matched = 0;
for (let round = 0; round < 5; round += 1) {
  const index = indexOrders(orders);
  let parsingMs = 0;
  const startedMs = cpuMs();
  matched = 0;
  for (const answer of answers) {
    const parsedFromMs = cpuMs();
    const logs = JSON.parse(answer) as unknown[];
    parsingMs += cpuMs() - parsedFromMs;
    const transfers = decodeTransfers(logs, USDC);
    if (transfers?.length !== LOGS_OF_ANSWER) throw new Error('not all logs were decoded');
    for (const [at, transfer] of transfers.entries()) {
      const reference = at % 4 === 0 ? (orders[at % ORDERS]?.reference ?? null) : null;
      if (matchPayment(transfer, reference, 1_800_000_000, index).orderId !== null) matched += 1;
    }
  }
  const tookMs = cpuMs() - startedMs;
  withParsing.push(LOGS / (tookMs / 1_000));
  alone.push(LOGS / ((tookMs - parsingMs) / 1_000));
}
const median = (of: number[]): string => Math.round(of.toSorted((a, b) => a - b)[2] ?? Number.NaN).toLocaleString('en');
console.log(
  `${LOGS} logs in answers of ${LOGS_OF_ANSWER}, ${ORDERS} open orders, ${matched} matched; medians of 5, one core`,
);
console.log(`decoding and matching: ${median(alone)} logs/s; with JSON.parse: ${median(withParsing)} logs/s`);
