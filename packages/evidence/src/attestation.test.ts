import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromBase64Url, toBase64Url } from '@liqpass/kernel/base64url';
import { holdsSignature, signingKey, signStatement, type Signed } from './attestation.ts';
import { canonicalJson, hasCanonicalForm } from './canonical.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
/** RFC 8032, 7.1, test 1. */
const VECTOR = {
  secret: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
  public: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
};
const key = signingKey(hex(VECTOR.secret));
const bytesOf = (text: string): Uint8Array => fromBase64Url(text) ?? assert.fail();

test('has the public key of RFC 8032 and its name', () => {
  assert.deepEqual(Buffer.from(bytesOf(key.publicKey)).toString('hex'), VECTOR.public);
  assert.match(key.keyId, /^[0-9a-f]{16}$/);
});

test('signs as another implementation does, over the canonical text, whatever order the fields came in', () => {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), hex(VECTOR.secret)]);
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()).filter(hasCanonicalForm), (statement) => {
      const text = Buffer.from(canonicalJson(statement));
      const signed = signStatement(statement, key);
      assert.equal(signed.signature, sign(null, text, privateKey).toString('base64url'));
      assert.ok(verify(null, text, createPublicKey(privateKey), bytesOf(signed.signature)));
      assert.ok(holdsSignature(JSON.parse(JSON.stringify(signed)) as Signed<unknown>, key.publicKey));
    }),
    { numRuns: 30 },
  );
});

test('holds for nothing else: another statement, key, key id or signature, or what is none', () => {
  const signed = signStatement({ verdict: 'NOT_LIQUIDATED', at: 1 }, key);
  const other = signingKey(hex('11'.repeat(32)));
  assert.equal(holdsSignature(signed, key.publicKey), true);
  const bad: [string, Signed<unknown>, string?][] = [
    ['another verdict', { ...signed, signed: { ...signed.signed, verdict: 'LIQUIDATED' } }],
    ['a field more', { ...signed, signed: { ...signed.signed, more: null } }],
    ['a field less', { ...signed, signed: { verdict: 'NOT_LIQUIDATED' } }],
    ['a text for a number', { ...signed, signed: { ...signed.signed, at: '1' } }],
    ['nothing', { ...signed, signed: undefined }],
    ['a number beyond 2^53', { ...signed, signed: { at: 2 ** 53 } }],
    ['another key', signed, other.publicKey],
    ['another key under its id', { ...signed, key_id: other.keyId }, other.publicKey],
    ['another id', { ...signed, key_id: other.keyId }],
    ['no key', signed, ''],
    ['a key cut short', signed, key.publicKey.slice(1)],
    ['another signature', { ...signed, signature: signStatement({}, key).signature }],
    ['no signature', { ...signed, signature: '' }],
    ['no base64url', { ...signed, signature: '!'.repeat(86) }],
    ['zeros', { ...signed, signature: toBase64Url(new Uint8Array(64)) }],
  ];
  for (const [what, changed, publicKey = key.publicKey] of bad)
    assert.equal(holdsSignature(changed, publicKey), false, what);
  // A key of small order would hold for any statement, were it accepted.
  const small = Uint8Array.of(1, ...new Uint8Array(31));
  const forged = {
    signed: {},
    key_id: '',
    public_key: '',
    signature: toBase64Url(Uint8Array.of(1, ...new Uint8Array(63))),
  };
  assert.equal(holdsSignature(forged, toBase64Url(small)), false);
  // Any single bit of the signature changed.
  const bytes = bytesOf(signed.signature);
  for (let bit = 0; bit < 512; bit += 7) {
    const flipped = Uint8Array.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(holdsSignature({ ...signed, signature: toBase64Url(flipped) }, key.publicKey), false, String(bit));
  }
});
