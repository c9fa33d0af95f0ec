import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { EpochMs } from '@liqpass/kernel/time';
import { z } from 'zod';
import type { CommandName } from './control/commands.ts';

const entry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('start'), seed: z.string(), atMs: z.int() }),
  z.object({ kind: z.literal('command'), name: z.string(), atMs: z.int(), body: z.unknown() }),
]);
export type JournalEntry = z.infer<typeof entry>;

export type Journal = {
  /** What was written before this start. */
  readonly entries: readonly JournalEntry[];
  write(
    line:
      | { kind: 'start'; seed: string; atMs: EpochMs }
      | { kind: 'command'; name: CommandName; atMs: EpochMs; body: unknown },
  ): void;
  close(): void;
};

/**
 * Opens the journal of commands, one JSON line each, at `path`; null keeps nothing. A line is whole or, when the process
 * was killed while writing it, cut off: then nobody had an answer to it, and it is taken away.
 */
export function openJournal(path: string | null): Journal {
  if (path === null) return { entries: [], write: () => undefined, close: () => undefined };
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'a+', 0o600);
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) ftruncateSync(file, Buffer.byteLength(whole));
  const entries = whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => entry.parse(JSON.parse(line)));
  return {
    entries,
    write(line) {
      writeSync(file, `${JSON.stringify(line)}\n`);
    },
    close: () => closeSync(file),
  };
}
