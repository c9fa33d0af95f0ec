import { TELLING_LOCALES, TOLD_EVENTS } from '@liqpass/kernel/vocabulary';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf } from './message.ts';

const order = '11111111-1111-4111-8111-111111111111';

test('every event has a title, a text and a link in each language, and says nothing undefined', () => {
  for (const locale of TELLING_LOCALES)
    for (const event of TOLD_EVENTS)
      for (const facts of [{}, { amount: '50.000000', kind: 'MARGIN_REMOVED', code: 'c', claim: 'x' }]) {
        const { title, text, link } = messageOf(event, facts, { locale, site: 'https://liqpass.example', order });
        assert.ok(title !== '' && text !== '', `${locale} ${event}`);
        assert.match(link, /^https:\/\/liqpass\.example\/(?:policies|notifications)/);
        if ('amount' in facts) assert.doesNotMatch(title + text, /50\.0/);
      }
});

test('a message leads to where something can be done: the policy, cover again, the claim on the desk, the link that confirms', () => {
  const link = (event: (typeof TOLD_EVENTS)[number], of: string | null, facts = {}): string =>
    messageOf(event, facts, { locale: 'en', site: 'https://l.example', order: of }).link;
  assert.equal(link('NEAR', order), `https://l.example/policies/${order}`);
  assert.equal(link('ENDS_SOON', order), `https://l.example/policies/${order}?again=1`);
  assert.equal(link('CLAIM_TO_REVIEW', null, { claim: 'c1' }), 'https://l.example/admin/claims/c1');
  assert.equal(link('PAYOUT_DUE', null), 'https://l.example/admin');
  assert.equal(link('CONFIRM', null, { code: 'ab' }), 'https://l.example/notifications?confirm=ab');
});

test('a cover’s end is told in UTC, and to Chinese readers by their own clock too', () => {
  const text = (locale: 'en' | 'zh', facts = {}): string =>
    messageOf('ENDS_SOON', facts, { locale, site: 'https://l.example', order }).text;
  assert.match(
    text('en', { until: '2026-07-31 18:30 UTC' }),
    /ends at 2026-07-31 18:30 UTC\. .*the next cover begins at that moment/,
  );
  assert.match(
    text('zh', { until: '2026-07-31 18:30 UTC' }),
    /结束时间：2026-07-31 18:30 UTC（北京时间 2026-08-01 02:30）。/,
  );
  assert.match(text('zh'), /结束时间：–。/);
});
