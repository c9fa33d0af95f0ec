import { exchangePath, sealBundle, type EvidenceBundle, type RecordedExchange } from '@liqpass/evidence/bundle';
import type { OkxReply } from './okxAnswers.ts';

/** One answer as jp-verify would keep it. */
export function recordReply(number: number, target: string, reply: OkxReply | null, nowMs: number): RecordedExchange {
  return {
    path: exchangePath(number, target),
    method: 'GET',
    host: 'http://exchange.test',
    target,
    sent_at_ms: nowMs - 1_000,
    received_at_ms: nowMs - 900,
    status: reply?.status ?? null,
    date: null,
    content_type: reply === null ? null : 'application/json',
    body: reply?.body ?? null,
    body_encoding: 'utf8',
    failure: reply === null ? 'NETWORK' : null,
  };
}

type Proving<T> = (exchanges: readonly RecordedExchange[]) => { needs: readonly string[]; answer: T | null };

/** Asks a proof what it needs and reads that, until it needs nothing more. `answerTo` gives null where no answer comes. */
export function readUntilProven<T>(
  prove: Proving<T>,
  answerTo: (target: string) => OkxReply | null,
  nowMs: number,
): { answer: T; exchanges: RecordedExchange[] } {
  const exchanges: RecordedExchange[] = [];
  for (let wave = 0; wave < 2_000; wave += 1) {
    const { needs, answer } = prove(exchanges);
    if (answer !== null) return { answer, exchanges };
    for (const target of needs) exchanges.push(recordReply(exchanges.length + 1, target, answerTo(target), nowMs));
  }
  throw new Error('the proof never ends');
}

/** The bundle of a proof made in a test. */
export function bundleOf(
  kind: 'verify' | 'snapshot',
  claim: object,
  answer: object,
  exchanges: RecordedExchange[],
  nowMs: number,
): EvidenceBundle {
  const plain = (value: object): Record<string, unknown> =>
    JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  return sealBundle({
    format: 'liqpass-evidence/1',
    kind,
    claim: plain(claim),
    judged_at_ms: nowMs,
    exchanges,
    answer: plain(answer),
  });
}
