import type { LiquidationsAnswer, PublicLiquidation } from '@liqpass/api/market';
import { isPositive, parseNumeric, formatDecimal } from '@liqpass/kernel/decimal';
import { MINUTE_MS, SECOND_MS } from '@liqpass/kernel/time';
import type { FastifyBaseLogger } from 'fastify';
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { z } from 'zod';

// OKX's public channel `liquidation-orders`: every instrument's liquidations, not all of them. What was heard can bear a liquidation
// out; what was not heard says nothing. Source: OKX v5 documentation, Public Channel, Liquidation orders channel.

export type LiquidationFeed = {
  /** What was heard since `after` of this stream; of another stream, or where that is too long ago, all that is kept. */
  read(stream: string | undefined, after: number): LiquidationsAnswer;
  close(): void;
};

export type FeedTiming = {
  /** After so long without a word `ping` is sent: the exchange lets go of who is silent for 30 s. */
  readonly pingAfterMs: number;
  /** Without an answer within this the connection is dead. */
  readonly deadAfterMs: number;
  readonly againMs: number;
  readonly againAtMostMs: number;
};
export const USUAL_FEED: FeedTiming = {
  pingAfterMs: 20 * SECOND_MS,
  deadAfterMs: 10 * SECOND_MS,
  againMs: SECOND_MS,
  againAtMostMs: MINUTE_MS,
};

/** What can be insured; the channel tells of all swaps. */
const INSTRUMENTS = new Set(['BTC-USDT-SWAP', 'ETH-USDT-SWAP']);
const KEPT = 5_000;
/** Rows that one answer holds. */
const AT_ONCE = 1_000;
const LARGEST_MESSAGE = 1024 * 1024;
/** Longer is no price and no number of contracts; one that nobody can read would spoil the answer that holds it. */
const LONGEST_NUMBER = 40;
const SUBSCRIBE = JSON.stringify({ op: 'subscribe', args: [{ channel: 'liquidation-orders', instType: 'SWAP' }] });
const UPGRADE_NOTICE = '64008';

const scalar = z.union([z.string(), z.number()]).transform(String);
const positive = scalar.transform((text, context) => {
  const value = parseNumeric(text);
  const written = value !== null && isPositive(value) ? formatDecimal(value) : '';
  if (written !== '' && written.length <= LONGEST_NUMBER) return written;
  context.addIssue({ code: 'custom', message: 'a number above 0' });
  return z.NEVER;
});
const row = z.object({
  side: z.enum(['buy', 'sell']),
  bkPx: positive,
  sz: positive,
  ts: scalar
    .transform(Number)
    .refine((ms) => Number.isSafeInteger(ms) && ms > 0 && Number.isFinite(new Date(ms).getTime())),
});
const message = z.union([
  z.object({ event: z.string(), code: scalar.optional() }),
  z.object({
    arg: z.object({ channel: z.literal('liquidation-orders') }),
    data: z.array(z.object({ instId: z.string(), details: z.array(z.unknown()) })),
  }),
]);

/** Reads one message; null: nobody can read it. Rows that cannot be read are left out by themselves. */
function readMessage(text: string): z.infer<typeof message> | null {
  try {
    return message.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // Not JSON: nobody can read it.
  }
}

/** Listens from now on until it is closed, whatever becomes of a connection. */
export function createLiquidationFeed(url: string, logger: FastifyBaseLogger, timing: FeedTiming): LiquidationFeed {
  const stream = randomUUID();
  const kept: PublicLiquidation[] = [];
  /** What was heard before the first that is kept. */
  let forgotten = 0;
  const known = new Set<string>();
  /** Those that are open or opening; the first that is subscribed is heard, and any other: what comes twice counts once. */
  const sockets = new Set<WebSocket>();
  const subscribed = new Set<WebSocket>();
  let failures = 0;
  let again: NodeJS.Timeout | undefined;
  let closed = false;

  function keep(heard: PublicLiquidation): void {
    const name = JSON.stringify(heard);
    if (known.has(name)) return;
    known.add(name);
    kept.push(heard);
    if (kept.length <= KEPT) return;
    for (const old of kept.splice(0, kept.length - KEPT)) {
      known.delete(JSON.stringify(old));
      forgotten += 1;
    }
  }

  /** Opens a connection; once it is subscribed, `instead` ends: nothing is missed between them. */
  function open(instead: WebSocket | null = null): void {
    clearTimeout(again);
    again = undefined;
    const socket = new WebSocket(url, { maxPayload: LARGEST_MESSAGE, handshakeTimeout: timing.deadAfterMs });
    sockets.add(socket);
    let silence: NodeJS.Timeout | undefined;
    const heard = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        socket.send('ping');
        silence = setTimeout(() => socket.terminate(), timing.deadAfterMs);
      }, timing.pingAfterMs);
    };
    socket.on('open', () => {
      heard();
      socket.send(SUBSCRIBE);
    });
    socket.on('message', (data, isBinary) => {
      heard();
      const text = !isBinary && data instanceof Buffer ? data.toString('utf8') : '';
      if (text === 'pong') return;
      const said = readMessage(text);
      if (said === null) logger.debug('the channel of liquidations said something that cannot be read');
      else if ('data' in said) {
        for (const { instId, details } of said.data)
          for (const each of INSTRUMENTS.has(instId) ? details : []) {
            const read = row.safeParse(each).data;
            if (read) keep({ instId, side: read.side, px: read.bkPx, size: read.sz, atMs: read.ts });
          }
      } else if (said.event === 'subscribe') {
        if (failures > 0 || subscribed.size === 0) logger.info('the channel of liquidations is heard');
        failures = 0;
        subscribed.add(socket);
        instead?.close();
      } else if (said.event === 'notice' && said.code === UPGRADE_NOTICE && sockets.size === 1) {
        // In a moment, and one at a time, whatever every connection is told: this one is heard until then.
        again ??= setTimeout(open, timing.againMs, socket);
      } else if (said.event === 'error') {
        logger.warn({ code: said.code }, 'the channel of liquidations refuses');
        socket.terminate();
      }
    });
    // It closes after an error, and is opened again then.
    socket.on('error', (error) => logger.debug({ err: error }, 'the channel of liquidations failed'));
    socket.on('close', () => {
      clearTimeout(silence);
      sockets.delete(socket);
      subscribed.delete(socket);
      if (closed || sockets.size > 0 || again !== undefined) return;
      if (failures === 0) logger.warn('the channel of liquidations is not heard: it is tried again');
      again = setTimeout(open, Math.min(timing.againMs * 2 ** failures, timing.againAtMostMs));
      failures = Math.min(failures + 1, 20);
    });
  }

  open();
  return {
    read(of, after) {
      const from = of === stream ? Math.max(after, forgotten) : forgotten;
      const items = kept.slice(from - forgotten, from - forgotten + AT_ONCE);
      return { on: true, connected: subscribed.size > 0, stream, items, next: from + items.length };
    },
    close() {
      closed = true;
      clearTimeout(again);
      for (const socket of sockets) socket.terminate();
    },
  };
}
