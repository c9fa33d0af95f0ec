import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdsKeepableText, isKeepableText, printable } from './text.ts';

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

test('spells out what a terminal would not show as it stands', () => {
  assert.equal(printable('plain 文字 é €'), 'plain 文字 é €');
  assert.equal(printable('\u001b[2J\r\nverdict'), '\\u{1b}[2J\\u{d}\\u{a}verdict');
  assert.equal(printable('\u202eDIAP\u2028\u200b\u009b0m\u007f'), '\\u{202e}DIAP\\u{2028}\\u{200b}\\u{9b}0m\\u{7f}');
  assert.equal(printable('\ud800'), '\\u{d800}');
});
