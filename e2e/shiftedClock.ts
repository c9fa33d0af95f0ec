import { readFileSync, watchFile } from 'node:fs';
import { ServerResponse } from 'node:http';

// Loaded ahead of a process (`--import`): its wall clock runs as far ahead as the file named by CLOCK_AHEAD says, in
// milliseconds, and follows when that changes. Half an hour passes for the whole product at once; timers stay as they are.
const file = process.env['CLOCK_AHEAD'];
if (file !== undefined) {
  const RealDate = Date;
  let aheadMs = 0;
  const read = (): void => {
    aheadMs = Number(readFileSync(file, 'utf8'));
  };
  read();
  watchFile(file, { interval: 100, persistent: false }, read);
  const now = (): number => RealDate.now() + aheadMs;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget: typeof RealDate) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
    get: (target, key, receiver) => (key === 'now' ? now : (Reflect.get(target, key, receiver) as unknown)),
  });
  // Node writes the Date of an answer by a clock of its own: pages go by that, so it is this one's too.
  const writeHead = Reflect.get(ServerResponse.prototype, 'writeHead') as (...args: unknown[]) => unknown;
  Reflect.set(ServerResponse.prototype, 'writeHead', function dated(this: ServerResponse, ...args: unknown[]): unknown {
    if (!this.headersSent) this.setHeader('date', new Date(now()).toUTCString());
    return Reflect.apply(writeHead, this, args);
  });
}
