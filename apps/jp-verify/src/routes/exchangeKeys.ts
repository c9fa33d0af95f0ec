import { EXCHANGE_KEY_CODES } from '@liqpass/api/errors';
import { invariant } from '@liqpass/kernel/invariant';
import {
  credentialCheckAnswer,
  credentialCheckRequest,
  positionsAnswer,
  positionsRequest,
  sealingKeyAnswer,
} from '@liqpass/api/exchangeKeys';
import { SUITE_NAME } from '@liqpass/sealing/suite';
import type { Server } from '@liqpass/service/server';
import type { Context } from '../services/context.ts';
import { checkCredential } from '../services/credentials.ts';
import { listPositions } from '../services/positions.ts';

export function exchangeKeyRoutes(app: Server, ctx: Context): void {
  const tags = ['exchange keys'];
  const security = [{ bearer: [] }];
  app.get(
    '/sealing-key',
    {
      schema: {
        tags,
        summary: 'The public key that exchange keys are sealed to',
        response: { 200: sealingKeyAnswer },
      },
    },
    async () => {
      const [current] = ctx.sealingKeys;
      invariant(current, 'there is always a sealing key');
      return { keyId: current.keyId, publicKey: current.publicKey, suite: SUITE_NAME };
    },
  );
  app.post(
    '/credential-check',
    {
      schema: {
        tags,
        security,
        summary: 'Whose a sealed key is, and that it only reads',
        body: credentialCheckRequest,
        response: { 200: credentialCheckAnswer },
        refuses: [...EXCHANGE_KEY_CODES, 'SERVICE_UNAVAILABLE'],
      },
    },
    (request) => checkCredential(ctx, request.body.sealed, request.body.owner),
  );
  app.post(
    '/positions',
    {
      schema: {
        tags,
        security,
        summary: 'Open positions with the orders that opened them',
        body: positionsRequest,
        response: { 200: positionsAnswer },
        refuses: [...EXCHANGE_KEY_CODES, 'SERVICE_UNAVAILABLE'],
      },
    },
    (request) => listPositions(ctx, request.body.credential, request.body.owner),
  );
}
