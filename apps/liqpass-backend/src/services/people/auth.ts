import { chainName } from '@liqpass/kernel/chains';
import { LiqPassError } from '@liqpass/api/errors';
import { DAY_MS, MINUTE_MS, type EpochMs } from '@liqpass/kernel/time';
import type { OperatorRole } from '@liqpass/kernel/vocabulary';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createSiweMessage } from 'viem/siwe';
import { SYSTEM } from '../../db/audit/auditRepo.ts';
import { isOperator } from '../../db/people/operatorsRepo.ts';
import * as repo from '../../db/people/sessionsRepo.ts';
import { checksummedAddress } from '../platform/checksummedAddress.ts';
import type { PeopleContext } from './peopleContext.ts';
import { entryOf } from '../audit/entryOf.ts';

/** Where the person is: the domain and address that the message to sign names. */
export type Site = { readonly domain: string; readonly uri: string };

/** Whoever holds a session: a wallet, and what it may do as an operator now. */
export type Session = {
  readonly id: string;
  readonly address: string;
  readonly role: OperatorRole | null;
  readonly operatorName: string | null;
  readonly expiresAtMs: EpochMs;
};

const MESSAGE_MS = 10 * MINUTE_MS;
export const SESSION_MS = 7 * DAY_MS;
const ROTATE_AFTER_MS = DAY_MS;
/** Requests that were under way when the token was rotated still carry the one before. */
const PREVIOUS_TOKEN_MS = MINUTE_MS;
const TOKEN_BYTES = 32;

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

const entry = entryOf('session');

type Request = { readonly address: string; readonly chainId: number; readonly statement: string };

/**
 * Writes a whole EIP-4361 message and keeps it by its nonce, so that nothing of what comes back is parsed or believed. The
 * nonce is from the operating system: viem's own generator can be predicted.
 */
export async function keepMessage(
  ctx: PeopleContext,
  request: Request,
  site: Site,
  payout: repo.SignInMessage['payout'],
): Promise<repo.SignInMessage> {
  const createdAtMs = ctx.clock.now();
  const expiresAtMs = createdAtMs + MESSAGE_MS;
  const nonce = randomBytes(16).toString('hex');
  const address = checksummedAddress(request.address);
  const message = createSiweMessage({
    // checksummedAddress answers with 0x and 40 hex digits.
    address: `0x${address.slice(2)}`,
    chainId: request.chainId,
    domain: site.domain,
    uri: site.uri,
    version: '1',
    nonce,
    statement: request.statement,
    issuedAt: new Date(createdAtMs),
    expirationTime: new Date(expiresAtMs),
  });
  const kept = { nonce, address, chainId: request.chainId, message, payout, createdAtMs, expiresAtMs };
  await repo.insertSignInMessage(ctx.db, kept);
  return kept;
}

/** In the reader's language; EIP-4361 names ASCII, and wallets show the whole text either way. */
const STATEMENT = {
  en: 'Sign in to LiqPass. This costs nothing.',
  zh: '登录 LiqPass。签名不收费，也不会转移任何资产。',
} as const;

/** The message a wallet signs to sign in; good once, for ten minutes. */
export async function requestSignIn(
  ctx: PeopleContext,
  request: { address: string; chainId: number; language: 'en' | 'zh' },
  site: Site,
): Promise<repo.SignInMessage> {
  if (!ctx.settings.people.signInChains.includes(request.chainId))
    throw new LiqPassError(
      'CHAIN_NOT_SUPPORTED',
      `Sign in on ${ctx.settings.people.signInChains.map(chainName).join(', ')} (chain ${ctx.settings.people.signInChains.join(', ')}), not on chain ${request.chainId}.`,
      { params: { network: ctx.settings.people.signInChains.map(chainName).join(', ') } },
    );
  return keepMessage(ctx, { ...request, statement: STATEMENT[request.language] }, site, null);
}

/**
 * Whose word it is that the wallet of a message signed it: its key's, the chain's, or nobody's. Of an operator's wallet the
 * chain is asked only where OPERATORS names it as a contract, so that who answers RPC_URL cannot speak for a key.
 */
async function signedBy(
  ctx: PeopleContext,
  kept: repo.SignInMessage,
  signature: string,
): Promise<'key' | 'chain' | null> {
  const signed = { address: kept.address, message: kept.message, signature };
  if (await ctx.wallets.isSignedByKey(signed)) return 'key';
  const known = isContractOperator(ctx, kept.address);
  if (!known && (await isOperator(ctx.db, kept.address))) return null;
  return (await ctx.wallets.isSignedByContract(signed, known)) ? 'chain' : null;
}

const isContractOperator = (ctx: PeopleContext, address: string): boolean =>
  ctx.settings.people.operators.some((operator) => operator.contract && operator.address === address);

/** The kept message that `text` is, unspent and in time, with a good signature of its wallet, and whose word that is. */
export async function checkSigned(
  ctx: PeopleContext,
  text: string,
  signature: string,
): Promise<repo.SignInMessage & { readonly by: 'key' | 'chain' }> {
  const nonce = /^Nonce: ([0-9a-f]{32})$/m.exec(text)?.[1];
  const kept = nonce === undefined ? null : await repo.getSignInMessage(ctx.db, nonce);
  if (!kept || kept.message !== text)
    throw new LiqPassError(
      'SIGN_IN_MESSAGE_MISMATCH',
      'The signed text is not the one that was asked for: ask for a new message and sign it as it is.',
    );
  if (kept.used) throw nonceUsed();
  if (kept.expiresAtMs <= ctx.clock.now())
    throw new LiqPassError('SIGN_IN_EXPIRED', 'The message is older than ten minutes: ask for a new one and sign it.');
  const by = await signedBy(ctx, kept, signature);
  if (by === null)
    throw new LiqPassError(
      'SIGN_IN_SIGNATURE_WRONG',
      `The signature is not one of ${kept.address}: sign with the wallet whose address the message names.`,
    );
  return { ...kept, by };
}

export const nonceUsed = (): LiqPassError =>
  new LiqPassError('SIGN_IN_NONCE_USED', 'This message was used already: ask for a new one and sign it.');

/** Opens a session for the wallet that signed its message. The token is answered once and only its hash is kept. */
export async function signIn(
  ctx: PeopleContext,
  signed: { message: string; signature: string },
  /** The token of the session this one replaces; null where there is none. */
  replacedToken: string | null,
  requestId: string,
): Promise<{ token: string; session: Session }> {
  const kept = await checkSigned(ctx, signed.message, signed.signature);
  if (kept.payout !== null)
    throw new LiqPassError('SIGN_IN_MESSAGE_MISMATCH', 'This text is for a payout address, not for signing in.');
  const token = newToken();
  const tokenHash = hashOf(token);
  const opened = await repo.openSession(
    ctx.db,
    kept.nonce,
    {
      id: randomUUID(),
      tokenHash,
      address: kept.address,
      byChain: kept.by === 'chain',
      expiresAtMs: ctx.clock.now() + SESSION_MS,
    },
    replacedToken === null ? null : hashOf(replacedToken),
    entry(ctx, { name: `wallet:${kept.address}`, requestId }, 'sign_in', {
      details: { chainId: kept.chainId, signedBy: kept.by },
    }),
  );
  const session = opened ? await findSession(ctx, tokenHash) : null;
  if (!session) throw nonceUsed();
  return { token, session };
}

/** The session of a token. */
async function findSession(ctx: PeopleContext, tokenHash: Buffer): Promise<repo.SessionRow | null> {
  const session = await repo.findSession(ctx.db, tokenHash);
  return session && notByTheChainAlone(ctx, session);
}

/** What a session may as an operator, only where that does not rest on the chain's word alone. */
const notByTheChainAlone = <S extends Session & { readonly byChain: boolean }>(ctx: PeopleContext, session: S): S =>
  session.byChain && session.role !== null && !isContractOperator(ctx, session.address)
    ? { ...session, role: null, operatorName: null }
    : session;

/** Those of these sessions that have not ended, by their ids, with what each may now: for whoever stays longer than a request. */
export async function readLiveSessions(
  ctx: PeopleContext,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Session>> {
  if (ids.length === 0) return new Map();
  const sessions = await repo.listLiveSessions(ctx.db, ids, ctx.clock.now());
  return new Map(sessions.map((session) => [session.id, notByTheChainAlone(ctx, session)]));
}

export type Resolved = {
  readonly session: Session;
  /** To be given to the caller instead of the old one. */ readonly token: string | null;
};

/** The session of a token, rotated once a day; null when there is none, or none any more. One query, but for the rotation. */
export async function resolveSession(ctx: PeopleContext, token: string): Promise<Resolved | null> {
  const tokenHash = hashOf(token);
  const session = await findSession(ctx, tokenHash);
  const nowMs = ctx.clock.now();
  if (!session || session.revoked || session.expiresAtMs <= nowMs) return null;
  if (session.isPrevious) {
    if (nowMs - session.rotatedAtMs <= PREVIOUS_TOKEN_MS) return { session, token: null };
    // Somebody kept a token that its owner's browser has replaced: one of the two is a thief, and neither stays.
    const why = 'a token was used after it had been replaced';
    await repo.revokeSession(ctx.db, session.id, why, entry(ctx, SYSTEM, 'revoke', { why }));
    ctx.log.warn(
      { sessionId: session.id, address: session.address },
      'a replaced session token was used: session revoked',
    );
    return null;
  }
  if (nowMs - session.rotatedAtMs < ROTATE_AFTER_MS) return { session, token: null };
  const next = newToken();
  const rotated = await repo.rotateSession(ctx.db, session.id, tokenHash, hashOf(next), nowMs);
  return { session, token: rotated ? next : null };
}

/** Ends a session. */
export async function signOut(ctx: PeopleContext, session: Session, requestId: string): Promise<void> {
  const actor = { name: `wallet:${session.address}`, requestId };
  await repo.revokeSession(ctx.db, session.id, 'signed out', entry(ctx, actor, 'sign_out'));
}
