import { ConfigError } from '@liqpass/service/environment';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Takes the embedded database's directory for this process; throws when another has it. The kernel lets go of it however
 * the process ends, kill -9 included. The embedded database takes no lock of its own, and two openers corrupt it silently.
 * SQLite's exclusive lock on a file beside the directory is used because Node has no flock.
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(dirname(directory), { recursive: true });
  const lock = new DatabaseSync(`${directory}.lock`);
  try {
    lock.exec('pragma busy_timeout = 0; pragma locking_mode = exclusive; begin exclusive');
  } catch (cause) {
    lock.close();
    throw new ConfigError(`The database directory ${directory} is in use by another process: stop that one first.`, {
      cause,
    });
  }
  return () => lock.close();
}
