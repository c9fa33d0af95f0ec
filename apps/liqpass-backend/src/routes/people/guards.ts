import { LiqPassError } from '@liqpass/api/errors';
import { mayAs, type OperatorRole } from '@liqpass/kernel/vocabulary';
import { holderOf, type NamedKey } from '@liqpass/service/constantTime';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../db/audit/auditRepo.ts';
import type { Keys } from '../platform/keys.ts';
import type { Session } from '../../services/people/auth.ts';

/** Who holds the session cookie of a request: nobody sent one, it is no longer good, or a wallet. */
export type Caller =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'lapsed' }
  | ({ readonly kind: 'wallet' } & Session);

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the session hook before any guard runs. */
    caller: Caller | null;
  }
}

function holder(request: FastifyRequest, header: string, keys: readonly NamedKey[], kind: string): Actor {
  const given = request.headers[header];
  const name = typeof given === 'string' ? holderOf(given, keys) : null;
  if (name === null)
    throw new LiqPassError(
      'UNAUTHORIZED',
      given === undefined ? `This route needs the header ${header}.` : `The key in ${header} is not one of ours.`,
    );
  return { name: `${kind}:${name}`, requestId: request.id };
}

/** Whoever marks money as received holds the internal key; 401 for anybody else. */
export const internalActor = (request: FastifyRequest, keys: Keys): Actor =>
  holder(request, 'x-internal-key', keys.internal, 'internal');

/** A machine with an admin key, by the key's name; null when none was sent. */
function machine(request: FastifyRequest, keys: Keys): Actor | null {
  return request.headers['x-admin-key'] === undefined ? null : holder(request, 'x-admin-key', keys.admin, 'admin');
}

const sessionExpired = (): LiqPassError =>
  new LiqPassError('SESSION_EXPIRED', 'You are no longer signed in: sign in again.');

/** The address of the wallet that is signed in; null for anybody else. */
export const walletOf = ({ caller }: FastifyRequest): string | null =>
  caller?.kind === 'wallet' ? caller.address : null;

/** The wallet that is signed in; 401 for anybody else. */
export function signedIn(request: FastifyRequest): Session {
  const { caller } = request;
  if (caller?.kind === 'wallet') return caller;
  if (caller?.kind === 'lapsed') throw sessionExpired();
  throw new LiqPassError('UNAUTHORIZED', 'Sign in with your wallet first.');
}

export type Operator = Actor & { readonly role: OperatorRole; readonly address: string | null };

/**
 * A machine with an admin key, or a signed-in operator of at least the role: viewer looks, reviewer decides claims, treasurer
 * records money, admin manages operators and settings. 401 for nobody, 403 for a wallet that may not.
 */
export function operator(request: FastifyRequest, keys: Keys, atLeast: OperatorRole): Operator {
  const byKey = machine(request, keys);
  if (byKey) return { ...byKey, role: 'admin', address: null };
  const { caller } = request;
  if (caller?.kind === 'lapsed') throw sessionExpired();
  if (caller?.kind !== 'wallet')
    throw new LiqPassError('UNAUTHORIZED', 'This route is for operators: sign in, or send the header x-admin-key.');
  if (caller.role === null)
    throw new LiqPassError('FORBIDDEN', `The wallet ${caller.address} is no operator: an admin can add it.`);
  if (!mayAs(caller.role, atLeast))
    throw new LiqPassError('FORBIDDEN', `This needs the role ${atLeast}; yours is ${caller.role}.`, {
      params: { role: caller.role, needed: atLeast },
    });
  return {
    name: `operator:${caller.operatorName ?? caller.address}`,
    identity: `wallet:${caller.address}`,
    requestId: request.id,
    role: caller.role,
    address: caller.address,
  };
}

/** An operator who may everything, or at least what `atLeast` says. */
export const adminActor = (request: FastifyRequest, keys: Keys, atLeast: OperatorRole = 'admin'): Actor =>
  operator(request, keys, atLeast);

/** Refuses before the body is read; spread into a route. */
export const operatorsOnly = (keys: Keys, atLeast: OperatorRole) => ({
  onRequest: async (request: FastifyRequest): Promise<void> => void operator(request, keys, atLeast),
});
export const signedInOnly = {
  onRequest: async (request: FastifyRequest): Promise<void> => void signedIn(request),
};

/** Whoever asks about an order: the wallet that is signed in, or nobody in particular (then the id is the capability). */
export function traderActor(request: FastifyRequest): Actor {
  const { caller } = request;
  // Somebody who believes to be signed in must not leave an order behind that belongs to nobody.
  if (caller?.kind === 'lapsed') throw sessionExpired();
  return caller?.kind === 'wallet'
    ? { name: `wallet:${caller.address}`, requestId: request.id, wallet: caller.address }
    : { name: 'trader', requestId: request.id, wallet: null };
}
