import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadFile } from '../src/checkLog.ts';
import { parseVkey, type VerifierKey } from '../src/note.ts';

/** Larger than any tile or bundle may be: 256 entries of 65,535 bytes. */
const MAX_BYTES = 17_000_000;

export const isUrl = (source: string): boolean => /^https?:\/\//.test(source);

/** Reads a log's files from where it is served, or from a folder that holds them. A file that is not there is null; any other failure is thrown. */
export function readerOf(source: string): ReadFile {
  const base = source.replace(/\/+$/, '');
  if (!isUrl(source))
    return async (path) => {
      try {
        return await readFile(join(base, path));
      } catch (error) {
        if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
          return null;
        throw error;
      }
    };
  return async (path) => {
    const answer = await fetch(`${base}/${path}`, { signal: AbortSignal.timeout(20_000), redirect: 'error' });
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(`${base}/${path} answers ${answer.status}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (bytes.length > MAX_BYTES) throw new Error(`${base}/${path} is larger than a log's file can be`);
    return bytes;
  };
}

/** The key of a vkey text; throws where it is none. */
export function readVkey(text: string): VerifierKey {
  const key = parseVkey(text.trim());
  if (key === null) throw new Error(`"${text}" is no vkey: name+id+key, as /log/vkey and the operator give it`);
  return key;
}

/**
 * The key to check a log with: the one that was given, else the one its server gives, which is said: a server that lies about
 * its log can lie about its key.
 */
export async function keyFor(source: string, given: string | null): Promise<VerifierKey> {
  if (given !== null) return readVkey(given);
  const bytes = await readerOf(source)('vkey');
  if (bytes === null) throw new Error("No key: give the log's key with --key <vkey>.");
  console.log('! The key was taken from the log itself: give --key <vkey>, from somewhere else, to check who signs.');
  return readVkey(new TextDecoder().decode(bytes));
}

/** The text of a file; "-" is standard input. */
export const readText = (path: string): string => readFileSync(path === '-' ? 0 : path, 'utf8');
