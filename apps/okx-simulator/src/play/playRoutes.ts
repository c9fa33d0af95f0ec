import type { FastifyInstance } from 'fastify';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the page tells of the trial that this exchange belongs to; null where nobody said. */
export type Trial = { readonly shop: string | null; readonly operatorKey: string | null };

const FILES = {
  '/': ['play.html', 'text/html; charset=utf-8'],
  '/play.css': ['play.css', 'text/css; charset=utf-8'],
  '/play.js': ['play.js', 'text/javascript; charset=utf-8'],
  '/playClient.js': ['playClient.js', 'text/javascript; charset=utf-8'],
  '/playTexts.js': ['playTexts.js', 'text/javascript; charset=utf-8'],
} as const;

/** The page from which a person drives the toy exchange, with the control API that it asks. */
export async function playRoutes(app: FastifyInstance): Promise<void> {
  app.get('/favicon.ico', { schema: { hide: true } }, async (_, reply) => reply.code(204).send());
  for (const [path, [file, type]] of Object.entries(FILES)) {
    const text = readFileSync(join(import.meta.dirname, '../../public', file), 'utf8');
    app.get(path, { schema: { hide: true } }, async (_, reply) =>
      reply
        .type(type)
        .header('cache-control', 'no-cache')
        .header(
          'content-security-policy',
          "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        )
        .send(text),
    );
  }
}
