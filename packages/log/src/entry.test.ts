import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { canonicalJson } from '@liqpass/evidence/canonical';
import { coverEntryOf, entryBytes, makeOpening, opens, parseEntry } from './entry.ts';

const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count));
const at = '2026-11-28T12:00:00.000Z';
const sha = (text: string | Buffer): string => `0x${createHash('sha256').update(text).digest('hex')}`;

test('an entry commits to its opening and says nothing else', () => {
  const opened = makeOpening('sold', { premium: '1.00', payout: '50.00' }, random);
  const entry = coverEntryOf(at, opened);
  assert.deepEqual(entry, {
    type: 'sold',
    at,
    subject: sha(Buffer.from(opened.pseudonym, 'hex')),
    commit: sha(canonicalJson(opened)),
  });
  assert.equal(opens(entry, opened), true);
});

test('an opening fits one entry: another amount, type, nonce or pseudonym does not', () => {
  const opened = makeOpening('sold', { premium: '1.00' }, random);
  const entry = coverEntryOf(at, opened);
  for (const other of [
    { ...opened, premium: '2.00' },
    { ...opened, type: 'paid' as const },
    { ...opened, nonce: '0'.repeat(32) },
    { ...opened, pseudonym: '0'.repeat(32) },
    { ...opened, more: 1 },
  ])
    assert.equal(opens(entry, other), false);
});

test('the same facts commit differently each time, and cannot be guessed from the catalogue', () => {
  const facts = { premium: '1.00', payout: '50.00' };
  const [one, two] = [makeOpening('sold', facts, random), makeOpening('sold', facts, random)];
  assert.notEqual(coverEntryOf(at, one).commit, coverEntryOf(at, two).commit);
  assert.notEqual(coverEntryOf(at, one).subject, coverEntryOf(at, two).subject);
  assert.notEqual(coverEntryOf(at, one).commit, sha(canonicalJson({ ...facts, type: 'sold' })));
});

test('entries read back from their bytes; other spellings of the same are none', () => {
  const entry = coverEntryOf(at, makeOpening('bound', {}, random));
  assert.deepEqual(parseEntry(entryBytes(entry)), entry);
  const text = JSON.stringify(entry);
  for (const spelled of [text.replace('{', '{ '), text.replace('"bound"', '"bought"'), 'null', '{}', `\ufeff${text}`])
    assert.equal(parseEntry(new TextEncoder().encode(spelled)), null, spelled);
  assert.equal(parseEntry(Uint8Array.of(0xff)), null);
});
