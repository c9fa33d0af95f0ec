import { systemClock } from '@liqpass/kernel/time';
import { fuzz } from '@liqpass/testing/fuzz/fuzz';
import { sendHttp } from '@liqpass/testing/fuzz/sendHttp';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPeopleSettings } from '../src/peopleConfig.ts';
import { OPERATORS } from './fuzz/callers.ts';
import { fuzzExchange } from './fuzz/fuzzExchange.ts';
import { liqpassTarget } from './fuzz/liqpassTarget.ts';
import { ADMIN_KEY, INTERNAL_KEY, testBackend } from './harness.ts';
import { engine } from './testDatabase.ts';

/** Another seed is another few hundred requests; `npm run fuzz` sends a hundred thousand. */
const SEED = 1;

test(`answers requests made from its OpenAPI document as that says, and never with 5xx (${engine}, seed ${SEED})`, async (t) => {
  const treasury = 'test-treasury-key-0001';
  const exchange = await fuzzExchange(systemClock);
  t.after(() => exchange.close());
  const app = await testBackend({
    jpVerifyBaseUrl: exchange.url,
    jpVerifyApiKey: exchange.apiKey,
    // Some claims stay in verification: nothing here waits for them.
    verdictWaitMs: 100,
    adminKeys: [
      { name: 'alice', key: ADMIN_KEY },
      { name: 'bob', key: treasury },
    ],
    people: readPeopleSettings({ OPERATORS, TRUST_PROXY: '127.0.0.1', REQUESTS_PER_MINUTE: '1000000' }, true),
  });
  t.after(() => app.close());
  const sender = sendHttp(app.url);
  t.after(() => sender.close());
  const target = await liqpassTarget(sender, { internal: INTERNAL_KEY, admin: ADMIN_KEY, treasury });
  const { findings, answers } = await fuzz(target, sender, { seed: SEED, requests: 400, connections: 4 });
  assert.deepEqual(findings, []);
  const succeeded = [...answers].filter(([, statuses]) => [...statuses.keys()].some((status) => status < 300));
  assert.ok(
    succeeded.length > answers.size / 2,
    `only ${succeeded.length} of ${answers.size} operations ever succeeded`,
  );
});
