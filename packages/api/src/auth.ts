import { OPERATOR_ROLES } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { givenAddress } from './given.ts';
import { address, instant } from './wire.ts';

// Sign-in with a wallet (EIP-4361): the server writes the whole message, keeps it by its nonce, and takes it back once.

/** The wallet that a page believes to be signed in, or "none": a request of another session is refused (SESSION_CHANGED). */
export const WALLET_HEADER = 'x-liqpass-wallet';

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
export const authNonceBody = z.strictObject({ address: givenAddress, chainId }).meta({ id: 'AuthNonceRequest' });
/** `message` is what the wallet signs, byte for byte. */
export const authNonceAnswer = z
  .strictObject({ nonce: z.string(), message: z.string(), expires_at: instant })
  .meta({ id: 'AuthNonce' });
export type AuthNonce = z.infer<typeof authNonceAnswer>;

/** POST /api/auth/verify: `message` must equal the stored one. Sets the session cookie. */
export const authVerifyBody = z.strictObject({ message, signature }).meta({ id: 'AuthVerify' });

/** POST /api/auth/verify and GET /api/me. `role` is null for whoever is no operator. */
export const meAnswer = z
  .strictObject({ address, role: z.enum(OPERATOR_ROLES).nullable(), expires_at: instant })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof meAnswer>;

/** POST /api/auth/sign-out, and other verbs that have nothing to tell. */
export const okAnswer = z.strictObject({ ok: z.literal(true) }).meta({ id: 'Ok' });

/** POST /api/purchase-orders/:id/payout-address/message */
export const payoutAddressMessageBody = z
  .strictObject({ payoutAddress: givenAddress })
  .meta({ id: 'PayoutAddressMessageRequest' });
export const payoutAddressMessageAnswer = authNonceAnswer;
/** POST /api/purchase-orders/:id/payout-address: answers with the purchase order. */
export const payoutAddressBody = z.strictObject({ message, signature }).meta({ id: 'PayoutAddress' });
