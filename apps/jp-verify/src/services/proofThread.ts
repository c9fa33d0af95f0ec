import type { RecordedExchange } from '@liqpass/evidence/bundle';
import type { EpochMs } from '@liqpass/kernel/time';
import { parentPort } from 'node:worker_threads';
import { conclude, type Concluded, type Question } from './question.ts';

// The thread in which long ledgers are judged, so that nobody else waits for them. It holds what was read for each question until it is ended:
// a page is sent, and parsed, once.

export type ToThread =
  | {
      readonly id: number;
      readonly do: 'step';
      readonly question: Question;
      readonly added: RecordedExchange[];
      readonly nowMs: EpochMs;
    }
  | { readonly id: number; readonly do: 'end' };
export type FromThread = { readonly id: number } & ({ readonly concluded: Concluded } | { readonly failed: string });

const read = new Map<number, RecordedExchange[]>();

function step(message: Extract<ToThread, { do: 'step' }>): FromThread {
  const { id, question, added, nowMs } = message;
  const exchanges = read.get(id) ?? [];
  read.set(id, exchanges);
  exchanges.push(...added);
  try {
    return { id, concluded: conclude(question, exchanges, nowMs) };
  } catch (error) {
    return { id, failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.on('message', (message: ToThread) => {
  if (message.do === 'end') read.delete(message.id);
  else parentPort?.postMessage(step(message));
});
