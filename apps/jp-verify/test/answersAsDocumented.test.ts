import { fuzz } from '@liqpass/testing/fuzz/fuzz';
import { sendHttp } from '@liqpass/testing/fuzz/sendHttp';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyAccount } from './handmadeAccount.ts';
import { jpVerifyTarget } from './fuzz/jpVerifyTarget.ts';
import { verifierBehindStrangeExchange } from './verifierBehindStrangeExchange.ts';

/** Another seed is another few hundred requests; JP_VERIFY_FUZZ=20000 sends so many. */
const SEED = 1;
const REQUESTS = Number(process.env['JP_VERIFY_FUZZ'] ?? 600);

test(`answers requests made from its OpenAPI document as that says, and never with 5xx (seed ${SEED}, ${REQUESTS} requests)`, async (t) => {
  const scene = await verifierBehindStrangeExchange(emptyAccount());
  t.after(() => scene.close());
  const sender = sendHttp(await scene.app.listen({ port: 0, host: '127.0.0.1' }));
  t.after(() => sender.close());
  const target = await jpVerifyTarget(sender, scene);
  const { findings, answers } = await fuzz(target, sender, { seed: SEED, requests: REQUESTS, connections: 6 });
  assert.deepEqual(findings, []);
  const never = [...answers].filter(([, statuses]) => ![...statuses.keys()].some((status) => status < 300));
  assert.deepEqual(
    never.map(([name]) => name),
    [],
    'each operation succeeded at least once',
  );
});
