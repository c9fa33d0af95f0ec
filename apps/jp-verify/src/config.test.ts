import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError } from '@liqpass/service/environment';
import { readConfig } from './config.ts';
import { attestationKeys } from './attesting.ts';
import { sealingKeys } from './sealing.ts';

const FULL = {
  OKX_BASE_URL: 'https://www.okx.com/',
  JP_VERIFY_API_KEY: 'key',
  OKX_API_KEY: 'a',
  OKX_SECRET_KEY: 'b',
  OKX_PASSPHRASE: 'c d',
};
const refused = (env: Record<string, string>, name: RegExp): void => {
  assert.throws(
    () => readConfig(env, '/nowhere'),
    (error) => error instanceof ConfigError && name.test(error.message),
  );
};

test('in the embedded mode keys are made once and kept', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jp-verify-'));
  try {
    const first = readConfig({}, folder);
    assert.deepEqual([first.port, first.host, first.okxBaseUrl], [8082, '127.0.0.1', 'http://127.0.0.1:8083']);
    assert.ok(first.ownCredential && first.jpVerifyApiKey.length >= 16 && first.sealingPrivateKeys.length === 1);
    assert.deepEqual(readConfig({}, folder), first);
    assert.equal(readConfig({ JP_VERIFY_API_KEY: 'given' }, folder).jpVerifyApiKey, 'given');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('with an exchange given, nothing is made and its own key may be left out', () => {
  const full = readConfig(FULL, '/nowhere');
  assert.deepEqual([full.okxBaseUrl, full.jpVerifyApiKey, full.sealingPrivateKeys], ['https://www.okx.com', 'key', []]);
  assert.deepEqual(full.ownCredential, { apiKey: 'a', secretKey: 'b', passphrase: 'c d' });
  const { OKX_BASE_URL, JP_VERIFY_API_KEY } = FULL;
  assert.equal(readConfig({ OKX_BASE_URL, JP_VERIFY_API_KEY }, '/nowhere').ownCredential, null);
});

test('a setting that is missing or malformed is named', () => {
  const { JP_VERIFY_API_KEY: _key, ...keyless } = FULL;
  refused(keyless, /^JP_VERIFY_API_KEY is missing/);
  const { OKX_SECRET_KEY: _secret, ...half } = FULL;
  refused(half, /^OKX_SECRET_KEY is missing/);
  refused({ ...FULL, OKX_BASE_URL: 'okx' }, /^OKX_BASE_URL/);
  refused({ ...FULL, OKX_BASE_URL: 'https://me:pw@okx.com' }, /^OKX_BASE_URL/);
  refused({ ...FULL, OKX_PASSPHRASE: 'gehärtet' }, /^OKX_PASSPHRASE/);
  refused({ ...FULL, PORT: 'x' }, /^PORT/);
});

test('sealing keys: two live ones in order, one made where none is given, a malformed one refused', async () => {
  const made = await sealingKeys([]);
  assert.deepEqual([made.keys.length, made.made], [1, true]);
  const texts = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)].map((bytes) => bytes.toString('base64url'));
  const two = await sealingKeys(texts);
  assert.equal(two.made, false);
  assert.equal(two.keys[0]?.keyId, (await sealingKeys(texts.slice(0, 1))).keys[0]?.keyId);
  assert.notEqual(two.keys[0]?.keyId, two.keys[1]?.keyId);
  await assert.rejects(sealingKeys(['short']), ConfigError);
});

test('attestation keys: the first signs, others are kept, one is made where none is given, a malformed one is refused', () => {
  const made = attestationKeys([]);
  assert.deepEqual([made.keys.length, made.made], [1, true]);
  const texts = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)].map((bytes) => bytes.toString('base64url'));
  const given = readConfig({ ...FULL, ATTESTATION_PRIVATE_KEYS: ` ${texts.join(' , ')},` }, '/nowhere');
  assert.deepEqual(given.attestationPrivateKeys, texts);
  const two = attestationKeys(given.attestationPrivateKeys);
  assert.equal(two.made, false);
  assert.deepEqual(
    two.keys.map(({ keyId }) => keyId),
    texts.flatMap((text) => attestationKeys([text]).keys.map(({ keyId }) => keyId)),
  );
  for (const text of ['short', 'x'.repeat(43), `${texts[0]}=`, Buffer.alloc(64).toString('base64url')])
    assert.throws(() => attestationKeys([text]), ConfigError, text);
  assert.deepEqual(readConfig(FULL, '/nowhere').attestationPrivateKeys, []);
});
