import type { EpochMs } from '@liqpass/kernel/time';

// Public questions that wait for their turn are asked once for all who ask the same meanwhile: the quota is the address's, and in a
// falling market hundreds ask for the same instrument at once. Whoever joins gets an answer to a question that was sent after it
// joined, so that nobody is answered with what was known before.

/** A question on its way to its turn. */
type Waiting<Answer> = {
  /** When it is sent. */
  readonly atMs: EpochMs;
  /** The earliest deadline of those who wait for it: it is tried no longer than that. */
  untilMs: EpochMs;
  readonly answer: Promise<Answer>;
};

/** Whoever joins leaves the answer so much time at least; whoever has less asks for itself. */
const ANSWER_WITHIN_MS = 1_000;

export type SharedQuestions<Answer> = {
  /** The answer to the same question that waits for its turn and comes in time; null where none does. */
  join(key: string, deadlineMs: EpochMs): Promise<Answer> | null;
  /** Lets others join a question until `send` is called, at `atMs`; `send` is told until when it may take. */
  share(
    key: string,
    atMs: EpochMs,
    deadlineMs: EpochMs,
    turn: Promise<unknown>,
    send: (untilMs: EpochMs) => Promise<Answer>,
  ): Promise<Answer>;
};

export function createSharedQuestions<Answer>(): SharedQuestions<Answer> {
  const waiting = new Map<string, Waiting<Answer>>();
  return {
    join(key, deadlineMs) {
      const question = waiting.get(key);
      if (!question || Math.min(deadlineMs, question.untilMs) < question.atMs + ANSWER_WITHIN_MS) return null;
      question.untilMs = Math.min(question.untilMs, deadlineMs);
      return question.answer;
    },
    share(key, atMs, deadlineMs, turn, send) {
      const question: Waiting<Answer> = {
        atMs,
        untilMs: deadlineMs,
        answer: turn.then(() => {
          if (waiting.get(key) === question) waiting.delete(key);
          return send(question.untilMs);
        }),
      };
      // Of two that wait the later one's turn is the later: the earlier stays the one to join.
      if (!waiting.has(key)) waiting.set(key, question);
      return question.answer;
    },
  };
}
