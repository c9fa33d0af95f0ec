import { canonicalJson } from '@liqpass/evidence/canonical';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { openCheckpoint, type Checkpoint } from './checkpoint.ts';
import { entryBytes, logEntry, opening, opens, type LogEntry, type Opening } from './entry.ts';
import { hashEntry, holdsInclusion } from './merkle.ts';
import { cosignedAt, type Note, type VerifierKey } from './note.ts';
import { parseTlogProof, type TlogProof } from './tlogProof.ts';

/** What a proof of an entry shows, or why it shows nothing. */
export type ProofCheck =
  | {
      readonly holds: true;
      readonly entry: LogEntry;
      /** What the entry commits to, as its owner opened it; null where it was not given. */
      readonly opening: Opening | null;
      readonly index: number;
      readonly checkpoint: Checkpoint;
      /** The witnesses among those asked about that cosigned the checkpoint, and when (POSIX seconds). */
      readonly witnesses: readonly { readonly name: string; readonly at: number }[];
    }
  | { readonly holds: false; readonly detail: string };

/** What stands in a proof's `extra`: the entry, from which the leaf is recomputed, and its opening. */
export function proofExtra(entry: LogEntry, opened: Opening | null): Uint8Array {
  return utf8ToBytes(canonicalJson({ entry, opening: opened }));
}

const extraSchema = z.strictObject({ entry: logEntry, opening: opening.nullable() });

function readExtra({ extra }: TlogProof): z.infer<typeof extraSchema> | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(extra ?? new Uint8Array());
    const read = extraSchema.parse(JSON.parse(text));
    return canonicalJson(read) === text ? read : null;
  } catch {
    return null; // Not JSON, or not an entry: the caller says that it is missing.
  }
}

/** Checks a proof offline, against the log's key: the entry is in the checkpointed tree, and the opening is what it commits to. */
export function checkProof(text: string, key: VerifierKey, witnesses: readonly VerifierKey[] = []): ProofCheck {
  const proof = parseTlogProof(text);
  if (proof === null) return { holds: false, detail: 'it is no tlog-proof' };
  const opened = openCheckpoint(proof.checkpoint, key, witnesses);
  if (typeof opened === 'string') return { holds: false, detail: `its checkpoint is not believed (${opened})` };
  const extra = readExtra(proof);
  if (extra === null) return { holds: false, detail: 'it does not hold the entry that it is about' };
  const { entry } = extra;
  const { checkpoint, note } = opened;
  const leaf = hashEntry(entryBytes(entry));
  if (!holdsInclusion(proof.hashes, leaf, proof.index, checkpoint.size, checkpoint.root))
    return { holds: false, detail: `the entry is not entry ${proof.index} of that log` };
  if (extra.opening !== null && !opens(entry, extra.opening))
    return { holds: false, detail: 'the opening is not what the entry commits to' };
  return {
    holds: true,
    entry,
    opening: extra.opening,
    index: proof.index,
    checkpoint,
    witnesses: witnessesOf(note, witnesses),
  };
}

function witnessesOf(note: Note, witnesses: readonly VerifierKey[]): { name: string; at: number }[] {
  return witnesses.flatMap((key) => {
    const at = cosignedAt(note, key);
    return at === null ? [] : [{ name: key.name, at }];
  });
}
