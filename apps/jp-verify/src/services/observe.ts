import type { ObserveAnswer, ObserveRequest } from '@liqpass/api/observe';
import { LiqPassError } from '@liqpass/api/errors';
import type { RecordedExchange } from '@liqpass/evidence/bundle';
import { leafHash, merkleRoot } from '@liqpass/evidence/merkle';
import { invariant } from '@liqpass/kernel/invariant';
import { parseIso } from '@liqpass/kernel/time';
import { ABSENT_AGAIN_MS, observe } from '@liqpass/proof/observation';
import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from './context.ts';
import { clientOf, INTERACTIVE_MS, refusalOf } from './credentials.ts';
import { offsetOf, place } from './gatherEvidence.ts';
import { plain } from './question.ts';

/** A timer may ring a moment early; what came too soon says nothing. */
const PAD_MS = 50;

/** How a position stands now, with the answers that say so: two or three questions to the exchange, of the trader's own quota. */
export async function observePosition(ctx: Context, request: ObserveRequest): Promise<ObserveAnswer> {
  const { credential, owner, ...asked } = request;
  const sinceMs = parseIso(asked.since);
  invariant(sinceMs !== null, 'an instant that the schema took can be read');
  const client = await clientOf(ctx, { credential, owner });
  const absentAgainMs = ctx.reading.absentAgainMs ?? ABSENT_AGAIN_MS;
  const deadlineMs = ctx.clock.now() + INTERACTIVE_MS + absentAgainMs;
  const exchanges: RecordedExchange[] = [];
  for (;;) {
    const seen = observe({ ...asked, sinceMs }, exchanges, absentAgainMs);
    if (seen.kind === 'refused') throw refusalOf(seen.answer);
    const offsetMs = offsetOf(client);
    if (seen.kind === 'observed') {
      const answer = { ...seen.answer, seenAtMs: ctx.clock.now() + offsetMs };
      const leaves = [
        { path: 'answer', hash: leafHash('answer', plain(answer)) },
        { path: 'claim', hash: leafHash('claim', plain(asked)) },
        ...exchanges.map((exchange) => ({ path: exchange.path, hash: leafHash(exchange.path, exchange) })),
      ];
      ctx.logger.info({ posId: asked.posId, state: answer.state, asked: exchanges.length }, 'position observed');
      return { ...answer, evidence: { root: merkleRoot(leaves), leaves, exchanges } };
    }
    if (ctx.stopping.now)
      throw new LiqPassError('SERVICE_UNAVAILABLE', 'This service is stopping: ask again in a moment.');
    if (seen.notBeforeMs !== null) await wait(Math.max(0, seen.notBeforeMs + PAD_MS - (ctx.clock.now() + offsetMs)));
    const read = await Promise.all(seen.needs.map((target) => client.get(target, deadlineMs)));
    const readOffsetMs = offsetOf(client);
    exchanges.push(...read.map((exchange, at) => place(exchange, exchanges.length + at + 1, readOffsetMs)));
  }
}
