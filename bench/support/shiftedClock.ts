// Loaded before a backend whose clock is to jump (node --import): Date follows the offset in the file CLOCK_OFFSET_FILE, in ms,
// read again at SIGUSR2. Timers and performance.now() go on as they do when a machine's clock is set.
import { readFileSync } from 'node:fs';

const file = process.env['CLOCK_OFFSET_FILE'];
const RealDate = Date;
let offsetMs = 0;

const read = (): void => {
  if (file !== undefined) offsetMs = Number(readFileSync(file, 'utf8'));
};
read();
process.on('SIGUSR2', read);

const shiftedNow = (): number => RealDate.now() + offsetMs;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [shiftedNow()] : args, newTarget) as Date,
  apply: () => new RealDate(shiftedNow()).toString(),
  get: (target, property, receiver) =>
    property === 'now' ? shiftedNow : (Reflect.get(target, property, receiver) as unknown),
});
