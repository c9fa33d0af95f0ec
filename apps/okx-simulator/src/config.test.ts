import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '@liqpass/service/environment';
import { readConfig } from './config.ts';

const key = { OKX_API_KEY: 'a-key-0001', OKX_SECRET_KEY: 'a-secret-0001', OKX_PASSPHRASE: 'a-phrase-0001' };

test('listens on 8083 of this machine and keeps its journal in ./data unless told otherwise', () => {
  const config = readConfig(key);
  assert.deepEqual([config.port, config.host, config.seed], [8083, '127.0.0.1', 'liqpass']);
  assert.match(config.journalPath, /data[/\\]simulator\.jsonl$/);
  assert.deepEqual(config.defaultKey, {
    apiKey: 'a-key-0001',
    secretKey: 'a-secret-0001',
    passphrase: 'a-phrase-0001',
  });
  assert.equal(readConfig({ ...key, SIMULATOR_JOURNAL: '/tmp/elsewhere.jsonl' }).journalPath, '/tmp/elsewhere.jsonl');
});

test('names the setting that is missing or malformed', () => {
  assert.throws(
    () => readConfig({ ...key, OKX_PASSPHRASE: '' }),
    (error) => error instanceof ConfigError && error.message.startsWith('OKX_PASSPHRASE'),
  );
  assert.throws(
    () => readConfig({ ...key, PORT: 'many' }),
    (error) => error instanceof ConfigError && error.message.startsWith('PORT'),
  );
});
