import { fromBase64, sameBytes } from './base64.ts';
import { openCheckpoint, parseCheckpointText } from './checkpoint.ts';
import { EMPTY_ROOT, holdsConsistency } from './merkle.ts';
import { cosignText, formatSignature, parseNote, type SignerKey, type VerifierKey } from './note.ts';

/** What a witness keeps of a log: the last tree it has cosigned. */
export type Seen = { readonly size: number; readonly root: Uint8Array };

/** What a witness answers (C2SP tlog-witness, add-checkpoint). With `next`, that is stored before the answer is given. */
export type WitnessAnswer =
  | { readonly status: 200; readonly body: string; readonly next: Seen }
  | { readonly status: 400 | 403 | 404 | 422; readonly body: string }
  | { readonly status: 409; readonly body: string; readonly size: number };

/** The request's parts: the old size, the consistency proof, the checkpoint; null where it is malformed. */
export function parseAddCheckpoint(
  body: string,
): { readonly oldSize: number; readonly proof: readonly Uint8Array[]; readonly checkpoint: string } | null {
  const split = body.indexOf('\n\n');
  const [first = '', ...lines] = body.slice(0, Math.max(0, split)).split('\n');
  const oldSize = /^old (0|[1-9]\d{0,15})$/.exec(first)?.[1];
  const proof = lines.map(fromBase64);
  if (split < 0 || oldSize === undefined || !Number.isSafeInteger(Number(oldSize)) || lines.length > 63) return null;
  const hashes = proof.filter((hash) => hash !== null).filter((hash) => hash.length === 32);
  return hashes.length === proof.length
    ? { oldSize: Number(oldSize), proof: hashes, checkpoint: body.slice(split + 2) }
    : null;
}

/** The request that shows a witness a grown log. */
export function formatAddCheckpoint(oldSize: number, proof: readonly string[], checkpoint: string): string {
  return `${[`old ${oldSize}`, ...proof].join('\n')}\n\n${checkpoint}`;
}

/**
 * Decides about a checkpoint shown to a witness that trusts `logKeys`: cosigned when it continues the tree that was last
 * cosigned. `seen` gives that tree for an origin (null: none yet). Whoever calls stores `next` atomically before answering.
 */
export function addCheckpoint(
  body: string,
  logKeys: readonly VerifierKey[],
  seen: (origin: string) => Seen | null,
  signer: SignerKey,
  nowSeconds: number,
): WitnessAnswer {
  const asked = parseAddCheckpoint(body);
  const claimed = asked && parseNote(asked.checkpoint);
  const stated = claimed && parseCheckpointText(claimed.text);
  if (!asked || !claimed || !stated) return { status: 400, body: 'not an add-checkpoint request\n' };
  const known = logKeys.filter(({ name }) => name === stated.origin);
  if (known.length === 0) return { status: 404, body: 'this log is not known here\n' };
  const opened = known
    .map((key) => openCheckpoint(asked.checkpoint, key, known))
    .find((each) => typeof each !== 'string');
  if (opened === undefined) return { status: 403, body: 'not signed by a key that is trusted for this log\n' };
  const { checkpoint, note } = opened;
  if (asked.oldSize > checkpoint.size) return { status: 400, body: 'the old size is beyond the checkpoint\n' };
  const last = seen(checkpoint.origin) ?? { size: 0, root: EMPTY_ROOT };
  const conflict: WitnessAnswer = { status: 409, body: `${last.size}\n`, size: last.size };
  if (asked.oldSize !== last.size) return conflict;
  if (last.size === checkpoint.size && last.size > 0 && !sameBytes(last.root, checkpoint.root)) return conflict;
  const holds =
    last.size === 0 && asked.proof.length === 0
      ? checkpoint.size > 0 || sameBytes(checkpoint.root, EMPTY_ROOT)
      : holdsConsistency(asked.proof, last.size, last.root, checkpoint.size, checkpoint.root);
  if (!holds) return { status: 422, body: 'the consistency proof does not hold\n' };
  return {
    status: 200,
    body: formatSignature(cosignText(note.text, signer, nowSeconds)),
    next: { size: checkpoint.size, root: checkpoint.root },
  };
}
