import { ConfigError } from '@liqpass/service/environment';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPeopleSettings } from '../src/peopleConfig.ts';

const OPERATOR = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';

test('nothing is required, and the local chain is for the embedded mode alone', () => {
  assert.deepEqual(readPeopleSettings({}, true).signInChains, [8453, 31337]);
  assert.deepEqual(readPeopleSettings({}, false), {
    publicOrigins: [],
    corsOrigins: [],
    signInChains: [8453],
    trustProxy: false,
    rpcUrls: [],
    egressIp: null,
    operators: [],
    requestsPerMinute: null,
  });
});

test('a malformed setting is named', () => {
  const good = {
    PUBLIC_ORIGINS: 'https://liqpass.example, https://www.liqpass.example',
    TRUST_PROXY: 'loopback,10.0.0.0/8,2001:db8::1',
    OPERATORS: `${OPERATOR}:admin:Ada,${OPERATOR.toLowerCase()}:viewer:Vic:contract`,
    RPC_URL: 'https://mainnet.base.example, http://127.0.0.1:8545/key',
  };
  const read = readPeopleSettings(good, false);
  assert.deepEqual(read.publicOrigins, ['https://liqpass.example', 'https://www.liqpass.example']);
  assert.deepEqual(read.operators[1], { address: OPERATOR, role: 'viewer', name: 'Vic', contract: true });
  assert.equal(read.operators[0]?.contract, false);
  assert.deepEqual(read.rpcUrls, ['https://mainnet.base.example/', 'http://127.0.0.1:8545/key']);
  for (const [name, value] of [
    ['PUBLIC_ORIGINS', 'liqpass.example'],
    ['PUBLIC_ORIGINS', 'https://liqpass.example/path'],
    ['CORS_ORIGINS', '*'],
    ['TRUST_PROXY', 'everybody'],
    ['TRUST_PROXY', '10.0.0.0/64'],
    ['OPERATORS', `${OPERATOR}:boss:Ada`],
    ['OPERATORS', `${OPERATOR}:admin`],
    ['OPERATORS', '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA0291:admin:Ada'],
    ['OPERATORS', `${OPERATOR}:admin:Ada:key`],
    ['OPERATORS', `${OPERATOR}:admin:Ada:contract:x`],
    ['RPC_URL', 'ws://base.example'],
    ['RPC_URL', 'http://base.example'],
    ['RPC_URL', 'https://one.example,https://one.example/other'],
    ['RPC_URL', 'https://one.example,https://two.example,https://three.example'],
    ['REQUESTS_PER_MINUTE', '-1'],
  ] as const)
    assert.throws(
      () => readPeopleSettings({ ...good, [name]: value }, false),
      (error) => error instanceof ConfigError && error.message.includes(name),
    );
});
