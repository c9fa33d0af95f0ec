import { publishedKeysAnswer } from '@liqpass/api/verify';
import type { Server } from '@liqpass/service/server';
import type { Attestations } from '../../services/platform/attestationClient.ts';

/** jp-verify's keys, passed on: whoever checks evidence need not reach jp-verify itself. And those of the public log, as vkeys. */
export function attestationKeyRoutes(
  app: Server,
  attestations: Pick<Attestations, 'keys'>,
  logVkeys: readonly string[],
): void {
  app.get(
    '/attestation-keys',
    {
      schema: {
        tags: ['claims'],
        summary: 'The public keys that verdicts, snapshots and the log are, or were, signed with',
        response: { 200: publishedKeysAnswer },
      },
    },
    async (_request, reply) => {
      void reply.header('cache-control', 'public, max-age=60');
      return { ...(await attestations.keys()), log_vkeys: [...logVkeys] };
    },
  );
}
