import { z } from 'zod';
import { givenAddress } from './given.ts';

// What is sent to sign in, and to be paid elsewhere.

/** The languages of the text that a wallet signs. */
export const LANGUAGES = ['en', 'zh'] as const;

const chainId = z
  .int()
  .min(1)
  .max(2 ** 31);
/** 65 bytes from a key; a contract wallet's (ERC-1271, ERC-6492) may be much longer. */
const signature = z
  .string()
  .max(20_000)
  .regex(/^0x(?:[0-9a-fA-F]{2}){64,}$/, 'a signature: 0x and hex digits')
  .meta({ id: 'Signature' });
const message = z.string().min(1).max(4_000);

/** POST /api/auth/nonce */
export const authNonceBody = z
  .strictObject({ address: givenAddress, chainId, language: z.enum(LANGUAGES).default('en') })
  .meta({ id: 'AuthNonceRequest' });

/** POST /api/auth/verify: `message` must equal the stored one. Sets the session cookie. */
export const authVerifyBody = z.strictObject({ message, signature }).meta({ id: 'AuthVerify' });

/** POST /api/purchase-orders/:id/payout-address/message */
export const payoutAddressMessageBody = z
  .strictObject({ payoutAddress: givenAddress })
  .meta({ id: 'PayoutAddressMessageRequest' });

/** POST /api/purchase-orders/:id/payout-address: answers with the purchase order. */
export const payoutAddressBody = z.strictObject({ message, signature }).meta({ id: 'PayoutAddress' });
