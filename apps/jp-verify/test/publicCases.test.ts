import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { verifyAnswer } from '@liqpass/api/verify';
import { recheckText } from '@liqpass/proof/recheckText';
import { publicCases, publicCasesMissing } from './publicCases.ts';
import { API_KEY, verifierBehindStrangeExchange, type StrangeScene } from './verifierBehindStrangeExchange.ts';

// What public reports showed, over HTTP: each case on an account and a sealed key of its own.

const missing = publicCasesMissing();
let scene: StrangeScene;
before(async () => {
  scene = await verifierBehindStrangeExchange();
});
after(() => scene.close());

test('the public cases are here', { skip: process.env['CI'] === 'true' ? false : missing }, () => {
  assert.equal(missing, false);
});

for (const { name, account, ask, expected, habits } of missing ? [] : publicCases())
  test(`is right on what was reported: ${name}`, async () => {
    const answered = await scene.app.inject({
      method: 'POST',
      url: '/verify',
      headers: { authorization: `Bearer ${API_KEY}` },
      payload: { ...ask, ...(await scene.tenant(account, habits)) },
    });
    assert.equal(answered.statusCode, 200, answered.body.slice(0, 300));
    const { verdict, flags, liquidation, checks } = verifyAnswer.parse(answered.json());
    const found = { verdict, flags, total: liquidation?.loss.total, insured: liquidation?.loss.insured };
    const unsure = checks.filter(({ result }) => result !== 'pass').map(({ code, detail }) => `${code}: ${detail}`);
    assert.deepEqual({ ...found, ...expected }, found, unsure.join('\n'));
    assert.deepEqual(recheckText(answered.body).problems, []);
  });
