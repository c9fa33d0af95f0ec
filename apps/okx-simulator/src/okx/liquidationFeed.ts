import type { Server as HttpServer } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Simulator } from '../simulator.ts';

/** Where the exchange has its public channels; of them this one serves `liquidation-orders`. */
export const PUBLIC_SOCKET_PATH = '/ws/v5/public';
const LOOK_EVERY_MS = 50;
/** Whoever says nothing for so long is let go of. Source: OKX v5 documentation, WebSocket, Connect. */
const SILENCE_MS = 30_000;

type Subscriber = { readonly socket: WebSocket; heardAtMs: number; subscribed: boolean };

/**
 * The public channel `liquidation-orders` (subscribe, push, text `ping`), and its bad days: cut connections, notice 64008 with
 * the connection closed after it, rows twice, and what nobody can read.
 * @returns ends it: every connection is closed
 */
export function serveLiquidationFeed(server: HttpServer, simulator: Simulator): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4_096 });
  const subscribers = new Set<Subscriber>();
  const closings = new Set<NodeJS.Timeout>();
  let sent = simulator.exchange.liquidations.count;
  let timer: NodeJS.Timeout | undefined;

  server.on('upgrade', (request, socket, head) => {
    if ((request.url ?? '').split('?', 1)[0] !== PUBLIC_SOCKET_PATH) {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, open);
  });

  function open(socket: WebSocket): void {
    const subscriber: Subscriber = { socket, heardAtMs: performance.now(), subscribed: false };
    subscribers.add(subscriber);
    if (timer === undefined) {
      sent = simulator.exchange.liquidations.count;
      timer = setInterval(look, LOOK_EVERY_MS);
    }
    socket.on('message', (data) => {
      subscriber.heardAtMs = performance.now();
      const text = data instanceof Buffer ? data.toString('utf8') : '';
      if (text === 'ping') socket.send('pong');
      else answer(subscriber, text);
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      subscribers.delete(subscriber);
      if (subscribers.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    });
  }

  function answer(subscriber: Subscriber, text: string): void {
    const isOurs = /"op"\s*:\s*"subscribe"/.test(text) && text.includes('"liquidation-orders"');
    const arg = { channel: 'liquidation-orders', instType: 'SWAP' };
    subscriber.subscribed ||= isOurs;
    subscriber.socket.send(
      JSON.stringify(
        isOurs
          ? { event: 'subscribe', arg, connId: 'simulated' }
          : { event: 'error', code: '60012', msg: 'Invalid request', connId: 'simulated' },
      ),
    );
  }

  function look(): void {
    // What closes by itself while nobody asks is seen once a second, by whoever started the simulator.
    const { rows, count } = simulator.exchange.liquidations;
    const fresh = rows.slice(Math.max(0, rows.length - (count - sent)));
    sent = count;
    const faults = simulator.faults.meetFeed(simulator.clock.now());
    const messages = fresh.map(({ instId, ...details }) =>
      JSON.stringify({
        arg: { channel: 'liquidation-orders', instType: 'SWAP' },
        data: [{ instId, instType: 'SWAP', instFamily: instId.replace('-SWAP', ''), details: [details] }],
      }),
    );
    for (const { socket, subscribed, heardAtMs } of subscribers) {
      if (performance.now() - heardAtMs > SILENCE_MS) {
        socket.close(4004, 'No data received in 30s.');
        continue;
      }
      const has = (kind: (typeof faults)[number]['kind']): boolean => faults.some((fault) => fault.kind === kind);
      if (has('feedGarbage')) for (const text of GARBAGE) socket.send(text);
      if (subscribed)
        for (const message of messages) for (let n = 0; n < (has('feedTwice') ? 2 : 1); n += 1) socket.send(message);
      for (const fault of faults) {
        if (fault.kind === 'feedClose') socket.terminate();
        if (fault.kind !== 'feedNotice') continue;
        socket.send(JSON.stringify({ event: 'notice', code: '64008', msg: NOTICE, connId: 'simulated' }));
        const closing = setTimeout(() => {
          closings.delete(closing);
          socket.close(1012, 'upgrade');
        }, fault.closesAfterMs);
        closings.add(closing);
      }
    }
  }

  return () => {
    clearInterval(timer);
    for (const closing of closings) clearTimeout(closing);
    for (const { socket } of subscribers) socket.terminate();
    sockets.close();
  };
}

const NOTICE =
  'The connection will soon be closed for a service upgrade. Please reconnect. Subscription may be affected.';
const GARBAGE = [
  'not json',
  '[]',
  '{"arg":{"channel":"liquidation-orders"},"data":{}}',
  '{"arg":{"channel":"liquidation-orders","instType":"SWAP"},"data":[{"instId":"BTC-USDT-SWAP","details":[{"side":"up","bkPx":"-1","sz":"NaN","ts":"soon"}]}]}',
  Buffer.from([0xff, 0x00, 0xfe]),
];
