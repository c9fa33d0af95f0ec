import type { ErrorAnswer } from '@liqpass/api/errorAnswer';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPeopleSettings } from '../src/peopleConfig.ts';
import { keptFor } from '../src/services/platform/keptFor.ts';
import { testBackend } from './harness.ts';
import { engine } from './testDatabase.ts';

const PATHS = ['/metrics', '/readyz', '/openapi.json'] as const;

test(`what everybody may ask costs what it costs once, however many ask, and is counted (${engine})`, async (t) => {
  const app = await testBackend();
  t.after(() => app.close());
  let [pings, health] = [0, 0];
  const { ctx } = app.backend;
  const ping = ctx.database.ping.bind(ctx.database);
  Object.assign(ctx.database, { ping: () => ((pings += 1), ping()) });
  app.verifier.route('GET /healthz', () => ((health += 1), { body: { ok: true } }));
  const before = performance.now();
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) => fetch(`${app.url}${PATHS[index % 3] ?? ''}`)),
  );
  const seconds = Math.ceil((performance.now() - before) / 1000);
  // Whether it is ready is for a busy machine to say.
  assert.ok(answers.every(({ status }, index) => status === 200 || (status === 503 && index % 3 === 1)));
  assert.ok(pings >= 1 && pings <= seconds && health <= seconds, `${pings} pings, ${health} questions, ${seconds} s`);
  const [figures, , document] = await Promise.all(answers.slice(0, 3).map((answer) => answer.text()));
  assert.match(figures ?? '', /^liqpass_claims\{/m);
  assert.equal((JSON.parse(document ?? '') as { openapi: string }).openapi, '3.1.0');
  for (const [index, path] of PATHS.entries())
    await app.until(
      async () => (await fetch(`${app.url}/metrics`)).text(),
      (text) => text.includes(`route="${path}",status="${answers[index]?.status}"`),
    );
});

test(`what everybody may ask is asked by nobody without end (${engine})`, async (t) => {
  const app = await testBackend({ people: readPeopleSettings({ REQUESTS_PER_MINUTE: '20' }, true) });
  t.after(() => app.close());
  const asked = await Promise.all(
    Array.from({ length: 30 }, (_, index) => fetch(`${app.url}${PATHS[index % 3] ?? ''}`)),
  );
  assert.equal(asked.filter((answer) => answer.status !== 429).length, 20);
  const refused = asked.find((answer) => answer.status === 429);
  assert.ok(refused);
  assert.equal(((await refused.json()) as ErrorAnswer).error, 'TOO_MANY_REQUESTS');
  assert.equal((await fetch(`${app.url}/healthz`)).status, 200, 'whether the process runs is always told');
});

test('what is kept is read once while it is good; a failure is kept for nobody', async () => {
  let reads = 0;
  const read = keptFor(60_000, async () => {
    reads += 1;
    if (reads === 1) throw new Error('not now');
    return reads;
  });
  const failed = await Promise.allSettled([read(), read()]);
  assert.deepEqual([failed.map((each) => each.status), reads], [['rejected', 'rejected'], 1]);
  assert.deepEqual([await read(), await read(), await read()], [2, 2, 2]);
});
