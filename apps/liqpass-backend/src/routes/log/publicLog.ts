import type { Server } from '@liqpass/service/server';
import type { FastifyReply } from 'fastify';
import { vkeysOf, type LogContext } from '../../services/log/logContext.ts';
import { readCheckpoint, readTile } from '../../services/log/readLog.ts';

const A_YEAR_S = 31_536_000;

/** The log as files that anyone may fetch, from any page (C2SP tlog-tiles): checkpoint, tiles, bundles of entries, and its key. */
export function publicLogRoutes(app: Server, ctx: LogContext): void {
  const { publicLog } = ctx.settings;
  if (publicLog === null) return;
  const [vkey] = vkeysOf(publicLog);
  const open = (reply: FastifyReply, cached: string): FastifyReply =>
    reply.header('access-control-allow-origin', '*').header('cache-control', cached);
  const missing = (reply: FastifyReply): FastifyReply => open(reply, 'no-store').code(404).type('text/plain').send('');

  app.get('/log/checkpoint', { schema: { hide: true } }, async (_, reply) => {
    const note = await readCheckpoint(ctx);
    return note === null
      ? missing(reply)
      : open(reply, 'public, max-age=1').type('text/plain; charset=utf-8').send(note);
  });
  app.get('/log/vkey', { schema: { hide: true } }, async (_, reply) =>
    open(reply, 'public, max-age=60').type('text/plain; charset=utf-8').send(vkey),
  );
  app.get<{ Params: { '*': string } }>('/log/tile/*', { schema: { hide: true } }, async (request, reply) => {
    const bytes = await readTile(ctx, `tile/${request.params['*']}`);
    return bytes === null
      ? missing(reply)
      : open(reply, `public, max-age=${A_YEAR_S}, immutable`).type('application/octet-stream').send(bytes);
  });
}
