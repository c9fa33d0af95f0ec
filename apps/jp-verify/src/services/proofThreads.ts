import type { RecordedExchange } from '@liqpass/evidence/bundle';
import type { EpochMs } from '@liqpass/kernel/time';
import { Worker } from 'node:worker_threads';
import type { FromThread, ToThread } from './proofThread.ts';
import { conclude, type Concluded, type Question } from './question.ts';

/** So many threads judge long ledgers, several in turn, a step at a time: each takes 40 MB, and processor from what is asked meanwhile. */
const THREADS = 1;
/** Beyond this much text a question goes to a thread: what is judged here takes a few milliseconds. */
const HEAVY_TEXT = 256 * 1024;
/** So many long ledgers are held at once; others wait, and are told to come again where their time is over. */
const MOST_HEAVY = 8;

type Waiting = { readonly id: number; resolve(concluded: Concluded): void; reject(error: Error): void };
type Thread = { readonly worker: Worker; readonly waiting: Map<number, Waiting> };

/** Judges questions: short ones where it is asked, long ones in threads of their own. */
export type Judges = {
  /** Someone to judge one question by all that is read for it; to be ended. */
  judgeOf(question: Question): Judge;
  close(): Promise<void>;
};
export type Judge = {
  /** Judges by all that was added so far. */
  step(added: readonly RecordedExchange[], nowMs: EpochMs): Promise<Concluded>;
  end(): void;
};

export function createJudges(): Judges {
  const threads: (Thread | undefined)[] = [];
  const queue: (() => void)[] = [];
  let held = 0;
  let ids = 0;

  function threadFor(id: number): Thread {
    const at = id % THREADS;
    const known = threads[at];
    if (known) return known;
    const worker = new Worker(new URL('./proofThread.ts', import.meta.url), {
      // Their garbage is collected sooner: thread and process stay within what jp-verify may take.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    const thread: Thread = { worker, waiting: new Map() };
    const fail = (error: Error): void => {
      if (threads[at] === thread) threads[at] = undefined;
      for (const waiting of thread.waiting.values()) waiting.reject(error);
      thread.waiting.clear();
    };
    worker.on('message', (message: FromThread) => {
      const waiting = thread.waiting.get(message.id);
      thread.waiting.delete(message.id);
      if (thread.waiting.size === 0) worker.unref();
      if ('concluded' in message) waiting?.resolve(message.concluded);
      else waiting?.reject(new Error(message.failed));
    });
    worker.on('error', fail);
    worker.on('exit', () => fail(new Error('the thread of the proof ended')));
    worker.unref();
    threads[at] = thread;
    return thread;
  }

  const take = async (): Promise<void> => {
    if (held < MOST_HEAVY) held += 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
  };
  const give = (): void => {
    const next = queue.shift();
    if (next) next();
    else held -= 1;
  };

  function judgeOf(question: Question): Judge {
    const exchanges: RecordedExchange[] = [];
    let text = 0;
    let heavy: { id: number; thread: Thread; sent: number } | null = null;
    let isEnded = false;

    async function stepInThread(nowMs: EpochMs): Promise<Concluded> {
      if (heavy === null) {
        await take();
        ids += 1;
        heavy = { id: ids, thread: threadFor(ids), sent: 0 };
      }
      const { id, thread, sent } = heavy;
      heavy.sent = exchanges.length;
      return new Promise((resolve, reject) => {
        thread.waiting.set(id, { id, resolve, reject });
        thread.worker.ref();
        const message: ToThread = { id, do: 'step', question, added: exchanges.slice(sent), nowMs };
        thread.worker.postMessage(message);
      });
    }

    return {
      async step(added, nowMs) {
        exchanges.push(...added);
        for (const { body } of added) text += body?.length ?? 0;
        return text > HEAVY_TEXT ? stepInThread(nowMs) : conclude(question, exchanges, nowMs);
      },
      end() {
        if (isEnded || heavy === null) return;
        isEnded = true;
        const message: ToThread = { id: heavy.id, do: 'end' };
        heavy.thread.worker.postMessage(message);
        give();
      },
    };
  }

  return {
    judgeOf,
    async close() {
      await Promise.all(threads.flatMap((thread) => (thread ? [thread.worker.terminate()] : [])));
    },
  };
}
