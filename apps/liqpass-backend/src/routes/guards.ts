import { LiqPassError } from '@liqpass/api/errors';
import { holderOf, type NamedKey } from '@liqpass/service/constantTime';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../db/auditRepo.ts';

export type Keys = { readonly internal: readonly NamedKey[]; readonly admin: readonly NamedKey[] };

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

/** A machine with an admin key; 401 for anybody else. */
export const adminActor = (request: FastifyRequest, keys: Keys): Actor =>
  holder(request, 'x-admin-key', keys.admin, 'admin');

/** Whoever knows the id of an order. */
export const traderActor = (request: FastifyRequest): Actor => ({ name: 'trader', requestId: request.id });
