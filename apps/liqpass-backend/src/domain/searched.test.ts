import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSearched, type Searched } from './searched.ts';

const HASH = `0x${'ab'.repeat(32)}`;
const ADDRESS = '0x4F58a1b2c3d4e5f60718293a4b5c6d7e8f90E982';
const ID = '0192f0c1-2345-4678-9abc-def012345678';
/** What was found, without what was not. */
const found = (text: string): Partial<Searched> =>
  Object.fromEntries(Object.entries(readSearched(text)).filter(([, value]) => value !== null));

test('finds ids, wallets and hashes whole, in any case, with what is pasted around them', () => {
  for (const text of [
    HASH,
    HASH.toUpperCase(),
    ` ${HASH} `,
    HASH.slice(2),
    `https://basescan.org/tx/${HASH}?a=1`,
    `base:${HASH}`,
  ])
    assert.deepEqual(found(text), { hash: HASH }, text);
  for (const text of [ADDRESS, ADDRESS.toUpperCase(), `\u200B${ADDRESS}`, `https://basescan.org/address/${ADDRESS}#x`])
    assert.deepEqual(found(text), { address: ADDRESS.toLowerCase() }, text);
  for (const text of [ID, ID.toUpperCase(), `https://liqpass.example/policies/${ID}?q=1`, `/admin/claims/${ID}`])
    assert.deepEqual(found(text), { id: ID }, text);
});

test('finds pieces as they are printed', () => {
  assert.deepEqual(found('0x4f58…E982'), { hex: { begin: '0x4f58', end: 'e982' } });
  assert.deepEqual(found('0x4f58...E982'), { hex: { begin: '0x4f58', end: 'e982' } });
  assert.deepEqual(found('0x4F58a1b2'), { hex: { begin: '0x4f58a1b2', end: '' } });
  assert.deepEqual(found('0x4f58 a1b2 c3d4'), { hex: { begin: '0x4f58a1b2c3d4', end: '' } });
  assert.deepEqual(found('4470…84'), { digits: { begin: '4470', end: '84' } });
  assert.deepEqual(found('0192F0C1'), { id: '0192f0c1' });
  assert.deepEqual(found('0192f0c1-2345'), { id: '0192f0c1-2345' });
});

test('finds numbers, with spaces and full width, and takes them for the beginning of an id as well', () => {
  assert.deepEqual(found('2939 9422 6402 8307 457'), { number: '2939942264028307457', id: '2939942264028307457' });
  assert.deepEqual(found('４４７０５８９２３４３６１９５８４'), {
    number: '44705892343619584',
    id: '44705892343619584',
  });
});

test('finds nothing in what is nothing of ours', () => {
  for (const text of ['', '%', 'abc', '0x', '0x…', 'alice', 'https://example.com/abcd', "' or 1=1"])
    assert.deepEqual(found(text), {}, text);
});
