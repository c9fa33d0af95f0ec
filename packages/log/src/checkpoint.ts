import { fromBase64, toBase64 } from './base64.ts';
import {
  checkSignature,
  formatNote,
  parseNote,
  signText,
  type Note,
  type SignerKey,
  type VerifierKey,
} from './note.ts';

/** A tree head of a log (C2SP tlog-checkpoint): whose log, how many entries, and the root over them. */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Uint8Array };

/** The note text of a checkpoint: origin, size, root, a line each. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** The checkpoint of a note's text; extension lines are passed over. null where it is none. */
export function parseCheckpointText(text: string): Checkpoint | null {
  const lines = text.split('\n');
  const [origin = '', size = '', root = ''] = lines;
  const hash = fromBase64(root);
  if (lines.length < 4 || lines.at(-1) !== '' || lines.slice(0, -1).includes('')) return null;
  if (!/^(?:0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size)) || hash?.length !== 32) return null;
  return { origin, size: Number(size), root: hash };
}

/** The checkpoint as a note signed by the log. */
export function signCheckpoint(checkpoint: Checkpoint, signer: SignerKey): string {
  const text = checkpointText(checkpoint);
  return formatNote({ text, signatures: [signText(text, signer)] });
}

export type OpenedCheckpoint = { readonly checkpoint: Checkpoint; readonly note: Note };

/** Why a checkpoint is not believed. */
export type CheckpointProblem = 'no_note' | 'no_checkpoint' | 'wrong_origin' | 'not_signed' | 'bad_signature';

/**
 * Opens a checkpoint of the log whose key is given: the key's name is the log's origin. A signature of an unknown key is
 * passed over, a bad one under a known key (the log's or one of `others`) refuses the note.
 */
export function openCheckpoint(
  text: string,
  logKey: VerifierKey,
  others: readonly VerifierKey[] = [],
): OpenedCheckpoint | CheckpointProblem {
  const note = parseNote(text);
  if (note === null) return 'no_note';
  const signed = checkSignature(note, logKey);
  if (signed === 'bad' || others.some((key) => checkSignature(note, key) === 'bad')) return 'bad_signature';
  if (signed === 'none') return 'not_signed';
  const checkpoint = parseCheckpointText(note.text);
  if (checkpoint === null) return 'no_checkpoint';
  return checkpoint.origin === logKey.name ? { checkpoint, note } : 'wrong_origin';
}
