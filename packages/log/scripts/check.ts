import { isTlogProof, liabilityReport, tlogProofReport } from '../src/fileReport.ts';
import { readText, readVkey } from './source.ts';

/** Checks a .tlog-proof or a liability's path from its file alone. */
export function checkFile(path: string, vkey: string | null, witnesses: readonly string[]): number {
  const text = readText(path);
  const { lines, holds } = isTlogProof(text)
    ? tlogProofReport(text, vkey === null ? null : readVkey(vkey), witnesses.map(readVkey))
    : liabilityReport(text);
  console.log(lines.join('\n'));
  return holds ? 0 : 1;
}
