import { OPERATOR_ROLES } from '@liqpass/kernel/vocabulary';
import { z } from 'zod';
import { address, instant } from './wire.ts';

// Sign-in with a wallet (EIP-4361): the server writes the whole message, keeps it by its nonce, and takes it back once.

/** The wallet that a page believes to be signed in, or "none": a request of another session is refused (SESSION_CHANGED). */
export const WALLET_HEADER = 'x-liqpass-wallet';

/** `message` is what the wallet signs, byte for byte. */
export const authNonceAnswer = z
  .strictObject({ nonce: z.string(), message: z.string(), expires_at: instant })
  .meta({ id: 'AuthNonce' });
export type AuthNonce = z.infer<typeof authNonceAnswer>;

/** POST /api/auth/verify and GET /api/me. `role` is null for whoever is no operator. */
export const meAnswer = z
  .strictObject({ address, role: z.enum(OPERATOR_ROLES).nullable(), expires_at: instant })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof meAnswer>;

/** POST /api/auth/sign-out, and other verbs that have nothing to tell. */
export const okAnswer = z.strictObject({ ok: z.literal(true) }).meta({ id: 'Ok' });
