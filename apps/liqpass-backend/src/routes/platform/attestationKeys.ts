import { attestationKeysAnswer } from '@liqpass/api/verify';
import type { Server } from '@liqpass/service/server';
import type { Attestations } from '../../services/platform/attestationClient.ts';

/** jp-verify's keys, passed on: whoever checks evidence need not reach jp-verify itself. */
export function attestationKeyRoutes(app: Server, attestations: Pick<Attestations, 'keys'>): void {
  app.get(
    '/attestation-keys',
    {
      schema: {
        tags: ['claims'],
        summary: 'The public keys that verdicts and snapshots are, or were, signed with',
        response: { 200: attestationKeysAnswer },
      },
    },
    async (_request, reply) => {
      void reply.header('cache-control', 'public, max-age=60');
      return attestations.keys();
    },
  );
}
