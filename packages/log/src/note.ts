import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { fromBase64, sameBytes, toBase64 } from './base64.ts';

// Signed notes after C2SP signed-note: a text, an empty line, and signature lines "— name base64(key id ‖ signature)".

/** What a key signs: notes as they stand (0x01), or checkpoints with a time as a witness (0x04, C2SP tlog-cosignature). */
export const NOTE_KEY = 0x01;
export const COSIGNER_KEY = 0x04;

export type VerifierKey = {
  readonly name: string;
  /** The first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key). */
  readonly id: Uint8Array;
  readonly type: typeof NOTE_KEY | typeof COSIGNER_KEY;
  readonly publicKey: Uint8Array;
};
export type SignerKey = { readonly verifier: VerifierKey; readonly privateKey: Uint8Array };

export type NoteSignature = { readonly name: string; readonly id: Uint8Array; readonly signature: Uint8Array };
export type Note = { readonly text: string; readonly signatures: readonly NoteSignature[] };

/** More than the 16 that must be read, few enough to be checked. */
const MAX_SIGNATURES = 64;
const MAX_NOTE_LENGTH = 1_000_000;

/** A cosignature's time beyond what a date can be (year 275,760) is nobody's time. */
const MAX_SECONDS = 8_640_000_000_000n;

/** Key names are not empty and hold neither spaces (Unicode's, which are not those of \s) nor a plus. */
export const isKeyName = (name: string): boolean => /^[^\p{White_Space}+]+$/u.test(name) && isNoteText(name);

/** The key of `name` of a type; its id follows from these. */
export function verifierKey(name: string, type: VerifierKey['type'], publicKey: Uint8Array): VerifierKey {
  const id = sha256(concatBytes(utf8ToBytes(`${name}\n`), Uint8Array.of(type), publicKey)).slice(0, 4);
  return { name, id, type, publicKey };
}

/** The key that signs under `name` with the Ed25519 private key of 32 bytes. */
export function signerKey(name: string, type: VerifierKey['type'], privateKey: Uint8Array): SignerKey {
  return { verifier: verifierKey(name, type, ed25519.getPublicKey(privateKey)), privateKey };
}

/** "name+hex id+base64(type ‖ key)": the text by which people hand each other a key. */
export function formatVkey({ name, id, type, publicKey }: VerifierKey): string {
  return `${name}+${bytesToHex(id)}+${toBase64(concatBytes(Uint8Array.of(type), publicKey))}`;
}

/** The key of a vkey text; null where it is none, or its id is not that of its name and key. */
export function parseVkey(text: string): VerifierKey | null {
  const [, name = '', id = '', encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  const bytes = fromBase64(encoded);
  if (!isKeyName(name) || bytes?.length !== 33) return null;
  const [type] = bytes;
  if (type !== NOTE_KEY && type !== COSIGNER_KEY) return null;
  const key = verifierKey(name, type, bytes.slice(1));
  return bytesToHex(key.id) === id ? key : null;
}

/** A signature line of a note, its newline included. */
export function formatSignature({ name, id, signature }: NoteSignature): string {
  return `— ${name} ${toBase64(concatBytes(id, signature))}\n`;
}

/** The note as one text. */
export function formatNote({ text, signatures }: Note): string {
  return `${text}\n${signatures.map(formatSignature).join('')}`;
}

/** Signs a note's text, which ends in a newline. */
export function signText(text: string, signer: SignerKey): NoteSignature {
  return {
    name: signer.verifier.name,
    id: signer.verifier.id,
    signature: ed25519.sign(utf8ToBytes(text), signer.privateKey),
  };
}

function parseSignature(line: string): NoteSignature | null {
  const [, name = '', encoded = ''] = /^— ([^ ]+) ([^ ]+)$/u.exec(line) ?? [];
  const bytes = fromBase64(encoded);
  if (!isKeyName(name) || bytes === null || bytes.length < 5) return null;
  return { name, id: bytes.slice(0, 4), signature: bytes.slice(4) };
}

/** Control characters other than the newline have no place in a note, nor has half a surrogate pair. */
function isNoteText(text: string): boolean {
  if (!text.isWellFormed()) return false;
  for (const character of text) if (character < ' ' && character !== '\n') return false;
  return true;
}

/** The text and signature lines of a note, none of them verified yet; null where it is no note. */
export function parseNote(note: string): Note | null {
  if (note.length > MAX_NOTE_LENGTH || !isNoteText(note)) return null;
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) return null;
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return null;
  const signatures = lines.map(parseSignature);
  return signatures.includes(null)
    ? null
    : { text: note.slice(0, split + 1), signatures: signatures.filter((signature) => signature !== null) };
}

/** What a key says of a note: 'none' where it has not signed, 'bad' where what stands under its name and id is not its signature. */
export function checkSignature(note: Note, key: VerifierKey): 'good' | 'bad' | 'none' {
  const own = note.signatures.filter(({ name, id }) => name === key.name && sameBytes(id, key.id));
  if (own.length === 0) return 'none';
  return own.every(({ signature }) => isSignatureOf(note.text, signature, key)) ? 'good' : 'bad';
}

function isSignatureOf(text: string, signature: Uint8Array, key: VerifierKey): boolean {
  if (key.type === NOTE_KEY) return verifies(signature, utf8ToBytes(text), key.publicKey);
  // A cosigner signs the time of its signature too; the signature begins with it.
  if (signature.length !== 72) return false;
  const seconds = secondsOf(signature);
  return seconds <= MAX_SECONDS && verifies(signature.slice(8), cosignedMessage(text, seconds), key.publicKey);
}

const secondsOf = (signature: Uint8Array): bigint =>
  new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);

/** Whether the signature holds; strict, as RFC 8032 has it: the lenient rules let one signature fit two messages or keys. */
function verifies(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false; // No point of the curve: not a signature, whoever made it.
  }
}

const cosignedMessage = (text: string, seconds: bigint): Uint8Array =>
  utf8ToBytes(`cosignature/v1\ntime ${seconds}\n${text}`);

/** A witness's cosignature over a checkpoint's text at a time (POSIX seconds). */
export function cosignText(text: string, signer: SignerKey, seconds: number): NoteSignature {
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(seconds));
  const signature = ed25519.sign(cosignedMessage(text, BigInt(seconds)), signer.privateKey);
  return { name: signer.verifier.name, id: signer.verifier.id, signature: concatBytes(time, signature) };
}

/** The newest time of the good cosignatures of `key` on the note (POSIX seconds); null where there is none. */
export function cosignedAt(note: Note, key: VerifierKey): number | null {
  if (key.type !== COSIGNER_KEY || checkSignature(note, key) !== 'good') return null;
  const own = note.signatures.filter(({ name, id }) => name === key.name && sameBytes(id, key.id));
  return Math.max(...own.map(({ signature }) => Number(secondsOf(signature))));
}
