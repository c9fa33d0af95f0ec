import { isInstId } from '@liqpass/kernel/ids';
import { z } from 'zod';
import {
  cleanAddress,
  cleanInstId,
  cleanNumber,
  cleanOrderNumber,
  cleanTxHash,
  sentenceOf,
  wrongAddress,
  wrongOrderNumber,
  wrongTxHash,
  type Wrong,
} from './pasted.ts';

// What somebody gives, in the bodies of requests: cleaned first, and only then judged.

/** As somebody gives it: cleaned as packages/api/pasted.ts says, then refused in words that say what was there. */
const given = (clean: (text: string) => string, wrongOf: (text: string) => Wrong | null, what: string) =>
  z
    .string()
    .max(400)
    .transform((text, ctx) => {
      const meant = clean(text);
      const wrong = wrongOf(meant);
      if (wrong) ctx.addIssue({ code: 'custom', message: sentenceOf(what, wrong) });
      return meant;
    });
/** 0x and 64 hex digits, kept in lower case so that one transaction has one spelling. */
export const txHash = given(cleanTxHash, wrongTxHash, 'a transaction hash').meta({
  id: 'TxHash',
  description: "0x and 64 hex digits; what was pasted around them, such as an explorer's link, is taken off",
  example: `0x${'1f'.repeat(32)}`,
});
/** An address as somebody gives it. */
export const givenAddress = given(cleanAddress, wrongAddress, 'an address').meta({
  id: 'GivenAddress',
  description: "0x and 40 hex digits; what was pasted around them, such as an explorer's link, is taken off",
  example: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913',
});
/** An order number as somebody gives it: at least ten digits. */
export const givenOrdId = given(cleanOrderNumber, wrongOrderNumber, 'an OKX order number').meta({
  id: 'GivenOrdId',
  description: 'The number of an OKX order, 10 to 20 digits; spaces between them are taken off',
  example: '2939942264028307457',
});
/** An instrument as somebody gives it: "btc-usdt-swap". */
export const givenInstId = z
  .string()
  .max(120)
  .transform(cleanInstId)
  .refine(isInstId, 'an OKX instrument such as "BTC-USDT-SWAP"')
  .meta({ id: 'GivenInstId', example: 'BTC-USDT-SWAP' });

/** An amount that somebody says was paid: below 10^12 USDC, more than there is, so that sums of any number of them can be kept. */
export const paidUsdcText = z
  .string()
  .max(60)
  .transform(cleanNumber)
  .pipe(
    z
      .string()
      .regex(
        /^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$/,
        'a decimal amount below 10^12 with at most 6 decimals, such as "1.00"',
      ),
  )
  .meta({ id: 'PaidUsdc', description: 'USDC paid, as a decimal string with at most 6 decimals', example: '1.00' });
