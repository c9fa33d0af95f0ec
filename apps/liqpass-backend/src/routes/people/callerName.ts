import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { countedAddress } from '../platform/rateLimits.ts';
import { walletOf } from './guards.ts';

/** Who asks, for counting what they hold: the wallet that is signed in, else the network they come from, as a hash of it. */
export function callerName(request: FastifyRequest): string {
  const wallet = walletOf(request);
  if (wallet !== null) return wallet;
  return createHash('sha256').update(countedAddress(request.ip)).digest('hex').slice(0, 16);
}
