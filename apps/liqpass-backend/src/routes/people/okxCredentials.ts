import {
  credentialAnswer,
  credentialList,
  credentialParams,
  deleteCredentialAnswer,
  registerCredentialBody,
  sealingKeyAnswer,
  type Credential as CredentialWire,
} from '@liqpass/api/credentials';
import { formatIso } from '@liqpass/kernel/time';
import type { Server } from '@liqpass/service/server';
import type { PeopleContext } from '../../services/people/peopleContext.ts';
import {
  deleteCredential,
  listCredentials,
  readSealingKey,
  registerCredential,
} from '../../services/people/credentials.ts';
import { signedIn, signedInOnly, traderActor } from './guards.ts';
import { maskedUid } from './maskedUid.ts';
import { OF_EXCHANGE_KEY } from '../platform/refusals.ts';

type Kept = Awaited<ReturnType<typeof listCredentials>>[number];

const credentialToWire = (kept: Kept): CredentialWire => ({
  id: kept.id,
  uid_masked: maskedUid(kept.uid),
  main_uid_masked: maskedUid(kept.mainUid),
  region: kept.region,
  label: kept.label,
  created_at: formatIso(kept.createdAtMs),
  in_use: kept.neededUntilMs !== null,
});

/** A wallet's exchange keys: sealed where they are typed in, kept and passed on as they are. Nothing here can read one. */
export function okxCredentialRoutes(app: Server, ctx: PeopleContext): void {
  const tags = ['exchange keys'];
  const security = [{ session: [] }];

  app.get(
    '/api/sealing-key',
    {
      schema: {
        tags,
        summary: 'The key to seal exchange keys to',
        response: { 200: sealingKeyAnswer },
        refuses: ['VERIFIER_UNAVAILABLE'],
      },
    },
    async () => {
      const { keyId, publicKey, suite } = await readSealingKey(ctx);
      return { key_id: keyId, public_key: publicKey, algorithm: suite, allow_ip: ctx.settings.people.egressIp };
    },
  );

  app.post(
    '/api/okx-credentials',
    {
      ...signedInOnly,
      schema: {
        tags,
        summary: 'Register a sealed, read-only exchange key',
        security,
        body: registerCredentialBody,
        response: { 201: credentialAnswer },
        refuses: OF_EXCHANGE_KEY,
      },
    },
    async (request, reply) => {
      const { address } = signedIn(request);
      const kept = await registerCredential(ctx, request.body, address, traderActor(request));
      return reply.code(201).send(credentialToWire(kept));
    },
  );

  app.get(
    '/api/okx-credentials',
    {
      ...signedInOnly,
      schema: { tags, summary: 'Your exchange keys', security, response: { 200: credentialList } },
    },
    async (request) => ({ items: (await listCredentials(ctx, signedIn(request).address)).map(credentialToWire) }),
  );

  app.delete(
    '/api/okx-credentials/:id',
    {
      ...signedInOnly,
      schema: {
        tags,
        summary: 'Delete a key: now, or when the cover that needs it ends',
        security,
        params: credentialParams,
        response: { 200: deleteCredentialAnswer },
        refuses: ['CREDENTIAL_NOT_FOUND'],
      },
    },
    async (request) => {
      const { address } = signedIn(request);
      const { deletedAtMs, deletesAtMs } = await deleteCredential(
        ctx,
        request.params.id,
        address,
        traderActor(request),
      );
      return {
        ok: true as const,
        deleted_at: deletedAtMs === null ? null : formatIso(deletedAtMs),
        deletes_when_cover_ends: deletesAtMs === null ? null : formatIso(deletesAtMs),
      };
    },
  );
}
