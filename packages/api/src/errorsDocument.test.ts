import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ERROR_CODES, ERRORS } from './errors.ts';
import { isRepeatable } from './repeatable.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8');
/** Each heading of a code with the text under it. */
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...text] = section.split('\n');
      return [heading.trim(), text.join('\n').trim()] as const;
    }),
);

test('docs/errors.md has a heading for every code, and none for a code that is gone', () => {
  assert.deepEqual([...sections.keys()].toSorted(), [...ERROR_CODES].toSorted());
});

test('docs/errors.md says the status of every code, whether to repeat, when it happens and what is next', () => {
  const wrong = ERROR_CODES.filter((code) => {
    const { status } = ERRORS[code];
    const text = sections.get(code) ?? '';
    return (
      !text.startsWith(`${status} · Repeat: ${isRepeatable(code) ? 'yes' : 'no'}\n`) ||
      !/^When: /m.test(text) ||
      !/\bNext:\s/.test(text)
    );
  });
  assert.deepEqual(wrong, []);
});
