import { openCheckpoint } from '@liqpass/log/checkpoint';
import { sameBytes } from '@liqpass/log/base64';
import { ConfigError } from '@liqpass/service/environment';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { getCheckpointAt, getLastCheckpoint } from '../../db/log/logRepo.ts';
import type { LogContext, LogSettings } from './logContext.ts';

/** Keeps the checkpoint that is about to be published, on disk before this returns. */
export function keepState(path: string, note: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(`${path}.new`, 'w');
  try {
    writeSync(file, note);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}

/** How a log is broken. SHRUNK: it holds less than was published; FORKED: something else; FOREIGN: what is kept is of another log. */
export type LogBreak = 'SHRUNK' | 'FORKED' | 'FOREIGN';

/** The log cannot go on from what was published of it: nothing is appended to it, and nobody starts with it. */
export class LogBroken extends ConfigError {
  readonly reason: LogBreak;
  constructor(reason: LogBreak, sentence: string) {
    super(sentence);
    this.reason = reason;
  }
}

/**
 * Throws LogBroken where the database lacks what was published: a log that shrank or forked would be found by whoever saw it before, and
 * could not be mended any more.
 */
export async function requireGrownLog({ db }: Pick<LogContext, 'db'>, publicLog: LogSettings): Promise<void> {
  const { statePath, signers } = publicLog;
  if (!existsSync(statePath)) return;
  const opened = signers
    .map(({ verifier }) => openCheckpoint(readFileSync(statePath, 'utf8'), verifier))
    .find((each) => typeof each !== 'string');
  if (opened === undefined)
    throw new LogBroken(
      'FOREIGN',
      `LOG_STATE: ${statePath} holds no checkpoint signed by LOG_PRIVATE_KEY under LOG_ORIGIN: give the log's own key and origin, or the right file`,
    );
  const { size, root } = opened.checkpoint;
  const last = await getLastCheckpoint(db);
  if ((last?.size ?? 0) < size)
    throw new LogBroken(
      'SHRUNK',
      `LOG_STATE: ${size} entries of the log were published, the database has ${last?.size ?? 0}: it is an older copy. Restore one that is newer, or begin a new log with another LOG_ORIGIN and LOG_STATE`,
    );
  const same = await getCheckpointAt(db, size);
  if (same === null || !sameBytes(same.root, root))
    throw new LogBroken(
      'FORKED',
      `LOG_STATE: the database holds another log than the one published at ${size} entries: it would be a fork. Restore the right database, or begin a new log with another LOG_ORIGIN and LOG_STATE`,
    );
}
