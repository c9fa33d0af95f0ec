import type { Server } from '@liqpass/service/server';
import { isBehindADoor, isSpelledOut } from './matchedRoute.ts';

/** Another spelling of a path behind a door is no path of ours. After the limits: guessing at spellings is counted too. */
export function onlySpelledOut(app: Server): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!isBehindADoor(request) || isSpelledOut(request)) return undefined;
    reply.callNotFound();
    return reply;
  });
}
