import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { Aes256Gcm, CipherSuite, HkdfSha256 } from '@hpke/core';
import { DhkemX25519HkdfSha256 } from '@hpke/dhkem-x25519';
import type { ExchangeKey } from '@liqpass/api/exchangeKeys';
import fc from 'fast-check';
import { fromBase64Url, toBase64Url } from '@liqpass/kernel/base64url';
import { openExchangeKey, sealedTo, type SealingKeyPair } from './open.ts';
import { sealExchangeKey } from './seal.ts';
import { keyIdOf } from './suite.ts';

const OWNER = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';
const KEY: ExchangeKey = { apiKey: 'key-1234', secretKey: 'secret-1234', passphrase: 'pass 1234', region: 'eea' };

async function makePair(): Promise<SealingKeyPair> {
  const { privateKey } = generateKeyPairSync('x25519');
  const { x = '', d = '' } = privateKey.export({ format: 'jwk' });
  const [publicBytes, privateBytes] = [fromBase64Url(x), fromBase64Url(d)];
  assert.ok(publicBytes && privateBytes);
  return { keyId: await keyIdOf(publicBytes), publicKey: x, privateKey: privateBytes };
}

test('opens what was sealed to one of two live keys, for the owner however written', async () => {
  const [current, former] = [await makePair(), await makePair()];
  const sealed = await sealExchangeKey(former.publicKey, OWNER, KEY);
  assert.equal(sealedTo(sealed), former.keyId);
  assert.deepEqual(await openExchangeKey(sealed, OWNER.toLowerCase(), [current, former]), KEY);
  assert.equal(await openExchangeKey(sealed, OWNER, [current]), null);
});

test('does not open for another owner, another purpose, or when a single byte was changed', async () => {
  const pair = await makePair();
  const sealed = await sealExchangeKey(pair.publicKey, OWNER, KEY);
  assert.equal(await openExchangeKey(sealed, `0x${'1'.repeat(40)}`, [pair]), null);
  const bytes = fromBase64Url(sealed);
  assert.ok(bytes);
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const changed = bytes.map((byte, index) => (index === at ? byte ^ flip : byte));
      assert.equal(await openExchangeKey(toBase64Url(changed), OWNER, [pair]), null);
    }),
    { numRuns: 30 },
  );
  const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const publicBytes = fromBase64Url(pair.publicKey);
  assert.ok(publicBytes);
  const sender = await suite.createSenderContext({
    recipientPublicKey: await suite.kem.deserializePublicKey(publicBytes),
    info: new TextEncoder().encode('something else'),
  });
  const ct = new Uint8Array(
    await sender.seal(
      new TextEncoder().encode(JSON.stringify(KEY)),
      new TextEncoder().encode(`owner:${OWNER.toLowerCase()}`),
    ),
  );
  const other = new Uint8Array([...bytes.slice(0, 9), ...new Uint8Array(sender.enc), ...ct]);
  assert.equal(await openExchangeKey(toBase64Url(other), OWNER, [pair]), null);
});

test('sealing twice gives two texts, neither of which holds the key', async () => {
  const pair = await makePair();
  const [first, second] = [
    await sealExchangeKey(pair.publicKey, OWNER, KEY),
    await sealExchangeKey(pair.publicKey, OWNER, KEY),
  ];
  assert.notEqual(first, second);
  for (const secret of [KEY.apiKey, KEY.secretKey, KEY.passphrase])
    assert.ok(!Buffer.from(first, 'base64url').toString('latin1').includes(secret));
});

test('refuses a public key that is none', async () => {
  for (const bad of ['', 'AAAA', '+/+/', 'x'.repeat(44)])
    await assert.rejects(sealExchangeKey(bad, OWNER, KEY), TypeError);
});

test('base64url has one spelling for each value', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) =>
      assert.deepEqual(fromBase64Url(toBase64Url(bytes)), Uint8Array.from(bytes)),
    ),
  );
  for (const bad of ['A', 'AB', 'A=', 'AA+A', 'AAB']) assert.equal(fromBase64Url(bad), null, bad);
});
