import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdsKeepableText, isKeepableText } from './text.ts';

test('text with NUL or half a surrogate pair cannot be kept; any other can', () => {
  for (const text of ['', 'a', '投保单', '😀', '\u0001', '\\u0000'])
    assert.ok(isKeepableText(text), JSON.stringify(text));
  for (const text of ['\0', 'a\0b', '\ud800', '\udc00a']) assert.ok(!isKeepableText(text), JSON.stringify(text));
});

test('a JSON value is searched whole, keys and depths included', () => {
  assert.ok(holdsKeepableText({ a: [1, null, true, { b: 'c' }] }));
  assert.ok(!holdsKeepableText({ a: [{ 'b\0': 1 }] }));
  assert.ok(!holdsKeepableText([[['\ud800']]]));
  const deep: unknown = JSON.parse(`${'['.repeat(30_000)}"\\u0000"${']'.repeat(30_000)}`);
  assert.ok(!holdsKeepableText(deep));
});
