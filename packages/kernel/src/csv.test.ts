import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvLine } from './csv.ts';

/** The cells of one line, as RFC 4180 says; written apart from what it checks. */
function parse(line: string): string[] {
  const cells: string[] = [];
  let [at, cell, quoted] = [0, '', false];
  while (at < line.length) {
    const char = line[at] ?? '';
    if (quoted) {
      if (char !== '"') cell += char;
      else if (line[at + 1] === '"') [cell, at] = [`${cell}"`, at + 1];
      else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === ',') [cells[cells.length], cell] = [cell, ''];
    else if (line.startsWith('\r\n', at)) break;
    else cell += char;
    at += 1;
  }
  return [...cells, cell];
}

test('a text that would be a formula is shown and not computed', () => {
  for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1', '=HYPERLINK("http://x","y")'])
    assert.equal(parse(csvLine([formula]))[0], `'${formula}`);
  assert.equal(csvLine(['1.00', '0xabc', '2026-11-28', '']), '1.00,0xabc,2026-11-28,\r\n');
});

test('quotes, commas, semicolons and line ends stay inside their cell', () => {
  assert.equal(csvLine(['a "b"', 'c;d', 'e\nf']), '"a ""b""","c;d","e\nf"\r\n');
});

test('whatever the cells hold, they are read back in their places, and none begins a formula', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (cells) => {
      const read = parse(csvLine(cells));
      assert.equal(read.length, cells.length);
      read.forEach((text, index) => {
        assert.doesNotMatch(text, /^\s*[=+\-@]|^[\t\r\n]/);
        assert.ok(text === cells[index] || text === `'${cells[index]}`);
      });
    }),
  );
});
