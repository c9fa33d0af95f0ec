import { ConfigError } from '@liqpass/service/environment';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../src/config.ts';
import { vapidKeys } from './pushReceiver.ts';

const GIVEN = {
  DATABASE_URL: 'postgres://liqpass@127.0.0.1/liqpass',
  INTERNAL_API_KEY: 'internal-key-of-some-length',
  ADMIN_API_KEY: 'admin-key-of-some-length',
  JP_VERIFY_API_KEY: 'verifier-key-of-some-length',
};

test('on PostgreSQL the address and three keys are enough', () => {
  const config = readConfig(GIVEN);
  assert.deepEqual(
    [config.port, config.host, config.jpVerifyBaseUrl, config.treasurySafe, config.allowUnattestedBinding],
    [3001, '127.0.0.1', 'http://127.0.0.1:8082', null, false],
  );
  assert.deepEqual(config.internalKeys, [{ name: 'default', key: GIVEN.INTERNAL_API_KEY }]);
  assert.deepEqual(config.shortKeys, []);
});

test('keys may be short, which is remarked, and several with names', () => {
  const config = readConfig({ ...GIVEN, INTERNAL_API_KEY: 'lis:ik,ops:another', ADMIN_API_KEY: 'ak' });
  assert.deepEqual(config.internalKeys, [
    { name: 'lis', key: 'ik' },
    { name: 'ops', key: 'another' },
  ]);
  assert.deepEqual(config.shortKeys, ['INTERNAL_API_KEY', 'ADMIN_API_KEY']);
});

test('what signs pushed messages is given whole or not at all, and its two keys are one pair', () => {
  const made = (): { VAPID_PUBLIC_KEY: string; VAPID_PRIVATE_KEY: string; VAPID_SUBJECT: string } => {
    const { publicKey, privateKey } = vapidKeys();
    return {
      VAPID_PUBLIC_KEY: publicKey,
      VAPID_PRIVATE_KEY: privateKey,
      VAPID_SUBJECT: 'mailto:cover@liqpass.example',
    };
  };
  const whole = made();
  assert.equal(readConfig(GIVEN).telling.push, null);
  assert.deepEqual(readConfig({ ...GIVEN, ...whole }).telling.push, {
    publicKey: whole.VAPID_PUBLIC_KEY,
    privateKey: whole.VAPID_PRIVATE_KEY,
    subject: whole.VAPID_SUBJECT,
  });
  for (const broken of [
    { VAPID_PUBLIC_KEY: undefined },
    { VAPID_PRIVATE_KEY: undefined },
    { VAPID_SUBJECT: undefined },
    { VAPID_SUBJECT: 'cover@liqpass.example' },
    { VAPID_PUBLIC_KEY: made().VAPID_PUBLIC_KEY },
    { VAPID_PRIVATE_KEY: made().VAPID_PRIVATE_KEY },
    { VAPID_PRIVATE_KEY: 'not a key' },
  ])
    assert.throws(
      () => readConfig({ ...GIVEN, ...whole, ...broken }),
      (error) =>
        error instanceof ConfigError &&
        error.message.startsWith('VAPID_') &&
        !error.message.includes(whole.VAPID_PRIVATE_KEY),
    );
});

test('a missing or malformed setting is named', () => {
  for (const [name, value] of [
    ['INTERNAL_API_KEY', undefined],
    ['INTERNAL_API_KEY', 'lis:,ops:another-key-of-some-length'],
    ['INTERNAL_API_KEY', ','],
    ['ADMIN_API_KEY', ''],
    ['ADMIN_API_KEY', 'ключ-оператора'],
    ['JP_VERIFY_API_KEY', undefined],
    ['JP_VERIFY_API_KEY', 'ключ'],
    ['JP_VERIFY_BASE_URL', 'ftp://127.0.0.1'],
    ['DATABASE_URL', 'mysql://127.0.0.1'],
    ['PORT', 'abc'],
    ['TREASURY_SAFE', '0x833589FCD6eDb6E08f4c7C32D4f71b54bdA02913'],
    ['TREASURY_SAFE', '0x0000000000000000000000000000000000000000'],
    ['TREASURY_SAFE', '0x0000000000000000000000000000000000000100'],
    ['TREASURY_SAFE', '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913'],
    ['USDC_ADDRESS', '0x0000000000000000000000000000000000000001'],
    ['AUDIT_KEY', 'short'],
    ['ALLOW_UNATTESTED_BINDING', 'maybe'],
    ['LOG_LEVEL', 'loud'],
    ['ADMIN_API_KEY', '"admin-key-of-some-length"'],
    ['ADMIN_API_KEY', '"admin-key-of'],
    ['PUBLIC_ORIGINS', "'https://liqpass.example'"],
    ['AUDIT_KEY', `${'k'.repeat(40)}"`],
  ] as const)
    assert.throws(
      () => readConfig({ ...GIVEN, [name]: value }),
      (error) => error instanceof ConfigError && error.message.startsWith(name) && !/ключ/.test(error.message),
      `${name}=${value}`,
    );
});
