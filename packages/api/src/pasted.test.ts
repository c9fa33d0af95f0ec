import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  cleanAddress,
  cleaned,
  cleanInstId,
  cleanLeverage,
  cleanNumber,
  cleanOrderNumber,
  cleanTxHash,
  hasInvisible,
  wrongAddress,
  wrongOrderNumber,
  wrongTxHash,
} from './pasted.ts';

const ADDRESS = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';
const HASH = `0x${'aB'.repeat(32)}`;

test('an address is found however it was copied', () => {
  for (const text of [
    ADDRESS,
    ` ${ADDRESS}\n`,
    `\u200B${ADDRESS}\u202C`,
    `\u3000${ADDRESS}\u00A0`,
    ADDRESS.replace('0x', '0X'),
    ADDRESS.slice(2),
    `base:${ADDRESS}`,
    `eip155:8453:${ADDRESS}`,
    `ethereum:${ADDRESS}@8453`,
    `https://basescan.org/address/${ADDRESS}`,
    '0x 8335 89fC D6eD b6E0 8f4c 7C32 D4f7 1b54 bdA0 2913',
    '０ｘ８３３５８９ｆＣＤ６ｅＤｂ６Ｅ０８ｆ４ｃ７Ｃ３２Ｄ４ｆ７１ｂ５４ｂｄＡ０２９１３',
  ]) {
    assert.equal(cleanAddress(text), ADDRESS, JSON.stringify(text));
    assert.equal(wrongAddress(cleanAddress(text)), null);
  }
});

test('a hash is found however it was copied, in one spelling', () => {
  for (const text of [
    HASH,
    HASH.replace('0x', '0X'),
    HASH.slice(2),
    `https://basescan.org/tx/${HASH}`,
    `https://basescan.org/tx/${HASH}#eventlog`,
    `https://blockscan.com/tx/${HASH}?chain=base`,
    `\u200E${HASH} \u200E`,
  ])
    assert.equal(cleanTxHash(text), HASH.toLowerCase(), JSON.stringify(text));
});

test('numbers as the exchange, a keyboard in Chinese and a hand write them', () => {
  assert.deepEqual(['58,210.5', '５８２１０．５', ' 58 210.5', '1,234,567', '58210。5', '$58,210.5'].map(cleanNumber), [
    '58210.5',
    '58210.5',
    '58210.5',
    '1234567',
    '58210.5',
    '58210.5',
  ]);
  // No thousands: what was meant is not known.
  assert.deepEqual(['58,21', '5,8210'].map(cleanNumber), ['58,21', '5,8210']);
  assert.deepEqual(['10x', '10×', '10 倍', 'X10', '１０ｘ', '2.5x'].map(cleanLeverage), [
    '10',
    '10',
    '10',
    '10',
    '10',
    '2.5',
  ]);
  assert.deepEqual(
    [' 2939 9422 6402 8307 457', '２９３９９４２２６４０２８３０７４５７', '订单号：2939942264028307457'].map(
      cleanOrderNumber,
    ),
    ['2939942264028307457', '2939942264028307457', '2939942264028307457'],
  );
  assert.deepEqual(
    ['btc-usdt-swap', 'BTC—USDT—SWAP', ' ＢＴＣ-ＵＳＤＴ-ＳＷＡＰ'].map(cleanInstId),
    Array(3).fill('BTC-USDT-SWAP'),
  );
});

test('what is wrong is said by what is there', () => {
  const wrong = (found: { wrong: string } | null): string | undefined => found?.wrong;
  assert.deepEqual(
    ['', HASH, 'vitalik.eth', 'TJRabPrwbZy45sbavfcjinPJC18kjpRTv8', 'hello', '0x83358Ofc', '0x8335'].map((text) =>
      wrong(wrongAddress(cleanAddress(text))),
    ),
    ['EMPTY', 'IS_A_HASH', 'IS_A_NAME', 'OTHER_NETWORK', 'NO_0X', 'NOT_HEX', 'LENGTH'],
  );
  assert.deepEqual(
    [ADDRESS, '0x12', ''].map((text) => wrong(wrongTxHash(cleanTxHash(text)))),
    ['IS_AN_ADDRESS', 'LENGTH', 'EMPTY'],
  );
  assert.deepEqual(
    ['123456789', '1234567890', '12x4567890', '1'.repeat(21), HASH].map((text) => wrong(wrongOrderNumber(text))),
    ['TOO_FEW_DIGITS', undefined, 'NOT_DIGITS', 'TOO_MANY_DIGITS', 'IS_A_HASH'],
  );
});

test('a name with marks that nobody sees is recognised', () => {
  for (const text of ['Ann\u202Ebob', 'Ann\u200B', '\u2066Ann', 'Ann\u0007', 'A\uFEFFnn'])
    assert.ok(hasInvisible(text));
  for (const text of ['Ann', '❤️', '👨‍👩‍👧', '张三 🙂', 'O’Neil', 'Ümit-Öz']) assert.ok(!hasInvisible(text), text);
});

test('cleaning what is clean changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const clean of [cleaned, cleanAddress, cleanTxHash, cleanNumber, cleanOrderNumber, cleanInstId]) {
        const once = clean(text);
        assert.equal(clean(once), once);
      }
    }),
  );
});
