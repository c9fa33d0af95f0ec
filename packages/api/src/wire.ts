import { isInstId, isOkxId, isTxHash } from '@liqpass/kernel/ids';
import { isUsdcText } from '@liqpass/kernel/money';
import { parseIso } from '@liqpass/kernel/time';
import { z } from 'zod';

// zod compiles schemas with `new Function`; a page under our CSP may not, and without this every load reports a violation.
if ('document' in globalThis) z.config({ jitless: true });

/** A decimal amount of USDC as text: "1.00". No sign, no exponent, at most 6 decimals. */
export const usdcText = z
  .string()
  .max(40)
  .refine(isUsdcText, 'a decimal amount with at most 6 decimals, such as "1.00"')
  .meta({
    id: 'Usdc',
    description: 'USDC as a decimal string with at most 6 decimals',
    example: '1.00',
    pattern: '^(0|[1-9][0-9]{0,31})(\\.[0-9]{1,6})?$',
  });

/** An instant: ISO 8601 with Z. */
export const instant = z
  .string()
  .max(30)
  .refine((text) => parseIso(text) !== null, 'an instant such as "2026-01-22T12:00:00Z"')
  .meta({ id: 'Instant', description: 'ISO 8601 with Z', format: 'date-time', example: '2026-01-22T12:00:00Z' });

export const uuid = z.uuid().meta({ id: 'Uuid' });
export const hex32 = z
  .string()
  .refine(isTxHash, '0x and 64 hex digits')
  .meta({ id: 'Hex32', pattern: '^0x[0-9a-fA-F]{64}$' });
/** An address by its shape; its checksum is judged by the server, which answers with the checksummed spelling. */
export const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'an address: 0x and 40 hex digits')
  .meta({ id: 'Address', example: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913' });
export const ordId = z
  .string()
  .refine(isOkxId, 'an OKX order id: digits only')
  .meta({ id: 'OrdId', example: '1234567890', pattern: '^[1-9][0-9]{0,19}$' });
export const instId = z
  .string()
  .max(60)
  .refine(isInstId, 'an OKX instrument such as "BTC-USDT-SWAP"')
  .meta({ id: 'InstId', example: 'BTC-USDT-SWAP', pattern: '^[A-Z0-9_]{1,20}(-[A-Z0-9_]{1,20}){1,5}$' });

/** A page of rows, newest first; `next_cursor` is null on the last page. */
export const page = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), limit: z.int(), next_cursor: z.string().nullable() });
/** How many rows of at most `most`: plain digits, no sign and no exponent. */
export const pageLimit = (most: number, usual: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}$/, `a whole number from 1 to ${most}`)
    .transform(Number)
    .pipe(z.number().int().max(most))
    .default(usual)
    .meta({ description: `1 to ${most}` });
export const pageQuery = {
  limit: pageLimit(200, 50),
  cursor: z.string().max(200).optional(),
};
