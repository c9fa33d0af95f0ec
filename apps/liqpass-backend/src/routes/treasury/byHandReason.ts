import { LiqPassError } from '@liqpass/api/errors';
import type { Operator } from '../people/guards.ts';

/** Why a payment is to be believed that the chain does not prove: an admin's to say. null where nobody says so. */
export function byHandReason(given: string | undefined, actor: Operator): string | null {
  if (given === undefined) return null;
  if (actor.role !== 'admin')
    throw new LiqPassError(
      'FORBIDDEN',
      `Recording by hand what the chain does not show needs the role admin; yours is ${actor.role}.`,
      {
        params: { role: actor.role, needed: 'admin' },
      },
    );
  return given;
}
