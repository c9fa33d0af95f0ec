import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatTlogProof, parseTlogProof } from '../src/tlogProof.ts';
import { logFiles, madeEntries } from './madeLog.ts';

const checkpoint = new TextDecoder().decode(logFiles(madeEntries(3)).get('checkpoint'));

test('a proof reads back as it was written', () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(
      fc.option(fc.uint8Array({ maxLength: 200 })),
      fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      fc.array(hash, { maxLength: 20 }),
      (extra, index, hashes) => {
        const proof = { extra, index, hashes, checkpoint };
        assert.deepEqual(parseTlogProof(formatTlogProof(proof)), proof);
      },
    ),
  );
});

test('refuses what is no proof', () => {
  const text = formatTlogProof({ extra: null, index: 1, hashes: [new Uint8Array(32)], checkpoint });
  for (const changed of [
    '',
    text.replace('@v1', '@v2'),
    text.replace('index 1', 'index 01'),
    text.replace('index 1', 'extra *\nindex 1'),
    text.replace('AAAA=', 'AAA='),
    text.replace('\n\n', '\n'),
  ])
    assert.equal(changed === text ? null : parseTlogProof(changed), null, changed);
});
