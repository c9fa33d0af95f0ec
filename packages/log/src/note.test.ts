import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { openCheckpoint, parseCheckpointText, signCheckpoint } from './checkpoint.ts';
import {
  checkSignature,
  COSIGNER_KEY,
  cosignedAt,
  cosignText,
  formatNote,
  formatVkey,
  NOTE_KEY,
  parseNote,
  parseVkey,
  signerKey,
  signText,
  verifierKey,
  type Note,
  type VerifierKey,
} from './note.ts';

function read(note: string): Note {
  const parsed = parseNote(note);
  assert.ok(parsed, 'a note');
  return parsed;
}
function key(vkey: string): VerifierKey {
  const parsed = parseVkey(vkey);
  assert.ok(parsed, 'a vkey');
  return parsed;
}

// The examples of C2SP signed-note and of Go's golang.org/x/mod/sumdb/note.
const EXAMPLES = [
  {
    vkey: 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    note: 'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
  },
  {
    vkey: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    note: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
  },
];

test("verifies the specification's and Go's example notes, and writes them back byte for byte", () => {
  for (const { vkey, note } of EXAMPLES) {
    assert.equal(checkSignature(read(note), key(vkey)), 'good');
    assert.equal(formatNote(read(note)), note);
    assert.equal(formatVkey(key(vkey)), vkey);
  }
});

test('a changed text or signature is bad, another key has not signed', () => {
  const [{ vkey, note }, other] = EXAMPLES as [(typeof EXAMPLES)[0], (typeof EXAMPLES)[0]];
  assert.equal(checkSignature(read(note.replace('an example', 'no example')), key(vkey)), 'bad');
  assert.equal(checkSignature(read(note.replace('/foo Uw2QOkn8', '/foo Uw2QOkn9')), key(vkey)), 'bad');
  assert.equal(checkSignature(read(note), key(other.vkey)), 'none');
  // The same name with another id, and the same id with another name, are other keys.
  assert.equal(checkSignature(read(note.replace('Uw2QO', 'Vw2QO')), key(vkey)), 'none');
  assert.equal(checkSignature(read(note.replace('— example.com/foo', '— example.com/bar')), key(vkey)), 'none');
});

test('one bad signature of a known key beside a good one is bad', () => {
  const signer = signerKey('log.example', NOTE_KEY, new Uint8Array(32).fill(7));
  const text = 'a\n';
  const good = signText(text, signer);
  const bad = { ...good, signature: good.signature.toReversed() };
  assert.equal(checkSignature({ text, signatures: [good] }, signer.verifier), 'good');
  assert.equal(checkSignature({ text, signatures: [good, bad] }, signer.verifier), 'bad');
});

test('refuses what is no note', () => {
  const [{ note }] = EXAMPLES as [(typeof EXAMPLES)[0]];
  const refused = [
    '',
    'text\n',
    note.slice(0, -1),
    note.replace('\n\n', '\n'),
    note.replace('This', 'Th\u0007s'),
    note.replace('This', 'Th\ris'),
    note.replace('This', 'Th\ud800s'),
    note.replace('— ', '- '),
    note.replace('Uw2QO', 'Uw2Q*'),
    note.replace('aQM=', 'aQN='),
    `${note}\n`,
    note.replace('— example.com/foo', '— example.com+foo'),
  ];
  for (const text of refused) assert.equal(parseNote(text), null, JSON.stringify(text));
});

test('reads at least sixteen signatures', () => {
  const text = 'a\n';
  const signers = Array.from({ length: 16 }, (_, at) =>
    signerKey(`log${at}.example`, NOTE_KEY, new Uint8Array(32).fill(at + 1)),
  );
  const note = read(formatNote({ text, signatures: signers.map((signer) => signText(text, signer)) }));
  for (const { verifier } of signers) assert.equal(checkSignature(note, verifier), 'good');
});

test('refuses vkeys whose id is not that of their name and key', () => {
  const { vkey } = EXAMPLES[0] ?? { vkey: '' };
  for (const text of [
    vkey.replace('530d903a', '530d903b'),
    vkey.replace('example.com/foo', 'example.com/bar'),
    vkey.replace('example.com/foo', 'a b'),
    vkey.replace('+Aek', '+Bek'),
    vkey.slice(0, -4),
    '',
  ])
    assert.equal(parseVkey(text), null, text);
});

test('a signature of ours is one that another implementation of Ed25519 takes', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const secret = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
  const signer = signerKey('log.example', NOTE_KEY, secret);
  const { signature } = signText('text\n', signer);
  assert.equal(verify(null, Buffer.from('text\n'), publicKey, signature), true);
});

test('a cosignature holds for its time and text, under a key of its own kind', () => {
  const secret = new Uint8Array(32).fill(3);
  const witness = signerKey('witness.example/w1', COSIGNER_KEY, secret);
  const asLog = verifierKey('witness.example/w1', NOTE_KEY, witness.verifier.publicKey);
  const text = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
  const note = { text, signatures: [cosignText(text, witness, 1_679_315_147)] };
  assert.equal(cosignedAt(note, witness.verifier), 1_679_315_147);
  assert.equal(cosignedAt({ ...note, text: text.replace('163', '164') }, witness.verifier), null);
  assert.equal(checkSignature(note, asLog), 'none');
});

test('of two times of one witness the newer one counts; a time that no date can be is no signature', () => {
  const witness = signerKey('witness.example/w1', COSIGNER_KEY, new Uint8Array(32).fill(3));
  const signed = (...times: number[]): Note => ({
    text: 'a\n',
    signatures: times.map((time) => cosignText('a\n', witness, time)),
  });
  assert.equal(cosignedAt(signed(5, 9, 7), witness.verifier), 9);
  assert.equal(checkSignature(signed(8_640_000_000_000), witness.verifier), 'good');
  assert.equal(checkSignature(signed(8_640_000_000_001), witness.verifier), 'bad');
});

test("a stranger's name may hold what the specification lets it hold, and no space of any kind", () => {
  const [{ vkey, note }] = EXAMPLES as [(typeof EXAMPLES)[0]];
  const beside = (name: string): Note | null => parseNote(`${note}— ${name} AAAAAAA=\n`);
  for (const name of ['a\u007f', 'a\ufeffb', '中文'])
    assert.equal(checkSignature(read(`${note}— ${name} AAAAAAA=\n`), key(vkey)), 'good', JSON.stringify(name));
  for (const name of ['', 'a b', 'a\u0085b', 'a\u00a0b', 'a\u2003b', 'a\u3000b', 'a+b'])
    assert.equal(beside(name), null, JSON.stringify(name));
});

test('checkpoints read back as they were signed; what is malformed is refused', () => {
  const signer = signerKey('example.com/log', NOTE_KEY, new Uint8Array(32).fill(5));
  fc.assert(
    fc.property(
      fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (size, root) => {
        const opened = openCheckpoint(
          signCheckpoint({ origin: 'example.com/log', size, root }, signer),
          signer.verifier,
        );
        assert.ok(typeof opened !== 'string');
        assert.deepEqual(opened.checkpoint, { origin: 'example.com/log', size, root });
      },
    ),
  );
  const root = 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=';
  for (const text of [
    `log\n01\n${root}\n`,
    `log\n-1\n${root}\n`,
    `log\n1\n${root.slice(1)}\n`,
    'log\n1\n',
    `\n1\n${root}\n`,
    `log\n1\n${root}\n\n`,
    `log\n9007199254740992\n${root}\n`,
  ])
    assert.equal(parseCheckpointText(text), null, JSON.stringify(text));
  assert.deepEqual(parseCheckpointText(`log\n1\n${root}\nextension\n`)?.size, 1);
});

test('a checkpoint is believed only under the key of its own origin', () => {
  const signer = signerKey('example.com/log', NOTE_KEY, new Uint8Array(32).fill(5));
  const other = signerKey('example.com/other', NOTE_KEY, new Uint8Array(32).fill(5));
  const head = { origin: 'example.com/log', size: 0, root: new Uint8Array(32) };
  assert.equal(openCheckpoint(signCheckpoint(head, other), signer.verifier), 'not_signed');
  assert.equal(openCheckpoint(signCheckpoint({ ...head, origin: 'else' }, signer), signer.verifier), 'wrong_origin');
  assert.equal(
    openCheckpoint(signCheckpoint(head, signer).replace('\n0\n', '\n1\n'), signer.verifier),
    'bad_signature',
  );
  assert.equal(openCheckpoint('x', signer.verifier), 'no_note');
});
