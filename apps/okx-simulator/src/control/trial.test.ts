import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openExchange } from '../../test/harness.ts';

test("control answers this machine's own names alone: a page whose name was pointed here learns nothing", async () => {
  const exchange = await openExchange({ trial: { shop: 'http://127.0.0.1:3001', operatorKey: 'secret-of-the-trial' } });
  const ask = (host: string) => exchange.app.inject({ url: '/control/trial', headers: { host } });
  for (const host of ['localhost:8083', '127.0.0.1:8083', '[::1]:8083'])
    assert.deepEqual((await ask(host)).json(), { shop: 'http://127.0.0.1:3001', operatorKey: 'secret-of-the-trial' });
  for (const host of ['evil.example', 'localhost.evil.example:8083', '127.0.0.1.evil.example']) {
    const answer = await ask(host);
    assert.equal(answer.statusCode, 403, host);
    assert.ok(!answer.body.includes('secret-of-the-trial'));
  }
  await exchange.close();
});
