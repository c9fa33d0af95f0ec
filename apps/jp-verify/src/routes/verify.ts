import { EXCHANGE_KEY_CODES } from '@liqpass/api/errors';
import {
  attestationKeysAnswer,
  snapshotAnswer,
  snapshotRequest,
  verifyAnswer,
  verifyRequest,
} from '@liqpass/api/verify';
import { PROOF_RULES } from '@liqpass/proof/rules';
import type { Server } from '@liqpass/service/server';
import type { Context } from '../services/context.ts';
import { isLarge, writeInPieces } from './largeAnswer.ts';
import { takeSnapshot, verify } from '../services/verify.ts';

export function verifyRoutes(app: Server, ctx: Context): void {
  const tags = ['proof'];
  const security = [{ bearer: [] }];
  app.get(
    '/attestation-keys',
    {
      schema: {
        tags,
        summary: 'The public keys that verdicts and snapshots are signed with',
        response: { 200: attestationKeysAnswer },
      },
    },
    async () => ({
      keys: ctx.attestationKeys.map(({ keyId, publicKey }, at) => ({
        key_id: keyId,
        algorithm: 'Ed25519' as const,
        public_key: publicKey,
        signs: at === 0,
      })),
      rules: PROOF_RULES,
    }),
  );
  app.post(
    '/verify',
    {
      schema: {
        tags,
        security,
        summary: 'What happened to the position of an order, with the evidence',
        body: verifyRequest,
        response: { 200: verifyAnswer },
        refuses: [...EXCHANGE_KEY_CODES, 'SERVICE_UNAVAILABLE'],
      },
    },
    async (request, reply) => {
      const answer = await verify(ctx, request.body);
      if (!isLarge(answer)) return answer;
      writeInPieces(reply, answer);
      return reply;
    },
  );
  app.post(
    '/snapshot',
    {
      schema: {
        tags,
        security,
        summary: 'The position of an order as it stands now, with the evidence',
        body: snapshotRequest,
        response: { 200: snapshotAnswer },
        refuses: [...EXCHANGE_KEY_CODES, 'SERVICE_UNAVAILABLE'],
      },
    },
    async (request, reply) => {
      const answer = await takeSnapshot(ctx, request.body);
      if (!isLarge(answer)) return answer;
      writeInPieces(reply, answer);
      return reply;
    },
  );
}
