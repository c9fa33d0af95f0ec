import { isTlogProof, liabilityReport, proofFileReport, tlogProofReport } from '../src/fileReport.ts';
import { readProofFile } from '../src/proofFile.ts';
import { readText, readVkey } from './source.ts';

/** Checks a .tlog-proof, a liability's path, or what a proof file has of the log, from the file alone. */
export function checkFile(path: string, vkey: string | null, witnesses: readonly string[]): number {
  const text = readText(path);
  const key = vkey === null ? null : readVkey(vkey);
  const file = readProofFile(text);
  const { lines, holds } = isTlogProof(text)
    ? tlogProofReport(text, key, witnesses.map(readVkey))
    : file === null
      ? liabilityReport(text)
      : proofFileReport(file, key, witnesses.map(readVkey));
  console.log(lines.join('\n'));
  return holds ? 0 : 1;
}
