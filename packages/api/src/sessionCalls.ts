import type { Api, In } from './apiClient.ts';
import { authNonceAnswer, meAnswer, okAnswer } from './auth.ts';
import type { authNonceBody, authVerifyBody } from './authBodies.ts';

// Signing in with a wallet, and out. One function per route; the client comes first, so that a page carries only what it uses.

export const requestNonce = (api: Api, body: In<typeof authNonceBody>) =>
  api('POST', '/api/auth/nonce', authNonceAnswer, { body });

export const verifySignIn = (api: Api, body: In<typeof authVerifyBody>) =>
  api('POST', '/api/auth/verify', meAnswer, { body });

export const signOut = (api: Api) => api('POST', '/api/auth/sign-out', okAnswer);

export const getMe = (api: Api) => api('GET', '/api/me', meAnswer);
